/** Mean and spread of the measures of several folds. */
import { deviationOf, meanOf } from '../base/variance.js'
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
  const each = keys.map((key) => ({ key, values: folds.map(({ scores }) => scores[key] ?? Number.NaN) }))
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
    mean: Object.fromEntries(each.map(({ key, values }) => [key, finite(meanOf(values))])),
    deviation: Object.fromEntries(each.map(({ key, values }) => [key, finite(deviationOf(values))])),
  }
}
