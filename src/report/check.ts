/** Formats the report of `train check`. */
import type { CheckReport } from '../export/check-report.js'
import type { Comparison } from '../training/verdict.js'
import { beside, checksOf, digits, expectationWords } from './checks.js'
import { formatDuration } from './numbers.js'
import { cut, tableLines, wrapped } from './table.js'

/** Characters of a key or a path in a line. */
const LONGEST = 60

export function checkLines(report: CheckReport): string[] {
  const { runs, comparisons, notes } = report
  const checks = checksOf(report)
  const failed = checks.filter(({ passed }) => !passed).length
  return [
    ...runs.flatMap(({ run, seed, seconds, stop, passed, expectations }) => [
      `Run ${cut(run, LONGEST)} of ${cut(report.name, LONGEST)}, seed ${seed}, ${formatDuration(seconds)}:`,
      ...(passed ? [] : [`  FAILED: training ended: ${stop.replaceAll('_', ' ')}`]),
      ...expectations.map((one) => `  ${one.passed ? 'passed' : 'FAILED'}: ${cut(expectationWords(one), 2 * LONGEST)}`),
    ]),
    ...(comparisons.length > 0 ? ['', ...baselineLines(report)] : []),
    ...notes.flatMap((note) => wrapped(`Note: ${cut(note, 4 * LONGEST)}`)),
    '',
    failed === 0 ? `All ${checks.length} checks passed.` : `${failed} of ${checks.length} checks FAILED.`,
  ]
}

function baselineLines({ runs, baseline, comparisons }: CheckReport): string[] {
  const rows = tableLines([COLUMNS, ...comparisons.map(comparisonCells)], 'llrrrrr')
  return [`${baselineWords({ runs, baseline })}:`, ...rows.map((row) => `  ${row}`)]
}

/** `Against baseline.json, 10 runs; ...` */
export function baselineWords({ runs, baseline }: Pick<CheckReport, 'runs' | 'baseline'>): string {
  const { path, seeds, confidence } = baseline!
  const mean = runs.length > 1 ? `Mean of ${runs.length} runs, against` : 'Against'
  const noise =
    confidence === null ? 'a single run, so noise is not known' : `${seeds.length} runs, confidence ${confidence}`
  return `${mean} ${cut(path, LONGEST)}, ${noise}`
}

export const COLUMNS = ['', 'measure', 'baseline', 'deviation', 'found', 'change', 'limit']

export function comparisonCells({
  key,
  mode,
  baseline,
  deviation,
  found,
  change,
  limit,
  passed,
}: Comparison): string[] {
  const written = (value: number | null) => (value === null ? '-' : digits(value))
  return [
    passed ? 'passed' : 'FAILED',
    cut(key, LONGEST),
    written(baseline),
    deviation === null ? '-' : String(Number(deviation.toPrecision(3))),
    found === null ? 'missing' : beside(limit ?? found, found),
    change === null ? '-' : `${change > 0 ? '+' : ''}${Number(change.toPrecision(3))}`,
    limit === null ? '-' : `${mode === 'max' ? '≥' : '≤'} ${digits(limit)}`,
  ]
}
