/** `RandomFlip` (keras/src/layers/preprocessing/image_preprocessing/random_flip.py). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, Picture } from './augmentation.js'
import { zeros } from './scratch.js'

interface Flips {
  readonly horizontal: boolean
  readonly vertical: boolean
}

/** Draws whether the picture is flipped; in both directions at once, if both are asked for, as in Keras 3. */
export function randomFlip({ mode }: ArgumentsOf<'RandomFlip'>): Augmentation<Flips> {
  return {
    shape: (given) => given,
    draw(random) {
      const flips = random.uniform() <= 0.5
      return { horizontal: flips && mode !== 'vertical', vertical: flips && mode !== 'horizontal' }
    },
    apply: flipped,
    applyToMask: flipped,
  }
}

export function flipped(picture: Picture, { horizontal, vertical }: Flips): Picture {
  if (!horizontal && !vertical) return picture
  const { shape, values } = picture
  const [height, width, channels] = shape
  const made = zeros(values.length)
  const step = horizontal ? -channels : channels
  for (let y = 0, to = 0; y < height; y++) {
    const row = (vertical ? height - 1 - y : y) * width
    let from = (horizontal ? row + width - 1 : row) * channels
    for (let x = 0; x < width; x++, from += step) {
      for (let at = from; at < from + channels; at++) made[to++] = values[at]!
    }
  }
  return { shape, values: made }
}
