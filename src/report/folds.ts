/** Prints the measures of several folds: a row for each, with mean and spread. */
import type { FoldsReport } from '../export/folds-report.js'
import { formatMetric } from './numbers.js'
import { tableLines } from './table.js'

export function foldsLines({ folds, mean, deviation }: FoldsReport): string[] {
  const written = (value: number | null) => (value === null ? '-' : formatMetric(value))
  const rows = Object.keys(mean).map((key) => {
    const values = folds.flatMap(({ measures }) => measures[key] ?? [])
    const range =
      values.length < folds.length ? ['-', '-'] : [Math.min(...values), Math.max(...values)].map(formatMetric)
    return [key, written(mean[key]!), written(deviation[key]!), ...range]
  })
  return tableLines([[`${folds.length} folds`, 'mean', 'deviation', 'least', 'largest'], ...rows], 'lrrrr')
}
