/** `train plot RUN...`: the learning curves of finished runs, or the answers of a model for its test rows. */
import { extname, join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'
import { visible } from '../base/visible.js'
import { readHistory, type StoredHistory } from '../export/read-history.js'
import { type CurvePlot, curvePlot } from '../report/plots/curves.js'
import { curvesChart } from '../report/plots/curves-chart.js'
import type { PlotName } from '../report/plots/plot-names.js'
import { type Chart, type PlotTheme, pngOfChart, svgOf } from '../report/plots/render.js'
import { terminalCurves } from '../report/plots/terminal.js'
import { type TestPlot, testChart } from '../report/plots/test-charts.js'
import { runFamily } from '../run/run-family.js'
import { RUN_FILES } from '../spec/run-files.js'
import { answersForTest } from './answers-for-test.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, mayColor, say } from './io.js'
import type { OverrideOptions } from './overrides.js'
import { checkFilePlace, ownFiles } from './places.js'

export interface PlotOptions extends Pick<OverrideOptions, 'engine' | 'device'> {
  readonly of: PlotName
  readonly output: string | undefined
  readonly term: true | undefined
  readonly theme: PlotTheme
  readonly each: true | undefined
}

export async function plotRuns(given: readonly string[], options: PlotOptions, io: Io): Promise<ExitCode> {
  const { of, output, term, theme, each } = options
  checkTogether(given, options)
  if (of !== 'curves') return plotTest(given[0]!, of, options, io)
  const runs = await Promise.all(given.map(readHistory))
  const place = term ? null : await placeOf(runs, of, output)
  const plotted = runs.map(async ({ label, history, directory }) => ({
    ...{ label, history },
    family: each || directory === null ? null : await runFamily(directory),
  }))
  const plot = curvePlot(await Promise.all(plotted))
  const title = runs.length === 1 ? `Learning curves of ${visible(runs[0]!.history.name)}` : 'Learning curves'
  if (place === null) draw(plot, title, io)
  else await write(curvesChart(plot, title), place, theme, io)
  return EXIT.done
}

function checkTogether(given: readonly string[], { of, output, term }: PlotOptions): void {
  if (term && output !== undefined) {
    throw new UserError('--term draws in the terminal, and -o writes a file: give one of them.')
  }
  if (of === 'curves') return
  if (term) throw new UserError(`--term draws curves alone: give -o FILE for --of ${of}.`)
  if (given.length > 1) throw new UserError(`--of ${of} draws one run: give one.`)
}

async function plotTest(
  run: string,
  of: TestPlot,
  { output, theme, ...options }: PlotOptions,
  io: Io,
): Promise<ExitCode> {
  const stored = await readHistory(run)
  const { directory, history } = stored
  if (directory === null) throw new UserError(`--of ${of}: ${run} is in no folder of a run, so it has no model.`)
  const place = await placeOf([stored], of, output)
  return interruptible(io, async (signal) => {
    const { all } = await answersForTest(directory, options, io, signal)
    const chart = testChart(of, all, `${TITLES[of]} of ${visible(history.name)}`)
    if (chart === null) {
      throw new UserError(
        `--of ${of}: the model of ${run} has no output of ${isOfNumbers(of) ? 'numbers' : 'classes'} that this plot can show.`,
      )
    }
    await write(chart, place, theme, io)
    return EXIT.done
  })
}

const TITLES: { readonly [Name in TestPlot]: string } = {
  confusion: 'Confusion matrix',
  roc: 'ROC curves',
  'precision-recall': 'Precision and recall',
  calibration: 'Calibration',
  predicted: 'Predicted and true numbers',
  residuals: 'Residuals',
}

const isOfNumbers = (of: TestPlot): boolean => of === 'predicted' || of === 'residuals'

function draw(plot: CurvePlot, title: string, io: Io): void {
  const { stdout } = io
  const lines = terminalCurves(plot, { title, width: stdout.columns ?? 80, color: mayColor(io, stdout) })
  stdout.write(`${lines.join('\n')}\n`)
}

async function write(chart: Chart, place: string, theme: PlotTheme, io: Io): Promise<void> {
  const picture = formatOf(place) === '.png' ? await pngOfChart(chart, theme) : await svgOf(chart, theme)
  await inWords('write the picture', () => writeFileAtomic(place, picture))
  say(io, `Wrote ${place}`)
}

const FORMATS = ['.svg', '.png']

const formatOf = (path: string): string => extname(path).toLowerCase()

/** Returns the path of the picture, which can be written. */
async function placeOf(runs: readonly StoredHistory[], of: PlotName, output: string | undefined): Promise<string> {
  const [first] = runs
  if (output !== undefined) {
    if (!FORMATS.includes(formatOf(output))) {
      throw new UserError(`-o: found "${output}", must end in ${FORMATS.join(' or ')}`)
    }
    const histories = runs.map(({ path }) => ({ name: 'a history', at: path }))
    await checkFilePlace('-o', output, [...histories, ...(first!.directory === null ? [] : ownFiles(first!.directory))])
    return output
  }
  if (runs.length > 1 || first!.directory === null) {
    const who = runs.length > 1 ? 'Several runs have' : `${first!.path} is in no folder of a run, so it has`
    throw new UserError(`${who} no place for a picture: give -o FILE, or --term.`)
  }
  const folder = join(first!.directory, RUN_FILES.plots)
  await inWords('create the folder of the picture', () => makeFolder(folder, first!.directory!))
  return join(folder, `${of}.svg`)
}
