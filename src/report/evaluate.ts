/** What a trained model measures, for a person. */
import type { EvaluateReport } from '../export/evaluate-report.js'
import { formatMetric } from './numbers.js'
import { tableLines } from './table.js'

export function evaluateLines({ run, name, data, samples, test }: EvaluateReport): string[] {
  const rows = Object.entries(test).map(([key, value]) => [key, value === null ? 'nan' : formatMetric(value)])
  return [
    `${name} in ${run}, on the ${samples} test samples of ${data}:`,
    ...tableLines(rows, 'lr').map((line) => `  ${line}`),
  ]
}
