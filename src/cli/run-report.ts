/** `train report RUN`: one HTML file about a finished run. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { readHistory } from '../export/read-history.js'
import { runPage } from '../report/page/run-page.js'
import type { RunPage } from '../report/page/section.js'
import { cellsOfRows } from '../run/cells-of-rows.js'
import { describeModel } from '../run/describe-model.js'
import { isPrepared, openModel } from '../run/open-model.js'
import { readRun } from '../run/open-run.js'
import { untrained } from '../run/summarize.js'
import { worstMistakes } from '../run/worst-mistakes.js'
import { RUN_FILES } from '../spec/run-files.js'
import { type AnswersForTest, answersForTest } from './answers-for-test.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, say } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { checkFilePlace, ownFiles } from './places.js'
import { watchingData } from './watch-data.js'

export interface RunReportOptions extends Pick<OverrideOptions, 'engine' | 'device'> {
  readonly output: string | undefined
  readonly 'without-test': true | undefined
}

/** Mistakes of each output. */
const MOST_MISTAKES = 24

export async function reportRun(run: string, options: RunReportOptions, io: Io): Promise<ExitCode> {
  const { history, label, directory } = await readHistory(run)
  if (directory === null) throw new UserError(`${run} is in no folder of a run, so it has no model: give the folder.`)
  const place = options.output ?? join(directory, RUN_FILES.report)
  await checkFilePlace('the page', place, ownFiles(directory))
  return interruptible(io, async (signal) => {
    // a run whose test was not reached may have weights that are not finite
    const isTested = history.test !== null && !options['without-test'] && (await isPrepared(directory))
    const tested = isTested ? await answersForTest(directory, options, io, signal) : null
    const page = await runPage({
      ...{ label, history },
      spec: await inWords('read the spec', () => readFile(join(directory, RUN_FILES.spec), 'utf8')),
      ...(await described(directory, options)),
      outputs: tested ? await outputsOf(tested, options, io) : [],
      pictures: await picturesOf(directory),
    })
    await inWords('write the page', () => writeFileAtomic(place, page))
    say(io, `Wrote ${place}`)
    return EXIT.done
  })
}

/** Mistakes that are no pictures are shown with the cells of their rows. */
async function outputsOf({ trained, data, all }: AnswersForTest, options: RunReportOptions, io: Io) {
  const outputs = all.map((answers) => ({ answers, mistakes: worstMistakes(answers, trained, data, MOST_MISTAKES) }))
  const rows = outputs.flatMap(({ mistakes }) => mistakes.flatMap(({ row, picture }) => (picture ? [] : [row - 1])))
  if (rows.length === 0 || !('source' in trained.spec.data)) return outputs
  const overrides = overridesOf({ ...options, set: [] })
  const run = await watchingData(io, (watch) => readRun(trained.directory, overrides, io.stdin, watch))
  const raw = await run.data.raw()
  try {
    if (raw.sample !== null) return outputs
    const cells = await cellsOfRows(raw, rows)
    return outputs.map(({ answers, mistakes }) => ({
      answers,
      mistakes: mistakes.map((one) => ({ ...one, cells: cells.get(one.row - 1) ?? {} })),
    }))
  } finally {
    raw.close()
  }
}

/** The model and the data of a run; null for a model that was imported. */
async function described(directory: string, options: RunReportOptions): Promise<Pick<RunPage, 'model' | 'form'>> {
  if (!(await isPrepared(directory))) return { model: null, form: null }
  const { spec, form } = await openModel(directory, overridesOf({ ...options, set: [] }), { mayDiverge: true })
  return { model: describeModel(untrained(spec, form).learner), form }
}

/** The pictures of an RBM. */
async function picturesOf(directory: string): Promise<RunPage['pictures']> {
  const folder = join(directory, RUN_FILES.pictures)
  const names = await readdir(folder).catch(() => [])
  const pictures = names.filter((name) => name.endsWith('.png')).toSorted()
  return Promise.all(pictures.map(async (name) => ({ name, png: await readFile(join(folder, name)) })))
}
