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
