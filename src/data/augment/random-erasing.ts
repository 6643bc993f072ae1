/** `RandomErasing` (keras/src/layers/preprocessing/image_preprocessing/random_erasing.py). */
import type { RandomStream } from '../../base/philox.js'
import type { ArgumentsOf } from '../../spec/augmentation.js'
import { StepProblem } from '../steps/problem.js'
import type { Augmentation, Picture } from './augmentation.js'
import { happens, uniform, upTo } from './draws.js'
import { clipped, rangeOf } from './values.js'

/** A rectangle, and the values that fill it row by row. null: nothing is erased. */
export interface Erased {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
  readonly values: Float32Array
}

/** Draws a rectangle: each side is the root of a number from `scale`, as a share of that of the picture. */
export function randomErasing({
  factor,
  scale,
  fill_value,
  value_range,
}: ArgumentsOf<'RandomErasing'>): Augmentation<Erased | null> {
  const [probability, shares, range] = [upTo(factor), upTo(scale), rangeOf(value_range)]
  const fill = (random: RandomStream, channel: number) => {
    if (fill_value === null) return random.normal() * value_range[1]!
    return typeof fill_value === 'number' ? fill_value : fill_value[channel]!
  }
  return {
    shape(given) {
      const channels = given[2]
      if (Array.isArray(fill_value) && fill_value.length !== channels) {
        const must = `one, or one for each of ${channels} channels`
        throw new StepProblem(`found ${fill_value.length} numbers in "fill_value" of RandomErasing, must be ${must}`)
      }
      return given
    },
    draw(random, [rows, columns, channels]) {
      const [across, down] = [Math.sqrt(uniform(random, shares)), Math.sqrt(uniform(random, shares))]
      const { from: left, size: width } = pixelsOf(random, columns, across)
      const { from: top, size: height } = pixelsOf(random, rows, down)
      if (!happens(random, probability)) return null
      const values = Float32Array.from({ length: height * width * channels }, (_, at) => fill(random, at % channels))
      return { top, left, height, width, values: clipped(values, range) }
    },
    apply: (picture, erased) => (erased ? covered(picture, erased) : picture),
  }
}

/** Draws a place for an interval of this share of an axis, and returns the pixels whose index lies in it. */
function pixelsOf(random: RandomStream, size: number, share: number) {
  const start = random.uniform() * (size - size * share)
  const from = Math.ceil(start)
  return { from, size: Math.ceil(start + size * share) - from }
}

function covered({ shape, values }: Picture, { top, left, height, width, values: patch }: Erased): Picture {
  const [, columns, channels] = shape
  const made = values.slice()
  const row = width * channels
  for (let y = 0; y < height; y++) {
    made.set(patch.subarray(y * row, (y + 1) * row), ((top + y) * columns + left) * channels)
  }
  return { shape, values: made }
}
