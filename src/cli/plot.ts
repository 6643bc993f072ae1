/** `train plot RUN...`: the learning curves of finished runs, in a file or in the terminal. */
import { extname, join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'
import { visible } from '../base/visible.js'
import { readHistory, type StoredHistory } from '../export/read-history.js'
import { curvePlot } from '../report/plots/curves.js'
import { curvesChart } from '../report/plots/curves-chart.js'
import { type PlotTheme, pngOfChart, svgOf } from '../report/plots/render.js'
import { terminalCurves } from '../report/plots/terminal.js'
import { runFamily } from '../run/run-family.js'
import { RUN_FILES } from '../spec/run-files.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { type Io, mayColor, say } from './io.js'
import { checkFilePlace } from './places.js'

export interface PlotOptions {
  readonly output: string | undefined
  readonly term: true | undefined
  readonly theme: PlotTheme
  readonly each: true | undefined
}

export async function plotRuns(given: readonly string[], options: PlotOptions, io: Io): Promise<ExitCode> {
  const { output, term, theme, each } = options
  if (term && output !== undefined)
    throw new UserError('--term draws in the terminal, and -o writes a file: give one of them.')
  const runs = await Promise.all(given.map(readHistory))
  const place = term ? null : await placeOf(runs, output)
  const plotted = await Promise.all(
    runs.map(async ({ label, history, directory }) => ({
      ...{ label, history },
      family: each || directory === null ? null : await runFamily(directory),
    })),
  )
  const plot = curvePlot(plotted)
  const title = runs.length === 1 ? `Learning curves of ${visible(runs[0]!.history.name)}` : 'Learning curves'
  if (place === null) {
    const { stdout } = io
    const lines = terminalCurves(plot, { title, width: stdout.columns ?? 80, color: mayColor(io, stdout) })
    stdout.write(`${lines.join('\n')}\n`)
    return EXIT.done
  }
  const chart = curvesChart(plot, title)
  const picture = formatOf(place) === '.png' ? await pngOfChart(chart, theme) : await svgOf(chart, theme)
  await inWords('write the picture', () => writeFileAtomic(place, picture))
  say(io, `Wrote ${place}`)
  return EXIT.done
}

const FORMATS = ['.svg', '.png']

const formatOf = (path: string): string => extname(path).toLowerCase()

/** Returns the path of the picture, which can be written. */
async function placeOf(runs: readonly StoredHistory[], output: string | undefined): Promise<string> {
  if (output !== undefined) {
    if (!FORMATS.includes(formatOf(output))) {
      throw new UserError(`-o: found "${output}", must end in ${FORMATS.join(' or ')}`)
    }
    await checkFilePlace(
      '-o',
      output,
      runs.map(({ path }) => ({ name: 'a history', at: path })),
    )
    return output
  }
  const [first] = runs
  if (runs.length > 1 || first!.directory === null) {
    const who = runs.length > 1 ? 'Several runs have' : `${first!.path} is in no folder of a run, so it has`
    throw new UserError(`${who} no place for a picture: give -o FILE, or --term.`)
  }
  const folder = join(first!.directory, RUN_FILES.plots)
  await inWords('create the folder of the picture', () => makeFolder(folder, first!.directory!))
  return join(folder, 'curves.svg')
}
