/** `RandomHue` and `RandomSaturation` (keras/src/layers/preprocessing/image_preprocessing), for pictures of 3 channels. */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, Picture } from './augmentation.js'
import { uniform, upTo } from './draws.js'
import { clip, type Range, rangeOf } from './values.js'

/** Draws the turn of the colour circle, as a share of it (random_hue.py). */
export function randomHue({ factor, value_range }: ArgumentsOf<'RandomHue'>): Augmentation<number> {
  const range = rangeOf(value_range)
  const strength = upTo(factor)
  return {
    shape: (given) => given,
    draw: (random) => (random.uniform() > 0.5 ? -0.5 : 0.5) * uniform(random, strength),
    apply: (picture, turn) =>
      withColours(picture, range, (colour) => {
        const hue = colour[0]! + turn
        colour[0] = hue > 1 ? hue - 1 : hue < 0 ? hue + 1 : hue
      }),
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
    shape: (given) => given,
    draw(random) {
      const drawn = uniform(random, strength)
      return drawn / (1 - drawn + EPSILON)
    },
    apply: (picture, times) =>
      withColours(picture, range, (colour) => {
        colour[1] = Math.min(colour[1]! * times, 1)
      }),
  }
}

/** `keras.config.epsilon()`. */
const EPSILON = 1e-7

/** Changes hue, saturation and value of each pixel: numbers from 0 to 1, changed in place. */
function withColours({ shape, values }: Picture, range: Range, change: (colour: Float64Array) => void): Picture {
  const [least, largest] = range
  const width = largest - least
  const made = new Float32Array(values.length)
  const colour = new Float64Array(3)
  for (let at = 0; at < made.length; at += 3) {
    for (let channel = 0; channel < 3; channel++) colour[channel] = (values[at + channel]! - least) / width
    toHsv(colour)
    change(colour)
    toRgb(colour)
    for (let channel = 0; channel < 3; channel++) {
      made[at + channel] = clip(colour[channel]! * width + least, range)
    }
  }
  return { shape, values: made }
}

/** As `tf.image.rgb_to_hsv`, in place. */
function toHsv(colour: Float64Array): void {
  const [red, green, blue] = colour as unknown as [number, number, number]
  const value = Math.max(red, green, blue)
  const chroma = value - Math.min(red, green, blue)
  let hue = 0
  if (chroma > 0) {
    if (value === red) hue = (green - blue) / chroma / 6
    else if (value === green) hue = (2 + (blue - red) / chroma) / 6
    else hue = (4 + (red - green) / chroma) / 6
  }
  colour[0] = hue < 0 ? hue + 1 : hue
  colour[1] = value > 0 ? chroma / value : 0
  colour[2] = value
}

/** As `tf.image.hsv_to_rgb`, in place. */
function toRgb(colour: Float64Array): void {
  const [hue, saturation, value] = colour as unknown as [number, number, number]
  const sixth = hue * 6
  colour[0] = (1 - saturation + saturation * clip(Math.abs(sixth - 3) - 1, UNIT)) * value
  colour[1] = (1 - saturation + saturation * clip(2 - Math.abs(sixth - 2), UNIT)) * value
  colour[2] = (1 - saturation + saturation * clip(2 - Math.abs(sixth - 4), UNIT)) * value
}

const UNIT: Range = [0, 1]
