/**
 * The random changes of Keras' ImageDataGenerator (keras/src/legacy/preprocessing/image.py, `get_random_transform` and
 * `apply_transform`). Its standardization is `generator-step.ts`.
 */
import type { RandomStream } from '../../base/philox.js'
import type { GeneratorSpec } from '../../spec/augmentation/generator.js'
import { StepProblem } from '../steps/problem.js'
import type { Augmentation, Picture, PictureShape } from './augmentation.js'
import { brightened } from './brightness.js'
import { uniform } from './draws.js'
import { flipped } from './random-flip.js'
import { zeros } from './scratch.js'
import { type AffineMap, affineTransform, type Interpolation } from './spline-transform.js'
import { boundsOf, clip, type Range } from './values.js'

/** Keras' `transform_parameters`. */
export interface TransformParameters {
  /** Rotation, in degrees. */
  readonly theta: number
  /** Shift, in pixels: Keras moves columns by `tx`, which is from height_shift_range, and rows by `ty`. */
  readonly tx: number
  readonly ty: number
  /** Shear, in degrees. */
  readonly shear: number
  /** Factors by which pictures become smaller. */
  readonly zx: number
  readonly zy: number
  readonly flip_horizontal: boolean
  readonly flip_vertical: boolean
  readonly channel_shift_intensity: number | null
  readonly brightness: number | null
}

export function imageDataGenerator(spec: GeneratorSpec): Augmentation<TransformParameters> {
  const { fill_mode: mode, cval, interpolation_order: order } = spec
  const moved = (picture: Picture, drawn: TransformParameters, interpolation: Interpolation) => {
    const map = mapOf(drawn, picture.shape)
    const there = map ? affineTransform(picture, map, interpolation) : picture
    return flipped(there, { horizontal: drawn.flip_horizontal, vertical: drawn.flip_vertical })
  }
  return {
    shape(given) {
      if (spec.brightness_range === null || [1, 3, 4].includes(given[2])) return given
      throw new StepProblem(`found pictures of ${given[2]} channels, must be 1, 3 or 4 for "brightness_range"`)
    },
    draw: (random, [height, width]) => ({
      theta: symmetric(random, spec.rotation_range),
      tx: shiftOf(random, spec.height_shift_range, height),
      ty: shiftOf(random, spec.width_shift_range, width),
      shear: symmetric(random, spec.shear_range),
      ...zoomOf(random, spec.zoom_range),
      flip_horizontal: spec.horizontal_flip && random.uniform() < 0.5,
      flip_vertical: spec.vertical_flip && random.uniform() < 0.5,
      channel_shift_intensity: spec.channel_shift_range === 0 ? null : symmetric(random, spec.channel_shift_range),
      brightness: spec.brightness_range === null ? null : uniform(random, spec.brightness_range as Range),
    }),
    apply(picture, drawn) {
      const { channel_shift_intensity: intensity, brightness } = drawn
      // flips change no value, so they may come before the shift of channels
      const there = moved(picture, drawn, { order, mode, cval })
      const shifted = intensity === null ? there : shiftedChannels(there, intensity)
      return brightness === null ? shifted : brightened(shifted, brightness)
    },
    applyToMask: (mask, drawn) => moved(mask, drawn, { order: 0, mode, cval: 0 }),
  }
}

const symmetric = (random: RandomStream, range: number): number => (range === 0 ? 0 : uniform(random, [-range, range]))

/** `numpy.random.choice` of a whole number n chooses from 0 to n - 1. */
function shiftOf(random: RandomStream, range: GeneratorSpec['width_shift_range'], size: number): number {
  if (typeof range === 'object' && 'pixels' in range) return symmetric(random, range.pixels)
  if (typeof range === 'number' && !Number.isInteger(range)) return symmetric(random, range) * (range < 1 ? size : 1)
  if (range === 0) return 0
  const chosen = typeof range === 'number' ? random.below(range) : range[random.below(range.length)]!
  const isShare = typeof range === 'object' && Math.max(...range) < 1
  return chosen * (random.below(2) === 0 ? -1 : 1) * (isShare ? size : 1)
}

function zoomOf(
  random: RandomStream,
  range: GeneratorSpec['zoom_range'],
): { readonly zx: number; readonly zy: number } {
  const bounds = (typeof range === 'number' ? [1 - range, 1 + range] : range) as Range
  if (bounds.every((bound) => bound === 1)) return { zx: 1, zy: 1 }
  return { zx: uniform(random, bounds), zy: uniform(random, bounds) }
}

/**
 * The map of rotation, shift, shear and zoom round the middle; undefined if nothing moves. Keras makes it for x and y,
 * then exchanges them; it takes the height as the size along x.
 */
function mapOf(
  { theta, tx, ty, shear, zx, zy }: TransformParameters,
  [height, width]: PictureShape,
): AffineMap | undefined {
  if (theta === 0 && tx === 0 && ty === 0 && shear === 0 && zx === 1 && zy === 1) return undefined
  const [turn, slant] = [theta, shear].map((degrees) => (degrees * Math.PI) / 180) as [number, number]
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  const [slantCos, slantSin] = [Math.cos(slant), Math.sin(slant)]
  const [xx, xy] = [cos * zx, (-cos * slantSin - sin * slantCos) * zy]
  const [yx, yy] = [sin * zx, (-sin * slantSin + cos * slantCos) * zy]
  const [middleX, middleY] = [height / 2 - 0.5, width / 2 - 0.5]
  const offsetX = cos * tx - sin * ty + middleX - xx * middleX - xy * middleY
  const offsetY = sin * tx + cos * ty + middleY - yx * middleX - yy * middleY
  return { matrix: [yy, yx, xy, xx], offset: [offsetY, offsetX] }
}

function shiftedChannels({ shape, values }: Picture, intensity: number): Picture {
  const [least, largest] = boundsOf(values)
  const by = Math.fround(intensity)
  const made = zeros(values.length)
  for (let at = 0; at < made.length; at++) made[at] = clip(values[at]! + by, least, largest)
  return { shape, values: made }
}
