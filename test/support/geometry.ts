/** Pictures of the fixtures that test/fixtures/keras/make_geometry.py writes. */
import { sizeOf } from '../../src/base/shape.js'
import type { Picture, PictureShape } from '../../src/data/augment/augmentation.js'
import { evenly } from './hashed.js'

/** The tolerance for values from 0 to 255. */
export const AS_KERAS = { relative: 1e-5, absolute: 2e-4 }

/** The same as `picture` there: values from 0 to 255. */
export function fixturePicture(shape: PictureShape): Picture {
  const values = Float32Array.from(evenly('picture', sizeOf(shape)), (value) => (255 * (value + 1)) / 2)
  return { shape, values }
}

/** The same as `mask` there: numbers of five classes. */
export function fixtureMask([height, width]: PictureShape): Picture {
  const values = Float32Array.from(evenly('mask', height * width), (value) => Math.floor(2.5 * (value + 1)))
  return { shape: [height, width, 1], values }
}

/** The same as `noise_of` there, across and down side by side. */
export function fixtureNoise([height, width]: PictureShape): readonly number[] {
  const [across, down] = [evenly('across', height * width), evenly('down', height * width)]
  return Array.from(across).flatMap((value, pixel) => [4 * value, 4 * down[pixel]!])
}
