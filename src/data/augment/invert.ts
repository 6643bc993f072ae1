/**
 * `RandomInvert`, `Solarization` and `RandomPosterization` (keras/src/layers/preprocessing/image_preprocessing).
 */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation } from './augmentation.js'
import { exactly, happens, uniform, upTo } from './draws.js'
import { zeros } from './scratch.js'
import { BYTES, clip, rangeOf, rescaled } from './values.js'

/**
 * Draws whether the picture is inverted (random_invert.py). Values stay in any value range; Keras subtracts them from
 * `value_range[1]`, which is right if the range begins at 0.
 */
export function randomInvert({ factor, value_range }: ArgumentsOf<'RandomInvert'>): Augmentation<boolean> {
  const [least, largest] = rangeOf(value_range)
  const probability = upTo(factor)
  return {
    shape: (given) => given,
    draw: (random) => happens(random, probability),
    apply(picture, inverts) {
      if (!inverts) return picture
      const { shape, values } = picture
      const made = zeros(values.length)
      for (let at = 0; at < made.length; at++) made[at] = least + largest - values[at]!
      return { shape, values: made }
    },
  }
}

export interface Solarized {
  /** Number that is added, for values from 0 to 255. */
  readonly addition: number
  /** From this value on, values are inverted. */
  readonly threshold: number
}

/**
 * Draws what is added, and the threshold (solarization.py). Both ends of a pair are shares of the value range; in Keras only
 * the upper one is.
 */
export function solarization({
  addition_factor,
  threshold_factor,
  value_range,
}: ArgumentsOf<'Solarization'>): Augmentation<Solarized> {
  const range = rangeOf(value_range)
  const [additions, thresholds] = [upTo(addition_factor), upTo(threshold_factor)]
  return {
    shape: (given) => given,
    draw: (random) => ({ addition: uniform(random, additions) * 255, threshold: uniform(random, thresholds) * 255 }),
    apply({ shape, values }, { addition, threshold }) {
      const bytes = rescaled(values, range, BYTES)
      const made = zeros(values.length)
      for (let at = 0; at < made.length; at++) {
        const byte = clip(Math.fround(bytes[at]! + addition), 0, 255)
        made[at] = byte < threshold ? byte : 255 - byte
      }
      return { shape, values: rescaled(made, BYTES, range) }
    },
  }
}

/**
 * Draws the number of bits that are kept (random_posterization.py). A number is just that, as Keras documents it, and of a
 * pair [a, b] both ends are drawn too; the code of Keras draws from 1 to the number, or from a to b, without the last.
 */
export function randomPosterization({ factor, value_range }: ArgumentsOf<'RandomPosterization'>): Augmentation<number> {
  const range = rangeOf(value_range)
  const [least, most] = exactly(factor)
  return {
    shape: (given) => given,
    draw: (random) => least + random.below(most - least + 1),
    apply({ shape, values }, bits) {
      const bytes = rescaled(values, range, BYTES)
      const made = zeros(values.length)
      const kept = 0xff << (8 - bits)
      for (let at = 0; at < made.length; at++) made[at] = clip(bytes[at]!, 0, 255) & kept
      return { shape, values: rescaled(made, BYTES, range) }
    },
  }
}
