/** Values of pictures and their range. */
import { zeros } from './scratch.js'

/** The smallest and the largest value. */
export type Range = readonly [least: number, largest: number]

/** The range that Keras computes in. */
export const BYTES: Range = [0, 255]

/** The pair in a spec, in rising order. */
export const rangeOf = ([a, b]: readonly number[]): Range => [Math.min(a!, b!), Math.max(a!, b!)]

export const clip = (value: number, least: number, largest: number): number => Math.min(Math.max(value, least), largest)

/** Returns the least and the largest value. */
export function boundsOf(values: Float32Array): Range {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < least) least = value
    if (value > largest) largest = value
  }
  return [least, largest]
}

/** Clips values in place, and returns them. */
export function clipped(values: Float32Array, [least, largest]: Range): Float32Array {
  for (let at = 0; at < values.length; at++) values[at] = clip(values[at]!, least, largest)
  return values
}

/**
 * Returns values in another range; the same ones if the range is the same. It rounds to float32 after each operation, as Keras
 * does, because the bytes that values fall on depend on it (keras/src/layers/preprocessing/image_preprocessing/
 * base_image_preprocessing_layer.py, `_transform_value_range`).
 */
export function rescaled(values: Float32Array, [least, largest]: Range, [low, high]: Range): Float32Array {
  if (least === low && largest === high) return values
  const { fround } = Math
  const [from, to] = [fround(least), fround(low)]
  const [width, scale] = [fround(fround(largest) - from), fround(fround(high) - to)]
  const made = zeros(values.length)
  for (let at = 0; at < made.length; at++) {
    made[at] = fround(fround(fround(values[at]! - from) / width) * scale) + to
  }
  return made
}
