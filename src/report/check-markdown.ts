/** The report of `train check` as Markdown, for a pull request or the summary of a step. */
import { visible } from '../base/visible.js'
import type { CheckReport } from '../export/check-report.js'
import { baselineWords, COLUMNS, comparisonCells } from './check.js'
import { checksOf } from './checks.js'

export function checkMarkdown(report: CheckReport): string {
  const { name, comparisons, baseline, notes } = report
  const checks = checksOf(report)
  const failed = checks.filter(({ passed }) => !passed).length
  const ofRuns = checks.slice(0, checks.length - comparisons.length)
  const words = failed === 0 ? `all ${checks.length} checks passed` : `${failed} of ${checks.length} checks failed`
  return [
    `### ${mark(failed === 0)} ${code(name)}: ${words}`,
    '',
    ...table(
      ['', 'run', 'check', ''],
      'llll',
      ofRuns.map((check) => [mark(check.passed), code(check.group), code(check.name), code(check.words)]),
    ),
    ...(baseline === null ? [] : [code(baselineWords(report)), '']),
    ...table(
      COLUMNS,
      'llrrrrr',
      comparisons.map((one) => {
        const [, key, ...numbers] = comparisonCells(one)
        return [mark(one.passed), code(key!), ...numbers]
      }),
    ),
    ...notes.map((note) => `- ${code(note)}`),
    ...(notes.length > 0 ? [''] : []),
  ].join('\n')
}

const mark = (passed: boolean): string => (passed ? '✅' : '❌')

function table(header: readonly string[], alignment: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = [...alignment].map((side) => (side === 'r' ? '--:' : ':--'))
  return [line(header), line(rule), ...rows.map(line), '']
}

/** Text of other people as code, in which nothing is a link, a mention or HTML. */
function code(text: string): string {
  const shown = visible(text)
  const fence = '`'.repeat(1 + Math.max(0, ...Array.from(shown.matchAll(/`+/g), ([run]) => run.length)))
  return fence.length === 1 ? `\`${shown}\`` : `${fence} ${shown} ${fence}`
}
