/** `RandomBrightness` and `RandomContrast` (keras/src/layers/preprocessing/image_preprocessing). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, Picture } from './augmentation.js'
import { around, uniform } from './draws.js'
import { zeros } from './scratch.js'
import { clipped, rangeOf } from './values.js'

/** Draws the number that is added (random_brightness.py). */
export function randomBrightness({ factor, value_range }: ArgumentsOf<'RandomBrightness'>): Augmentation<number> {
  const range = rangeOf(value_range)
  const strength = around(factor)
  return {
    shape: (given) => given,
    draw: (random) => uniform(random, strength) * (range[1] - range[0]),
    apply({ shape, values }, added) {
      const made = zeros(values.length)
      for (let at = 0; at < made.length; at++) made[at] = values[at]! + added
      return { shape, values: clipped(made, range) }
    },
  }
}

/**
 * Draws the factor of the distances from the mean of a channel (random_contrast.py). A pair [a, b] stands for 1 - a to 1 + b,
 * and a number f for [f, f], as Keras documents it. Its code sorts a pair, and takes a number for [0, f].
 */
export function randomContrast({ factor, value_range }: ArgumentsOf<'RandomContrast'>): Augmentation<number> {
  const range = rangeOf(value_range)
  const [less, more] = typeof factor === 'number' ? [factor, factor] : factor
  return {
    shape: (given) => given,
    draw: (random) => uniform(random, [1 - less!, 1 + more!]),
    apply({ shape, values }, times) {
      const means = channelMeans({ shape, values })
      const made = zeros(values.length)
      for (let at = 0; at < made.length; ) {
        for (let channel = 0; channel < means.length; channel++, at++) {
          const mean = means[channel]!
          made[at] = (values[at]! - mean) * times + mean
        }
      }
      return { shape, values: clipped(made, range) }
    },
  }
}

function channelMeans({ shape: [height, width, channels], values }: Picture): Float64Array {
  const sums = new Float64Array(channels)
  for (let at = 0; at < values.length; ) {
    for (let channel = 0; channel < channels; channel++) sums[channel]! += values[at++]!
  }
  return sums.map((sum) => sum / (height * width))
}
