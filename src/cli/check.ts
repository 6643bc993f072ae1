/** `train check RUN...`: whether runs meet their expectations and a baseline. */
import { appendFile } from 'node:fs/promises'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import type { CheckReport } from '../export/check-report.js'
import { githubAnnotations } from '../export/github-annotations.js'
import { gitlabMetrics } from '../export/gitlab-metrics.js'
import { junitText } from '../export/junit.js'
import { checkLines } from '../report/check.js'
import { checkMarkdown } from '../report/check-markdown.js'
import { checksOf } from '../report/checks.js'
import { checkRuns } from '../run/check-runs.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import type { Io } from './io.js'
import { type MeasureOptions, measureOptions } from './measure-options.js'
import { type ReportOptions, writeReport } from './report.js'

type Formats = { readonly [Name in keyof typeof FORMATS]: string | undefined }

export interface CheckCommandOptions extends MeasureOptions, ReportOptions, Formats {
  readonly baseline: string | undefined
  readonly 'other-spec': true | undefined
  readonly github: true | undefined
}

/** Texts for files, by the name of their option. */
const FORMATS = {
  markdown: checkMarkdown,
  junit: (report: CheckReport) =>
    junitText(
      report.name,
      checksOf(report),
      report.runs.reduce((sum, { seconds }) => sum + seconds, 0),
    ),
  gitlab: gitlabMetrics,
} as const

/** Prints the result to standard output, and writes it into the files of the options. */
export async function check(runs: readonly string[], options: CheckCommandOptions, io: Io): Promise<ExitCode> {
  const names = Object.keys(FORMATS) as (keyof typeof FORMATS)[]
  const printed = names.filter((name) => options[name] === '-')
  refuseMixed([
    ...(options.json ? ['--json'] : []),
    ...printed.map((name) => `--${name} -`),
    ...(options.github ? ['--github'] : []),
  ])
  const report = await checkRuns(runs, {
    ...measureOptions(options),
    baseline: options.baseline,
    otherSpec: options['other-spec'] === true,
  })
  if (printed.length === 0) writeReport(report, checkLines, options, io)
  for (const name of printed) io.stdout.write(FORMATS[name](report))
  if (options.github) await tellGithub(report, io)
  for (const name of names) {
    const path = options[name]
    if (path === undefined || path === '-') continue
    await inWords(`write the --${name} file`, () => writeFileAtomic(path, FORMATS[name](report)))
  }
  return report.passed ? EXIT.done : EXIT.expectationFailed
}

/** Standard output holds one format. */
function refuseMixed(formats: readonly string[]): void {
  if (formats.length < 2) return
  throw new UserError(`Only one of ${formats.join(', ')} can be given: each needs standard output for itself.`)
}

/** Annotates, and appends to the file whose name the runner gives. */
async function tellGithub(report: CheckReport, io: Io): Promise<void> {
  for (const line of githubAnnotations(report.name, checksOf(report), report.notes)) io.stdout.write(`${line}\n`)
  const path = io.env.GITHUB_STEP_SUMMARY
  if (path) await inWords('write the summary of the step', () => appendFile(path, `${checkMarkdown(report)}\n`))
}
