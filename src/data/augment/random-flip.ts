/** `RandomFlip` (keras/src/layers/preprocessing/image_preprocessing/random_flip.py). */
import type { AugmentationOf } from '../../spec/augmentation.js'
import type { Augmentation, Picture } from './augmentation.js'

interface Flips {
  readonly horizontal: boolean
  readonly vertical: boolean
}

export function randomFlip({ mode }: AugmentationOf<'RandomFlip'>): Augmentation<Flips> {
  return {
    shape: (given) => given,
    draw: (random) => ({
      horizontal: mode !== 'vertical' && random.uniform() <= 0.5,
      vertical: mode !== 'horizontal' && random.uniform() <= 0.5,
    }),
    apply: flipped,
    applyToMask: flipped,
  }
}

export function flipped(picture: Picture, { horizontal, vertical }: Flips): Picture {
  if (!horizontal && !vertical) return picture
  const { shape } = picture
  const [height, width, channels] = shape
  const values = new Float32Array(picture.values.length)
  for (let y = 0, to = 0; y < height; y++) {
    const row = vertical ? height - 1 - y : y
    for (let x = 0; x < width; x++, to += channels) {
      const from = (row * width + (horizontal ? width - 1 - x : x)) * channels
      for (let channel = 0; channel < channels; channel++) values[to + channel] = picture.values[from + channel]!
    }
  }
  return { shape, values }
}
