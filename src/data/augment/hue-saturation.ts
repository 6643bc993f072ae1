/** `RandomHue` and `RandomSaturation` (keras/src/layers/preprocessing/image_preprocessing), for pictures of 3 channels. */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, Picture } from './augmentation.js'
import { taking } from './channels.js'
import { uniform, upTo } from './draws.js'
import { zeros } from './scratch.js'
import { clip, clipped, type Range, rangeOf } from './values.js'

/** Draws the turn of the colour circle, as a share of it (random_hue.py). */
export function randomHue({ factor, value_range }: ArgumentsOf<'RandomHue'>): Augmentation<number> {
  const range = rangeOf(value_range)
  const strength = upTo(factor)
  return {
    shape: taking('RandomHue', 3),
    draw: (random) => (random.uniform() > 0.5 ? -0.5 : 0.5) * uniform(random, strength),
    apply: (picture, turn) => recoloured(picture, range, turn, 1),
  }
}

/**
 * Draws the factor of the saturation (random_saturation.py). The saturation is at most 1 in any value range, so colours stay
 * in it; in Keras it is at most `value_range[1]`. A number f stands for [0, f], as Keras documents it; its code draws from
 * -f to f.
 */
export function randomSaturation({ factor, value_range }: ArgumentsOf<'RandomSaturation'>): Augmentation<number> {
  const range = rangeOf(value_range)
  const strength = upTo(factor)
  return {
    shape: taking('RandomSaturation', 3),
    draw(random) {
      const drawn = uniform(random, strength)
      return drawn / (1 - drawn + EPSILON)
    },
    apply: (picture, times) => recoloured(picture, range, 0, times),
  }
}

/** `keras.config.epsilon()`. */
const EPSILON = 1e-7

/**
 * Adds `turn` to the hue, which goes round from 1 to 0, and multiplies the saturation, which is at most 1. The formulas are those
 * of `tf.image.rgb_to_hsv` and `hsv_to_rgb`.
 */
function recoloured({ shape, values }: Picture, range: Range, turn: number, times: number): Picture {
  const [least, largest] = range
  const width = largest - least
  const made = zeros(values.length)
  for (let at = 0; at < made.length; at += 3) {
    const red = (values[at]! - least) / width
    const green = (values[at + 1]! - least) / width
    const blue = (values[at + 2]! - least) / width
    const value = Math.max(red, green, blue)
    const chroma = value - Math.min(red, green, blue)
    const saturation = value > 0 ? Math.min((chroma / value) * times, 1) : 0
    // in sixths of the colour circle
    let hue = 6 * turn
    if (chroma > 0) {
      if (value === red) hue += (green - blue) / chroma
      else if (value === green) hue += 2 + (blue - red) / chroma
      else hue += 4 + (red - green) / chroma
    }
    if (hue < 0) hue += 6
    else if (hue > 6) hue -= 6
    const pale = (1 - saturation) * value
    const strength = saturation * value
    made[at] = (pale + strength * clip(Math.abs(hue - 3) - 1, 0, 1)) * width + least
    made[at + 1] = (pale + strength * clip(2 - Math.abs(hue - 2), 0, 1)) * width + least
    made[at + 2] = (pale + strength * clip(2 - Math.abs(hue - 4), 0, 1)) * width + least
  }
  return { shape, values: clipped(made, range) }
}
