/** How samples are made of rows: the seam of windows and sequences. */
import type { Field } from '../../base/field.js'
import type { Table } from '../table.js'
import type { Series } from './series.js'

export interface Sampling {
  /** Rows that a series needs for a sample. */
  readonly rowsNeeded: number
  /** The field of a sample that is made of a field of its rows, both under the same key. */
  field(key: string, field: Field): Field
  /** Number of samples of some series. */
  count(series: Series): number
  /** The rows of one sample. */
  rowsOf(series: Series, number: number): SampleRows
  /** The rows that are inputs of any sample, sorted. */
  inputRows(series: Series): Uint32Array
  /** The rows that are targets of any sample, sorted. */
  targetRows(series: Series): Uint32Array
  /** A table of samples over a table of rows. */
  table(rows: Table, series: Series): Table
}

export interface SampleRows {
  readonly inputs: Uint32Array
  readonly targets: Uint32Array
}
