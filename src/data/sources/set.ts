/** A data set that comes with the program: samples, one class for each, and a test set. */
import type { Field, Numbers } from '../../base/field.js'

/** The form of a data set, which is known before any of it is read. */
export interface SetForm {
  /** A sample. */
  readonly x: Field
  /** Its class. */
  readonly y: Field
  /** How many samples there are. */
  readonly train: number
  readonly test: number
}

/** Samples side by side. */
export interface Samples {
  readonly count: number
  readonly x: Numbers
  readonly y: Int32Array
}

export interface Loaded {
  readonly train: Samples
  readonly test: Samples
}
