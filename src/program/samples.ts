/** Inputs of programs that are cut from the data: samples and their labels. */
import type { Shape } from '../base/shape.js'
import type { BatchInput } from './program.js'

/** `shape` is the shape of a sample. Stored values are divided by `divisor`. */
export const samplesInput = (shape: Shape, divisor: number): BatchInput => ({
  kind: 'batch',
  name: 'x',
  shape: [null, ...shape],
  dtype: 'float32',
  divisor,
})

/** Class indices. */
export const labelsInput = (classes: number): BatchInput => ({
  kind: 'batch',
  name: 'y',
  shape: [null],
  dtype: 'int32',
  divisor: 1,
  below: classes,
})
