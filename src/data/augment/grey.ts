/**
 * `RandomColorDegeneration` and `RandomGrayscale` (keras/src/layers/preprocessing/image_preprocessing), for pictures of 1 or
 * 3 channels.
 */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, Picture } from './augmentation.js'
import { taking } from './channels.js'
import { uniform, upTo } from './draws.js'
import { zeros } from './scratch.js'
import { clipped, rangeOf } from './values.js'

/**
 * Draws the share of the grey picture (random_color_degeneration.py). A number f stands for [0, f], as Keras documents it; its
 * code draws from -f to f.
 */
export function randomColorDegeneration({
  factor,
  value_range,
}: ArgumentsOf<'RandomColorDegeneration'>): Augmentation<number> {
  const range = rangeOf(value_range)
  const strength = upTo(factor)
  return {
    shape: taking('RandomColorDegeneration', 1, 3),
    draw: (random) => uniform(random, strength),
    apply(picture, share) {
      const { shape, values } = towardsGrey(picture, share)
      return { shape, values: clipped(values, range) }
    },
  }
}

/** Draws whether the picture becomes grey (random_grayscale.py). */
export function randomGrayscale({ factor }: ArgumentsOf<'RandomGrayscale'>): Augmentation<boolean> {
  return {
    shape: taking('RandomGrayscale', 1, 3),
    draw: (random) => random.uniform() < factor,
    apply: (picture, greys) => (greys ? towardsGrey(picture, 1) : picture),
  }
}

/** Moves each value towards the luminance of its pixel. */
function towardsGrey({ shape, values }: Picture, share: number): Picture {
  const made = zeros(values.length)
  const channels = shape[2]
  for (let at = 0; at < made.length; at += channels) {
    const grey = channels === 1 ? values[at]! : RED * values[at]! + GREEN * values[at + 1]! + BLUE * values[at + 2]!
    for (let channel = at; channel < at + channels; channel++) {
      made[channel] = values[channel]! + share * (grey - values[channel]!)
    }
  }
  return { shape, values: made }
}

/** Weights of the colours in the luminance (`keras.ops.image.rgb_to_grayscale`). */
const [RED, GREEN, BLUE] = [0.2989, 0.587, 0.114]
