/** `CutMix` (keras/src/layers/preprocessing/image_preprocessing/cut_mix.py; Yun et al., arXiv 1905.04899). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Mixing } from './augmentation.js'
import { beta, uniform, upTo } from './draws.js'

/** A rectangle in pixels, which need not be whole. It has the pixels from `left` and `top` to below `right` and `bottom`. */
export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Draws the rectangle of the other picture. Keras draws the parameter of the Beta distribution once for a batch. */
export function cutMix({ factor }: ArgumentsOf<'CutMix'>): Mixing<Box> {
  const parameters = upTo(factor)
  return {
    draw(random, [height, width]) {
      const side = Math.sqrt(1 - beta(random, uniform(random, parameters) + SMALL))
      const left = random.uniform() * (width - side * width)
      const top = random.uniform() * (height - side * height)
      // a sum may round to more than the size of the picture
      const [right, bottom] = [Math.min(width, left + side * width), Math.min(height, top + side * height)]
      return { left, right, top, bottom }
    },
    mix({ shape, values }, other, { left, right, top, bottom }) {
      const [, width, channels] = shape
      const made = values.slice()
      for (let y = Math.ceil(top); y < bottom; y++) {
        const line = y * width
        const [from, to] = [(line + Math.ceil(left)) * channels, (line + Math.ceil(right)) * channels]
        if (from < to) made.set(other.values.subarray(from, to), from)
      }
      return { shape, values: made }
    },
    share: ({ left, right, top, bottom }, [height, width]) => 1 - ((right - left) * (bottom - top)) / (height * width),
  }
}

/** Added to the parameter, which may be 0. */
const SMALL = 1e-6
