/** The inputs that programs cut from data: the samples, and their labels. */
import type { Shape } from '../base/shape.js'
import type { BatchInput } from './program.js'

/** `shape` is that of a sample; stored values are divided by `divisor`. */
export const samplesInput = (shape: Shape, divisor: number): BatchInput => ({
  kind: 'batch',
  name: 'x',
  shape: [null, ...shape],
  dtype: 'float32',
  divisor,
})

/** Class numbers. */
export const labelsInput = (classes: number): BatchInput => ({
  kind: 'batch',
  name: 'y',
  shape: [null],
  dtype: 'int32',
  divisor: 1,
  below: classes,
})
