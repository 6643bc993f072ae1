/** `RandomSharpness` and `RandomGaussianBlur` (keras/src/layers/preprocessing/image_preprocessing). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, Picture } from './augmentation.js'
import { exactly, happens, uniform, upTo } from './draws.js'
import { zeros } from './scratch.js'
import { clipped, rangeOf } from './values.js'

/**
 * Draws the strength: 0 blurs, 1 changes nothing, 2 sharpens (random_sharpness.py). Outside of the picture there are zeros,
 * as in Keras, so its border becomes darker or lighter.
 */
export function randomSharpness({ factor, value_range }: ArgumentsOf<'RandomSharpness'>): Augmentation<number> {
  const range = rangeOf(value_range)
  const strength = upTo(factor)
  return {
    shape: (given) => given,
    draw: (random) => 2 * uniform(random, strength),
    apply(picture, sharpness) {
      const { shape, values } = picture
      const sums = convolved(picture, [1, 1, 1], [1, 1, 1])
      const made = zeros(values.length)
      for (let at = 0; at < made.length; at++) {
        const value = values[at]!
        // the kernel is 1 / 13, and 5 / 13 in the middle
        const smooth = (sums[at]! + 4 * value) / 13
        made[at] = value + (1 - sharpness) * (smooth - value)
      }
      return { shape, values: clipped(made, range) }
    },
  }
}

export interface GaussianBlur {
  readonly blurs: boolean
  /** Standard deviations of the kernel, in pixels. */
  readonly height: number
  readonly width: number
}

/**
 * Draws whether the picture is blurred, and how much in each direction (random_gaussian_blur.py). Keras draws the deviations
 * once for a batch, and its code takes a number s for [0, s] and allows none above 1. If the kernel is no square, Keras
 * mixes up its elements. Outside of the picture there are zeros.
 */
export function randomGaussianBlur({
  factor,
  kernel_size,
  sigma,
  value_range,
}: ArgumentsOf<'RandomGaussianBlur'>): Augmentation<GaussianBlur> {
  const range = rangeOf(value_range)
  const probability = upTo(factor)
  const deviation = exactly(sigma)
  const [height, width] = kernel_size
  return {
    shape: (given) => given,
    draw: (random) => ({
      blurs: happens(random, probability),
      height: uniform(random, deviation) + SMALL,
      width: uniform(random, deviation) + SMALL,
    }),
    apply(picture, drawn) {
      const values = drawn.blurs
        ? convolved(picture, gaussian(height!, drawn.height), gaussian(width!, drawn.width))
        : picture.values.slice()
      return { shape: picture.shape, values: clipped(values, range) }
    },
  }
}

/** Added to the deviation, which may be 0. */
const SMALL = 1e-6

/** The weights of a kernel, with the sum 1. */
export function gaussian(size: number, deviation: number): readonly number[] {
  const weights = Array.from({ length: size }, (_, at) => Math.exp(-0.5 * ((at - (size - 1) / 2) / deviation) ** 2))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/** Returns the values convolved with the product of two kernels of odd sizes. */
export function convolved(
  { shape, values }: Picture,
  rows: readonly number[],
  columns: readonly number[],
): Float32Array {
  const [height, width, channels] = shape
  return alongAxis(alongAxis(values, height, width * channels, rows), width, channels, columns)
}

/** Convolves along an axis with this many elements, each of which is so many values. */
function alongAxis(values: Float32Array, count: number, size: number, kernel: readonly number[]): Float32Array {
  const made = zeros(values.length)
  const line = count * size
  for (let start = 0; start < values.length; start += line) {
    for (const [tap, weight] of kernel.entries()) {
      const offset = (tap - (kernel.length - 1) / 2) * size
      const end = start + Math.min(line, line - offset)
      for (let at = start + Math.max(0, -offset); at < end; at++) made[at]! += weight * values[at + offset]!
    }
  }
  return made
}
