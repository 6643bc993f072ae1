/** The data of a spec: their form, and their tables. */
import type { DataForm } from '../base/form.js'
import type { DataSpec } from '../spec/spec.js'
import type { Table } from './table.js'

export interface Data {
  readonly form: DataForm
  readonly train: Table
  readonly validation: Table
  readonly test: Table
}

/** Data whose form is known. */
export interface OpenData {
  /** The field of the spec, with everything that was decided about data of the user. */
  readonly data: DataSpec
  readonly form: DataForm
  /** Lines that say what was decided. */
  readonly decided: readonly string[]
  /** Reads the data into memory. */
  load(): Promise<Data>
}
