/** `train compare RUN RUN...`: finished runs beside each other. */
import { UserError } from '../base/issue.js'
import { readHistory } from '../export/read-history.js'
import { compareLines, compareMarkdown } from '../report/compare.js'
import { REPORT_WIDTH } from '../report/table.js'
import { compareRuns } from '../run/compare.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import type { Io } from './io.js'
import { type ReportOptions, writeReport } from './report.js'

export interface CompareOptions extends ReportOptions {
  readonly markdown: true | undefined
}

/** Prints to standard output. */
export async function compare(given: readonly string[], options: CompareOptions, io: Io): Promise<ExitCode> {
  if (options.json && options.markdown) throw new UserError('--json and --markdown: give one of them.')
  const runs = await Promise.all(given.map(readHistory))
  const histories = runs.map(({ history }) => history)
  const linesOf = options.markdown
    ? (report: Report) => compareMarkdown({ report, histories })
    : (report: Report) => compareLines({ report, histories }, io.stdout.columns ?? REPORT_WIDTH)
  writeReport(await compareRuns(runs), linesOf, options, io)
  return EXIT.done
}

type Report = Awaited<ReturnType<typeof compareRuns>>
