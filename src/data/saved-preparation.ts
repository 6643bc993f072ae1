/** The preparation of data as plain data, which is saved with a run: later rows become inputs of its model by it. */
import type { Named } from '../base/field.js'
import type { DataForm } from '../base/form.js'
import type { Column } from './column.js'
import type { FeatureFacts } from './own/feature.js'
import type { Learnt } from './preparation.js'

export interface SavedPreparation {
  readonly form: DataForm
  /** The columns of the training source, before any step. */
  readonly columns: Named<Column>
  /** By the name of the feature; empty for a set that comes with the program. */
  readonly facts: Named<FeatureFacts>
  /** The results of the steps that learn. */
  readonly learnt: Learnt
}
