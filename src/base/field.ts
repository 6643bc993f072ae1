/** Fields of data: the shape, type and meaning of the values that every row has under one name. */
import type { Shape } from './shape.js'

export type Named<Value> = Readonly<Record<string, Value>>

/** The arrays of a batch. */
export type Numbers = Uint8Array | Int32Array | Float32Array

/**
 * The meaning of numbers. `binary`: 0 and 1. `probability`: between 0 and 1, meant as the probability of a 1.
 * `grey`: between 0 and 1. `real`: any. `class`: whole numbers from 0, one for each class.
 */
export type ValueKind = 'binary' | 'probability' | 'grey' | 'real' | 'class'

export interface Field {
  /** Shape of a row without the batch: `[28, 28]`; `[]` for a single number. */
  readonly shape: Shape
  /** Type of the array in which values are stored and given to a program. */
  readonly dtype: keyof typeof ARRAYS
  /** A value is `stored / divisor`. */
  readonly divisor: number
  readonly values: ValueKind
  /** Number of classes, of a field of class numbers. */
  readonly classes?: number
  /**
   * For sequences of classes, (length): 0 fills up shorter ones at their end, and is no class of theirs. The number of
   * steps of an output that the longest needs: one for each class, and one between two equal ones.
   */
  readonly sequenceSteps?: number
}

export const ARRAYS = { uint8: Uint8Array, int32: Int32Array, float32: Float32Array } as const

/** A field with one class number, from 0, per row. */
export const classField = (classes: number): Field => ({
  shape: [],
  dtype: 'int32',
  divisor: 1,
  values: 'class',
  classes,
})
