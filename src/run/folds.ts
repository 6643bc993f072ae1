/** Mean and spread of the measures of several folds. */
import type { FoldsReport } from '../export/folds-report.js'
import { finite, finiteMeasures } from '../export/report-fields.js'
import type { Metrics } from '../training/events.js'
import { ownVersion } from './versions.js'

/** A fold that has been trained. */
export interface TrainedFold {
  readonly folder: string
  readonly scores: Metrics
}

/** Makes the report. A measure that is not finite in one fold has neither mean nor deviation. */
export function foldsReport(name: string, folds: readonly TrainedFold[]): FoldsReport {
  const keys = Object.keys(folds[0]!.scores)
  const each = keys.map((key) => ({ key, ...spreadOf(folds.map(({ scores }) => scores[key] ?? Number.NaN)) }))
  return {
    version: 1,
    name,
    trainspec: ownVersion(),
    k_fold: folds.length,
    folds: folds.map(({ folder, scores }, index) => ({
      fold: index + 1,
      folder,
      measures: finiteMeasures(scores),
    })),
    mean: Object.fromEntries(each.map(({ key, mean }) => [key, finite(mean)])),
    deviation: Object.fromEntries(each.map(({ key, deviation }) => [key, finite(deviation)])),
  }
}

/** Mean, and standard deviation with n - 1. */
function spreadOf(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) }
}
