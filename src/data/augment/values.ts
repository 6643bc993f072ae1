/** Values of pictures: their range, and changes that treat all values alike. */
import type { Picture } from './augmentation.js'

/** The smallest and the largest value. */
export type Range = readonly [least: number, largest: number]

/** The range that Keras computes in. */
export const BYTES: Range = [0, 255]

/** The pair in a spec, in rising order. */
export const rangeOf = ([a, b]: readonly number[]): Range => [Math.min(a!, b!), Math.max(a!, b!)]

export const clip = (value: number, [least, largest]: Range): number => Math.min(Math.max(value, least), largest)

/** Returns a picture whose values are a function of those of another picture. */
export function changed({ shape, values }: Picture, change: (value: number) => number): Picture {
  const made = new Float32Array(values.length)
  for (let at = 0; at < made.length; at++) made[at] = change(values[at]!)
  return { shape, values: made }
}

/**
 * Returns a function from one range to another one. It rounds to float32 after each operation, as Keras does, because the
 * bytes that values fall on depend on it (keras/src/layers/preprocessing/image_preprocessing/
 * base_image_preprocessing_layer.py, `_transform_value_range`).
 */
export function between([least, largest]: Range, [low, high]: Range): (value: number) => number {
  if (least === low && largest === high) return (value) => value
  const { fround } = Math
  const [from, to] = [fround(least), fround(low)]
  const [width, scale] = [fround(fround(largest) - from), fround(fround(high) - to)]
  return (value) => fround(fround(fround(fround(value - from) / width) * scale) + to)
}
