/** Prints reports to standard output: a JSON document with `--json`, else lines for people. */
import type { Io } from './io.js'

export interface ReportOptions {
  readonly json: true | undefined
}

export function writeReport<Report extends object>(
  report: Report,
  linesOf: (report: Report) => readonly string[],
  { json }: ReportOptions,
  { stdout }: Pick<Io, 'stdout'>,
): void {
  const lines = json ? [JSON.stringify(report, null, 2)] : linesOf(report)
  stdout.write(`${lines.join('\n')}\n`)
}
