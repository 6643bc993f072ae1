/** `train init [FILE...]`: writes a spec for data of the user. */
import { basename, dirname, extname } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { formatIssue, UserError } from '../base/issue.js'
import { isUrl } from '../base/url.js'
import type { DataReport } from '../export/data-report.js'
import { lookLines, nextLines } from '../report/init.js'
import { lookAtFiles } from '../run/look/look-at-files.js'
import { toIdentifier } from '../spec/identifier.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { type Io, say } from './io.js'
import { checkNewSpec } from './new-spec.js'
import { ask, canAsk, Unanswered } from './questions.js'
import { withSpinner } from './spinner.js'
import { watchingData } from './watch-data.js'

export interface InitOptions {
  readonly target: string | undefined
  readonly output: string | undefined
  readonly yes: true | undefined
}

/** Prints to standard error, because the result is a file. */
export async function initSpec(files: readonly string[], options: InitOptions, io: Io): Promise<ExitCode> {
  const asks = options.yes === undefined && canAsk(io)
  try {
    const given = await givenData(files, options.target, asks, io)
    const place = await placeFor(given.files, options, asks, io)
    // paths in the spec are relative to its folder
    const isLooked = given.report !== null && dirname(place) === dirname(PLACE)
    const report = isLooked ? given.report! : await look(given.files, given.target, place, io)
    await inWords('write the spec', () => writeFileAtomic(place, report.proposal!))
    for (const line of nextLines(report, { place, files: given.files })) say(io, line)
    return EXIT.done
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
    say(io, 'No spec was written.')
    return EXIT.interrupted
  }
}

interface GivenData {
  readonly files: readonly string[]
  readonly target: string | undefined
  /** The report with a spec at `PLACE`; null if the data have not been looked at. */
  readonly report: DataReport | null
}

/** The data and the column to predict. Asks for what is not given, and again after an answer that cannot be used. */
async function givenData(
  files: readonly string[],
  target: string | undefined,
  asks: boolean,
  io: Io,
): Promise<GivenData> {
  if (files.length === 0) {
    if (!asks) throw new UserError('No data are given: train init FILE --target COLUMN')
    return again(io, async () => {
      const file = await ask({ text: 'File or folder with your data' }, io)
      return givenData([file], target, asks, io)
    })
  }
  if (target !== undefined) return { files, target, report: null }
  const report = await look(files, undefined, PLACE, io)
  for (const line of lookLines(report)) say(io, line)
  // a folder has its classes
  if (report.rows !== null) return { files, target, report }
  const names = report.columns.map(({ name }) => name)
  if (!asks)
    throw new UserError(`--target: name the column to predict: ${names.map((name) => JSON.stringify(name)).join(', ')}`)
  return again(io, async () => {
    const answer = await ask({ text: 'Column to predict', preset: likelyTarget(report.columns), answers: names }, io)
    return { files, target: answer, report: await look(files, answer, PLACE, io) }
  })
}

/** Stands for the spec until its place is known. */
const PLACE = 'spec.json'

/** Repeats work as long as it ends with a problem of an answer. */
async function again<Result>(io: Io, work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      for (const issue of error.issues) say(io, formatIssue(issue))
      say(io, error.message.replace(/^--(target|output): /, ''))
    }
  }
}

async function look(files: readonly string[], target: string | undefined, place: string, io: Io): Promise<DataReport> {
  const work = () => watchingData(io, (watch) => lookAtFiles({ files, target, place, watch }))
  // a download shows its own progress
  const { report } = await (files.some(isUrl) ? work() : withSpinner(`Looking at ${files[0]}`, io, work))
  return report
}

async function placeFor(files: readonly string[], { output }: InitOptions, asks: boolean, io: Io): Promise<string> {
  const preset = `${toIdentifier(basename(files[0]!, extname(files[0]!)), 'spec')}.json`
  if (output !== undefined || !asks) {
    const place = output ?? preset
    await checkNewSpec(place, files)
    return place
  }
  return again(io, async () => {
    const place = await ask({ text: 'Write the spec to', preset }, io)
    await checkNewSpec(place, files)
    return place
  })
}

/** Names that columns to predict often have. */
const LIKELY = /^(target|label|labels|class|y|outcome|species|survived|price|result)$/i

/** The column whose name says so, or else the last one. */
const likelyTarget = (columns: DataReport['columns']): string | undefined =>
  (columns.find(({ name }) => LIKELY.test(name)) ?? columns.at(-1))?.name
