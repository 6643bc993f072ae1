/** `train check RUN...`: whether runs meet their expectations and a baseline. */
import { checkLines } from '../report/check.js'
import { checkRuns } from '../run/check-runs.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import type { Io } from './io.js'
import { type MeasureOptions, measureOptions } from './measure-options.js'
import { type ReportOptions, writeReport } from './report.js'

export interface CheckCommandOptions extends MeasureOptions, ReportOptions {
  readonly baseline: string | undefined
  readonly 'other-spec': true | undefined
}

/** Prints the result to standard output. */
export async function check(runs: readonly string[], options: CheckCommandOptions, io: Io): Promise<ExitCode> {
  const report = await checkRuns(runs, {
    ...measureOptions(options),
    baseline: options.baseline,
    otherSpec: options['other-spec'] === true,
  })
  writeReport(report, checkLines, options, io)
  return report.passed ? EXIT.done : EXIT.expectationFailed
}
