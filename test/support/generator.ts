/** ImageDataGenerator of a spec, and the pictures of its fixture. */
import { sizeOf } from '../../src/base/shape.js'
import type { Picture, PictureShape } from '../../src/data/augment/augmentation.js'
import type { GeneratorSpec } from '../../src/spec/augmentation/generator.js'
import { augment } from '../../src/spec/augmentation.js'
import { evenly } from './hashed.js'

/** The generator with its defaults. */
export const generatorSpec = (given: object): GeneratorSpec =>
  augment.parse([{ type: 'ImageDataGenerator', ...given }])[0] as GeneratorSpec

/** Whole numbers from 0 to 255, as in test/fixtures/keras/make_generator.py. */
export const pixels = (shape: PictureShape, count: number): Float32Array =>
  Float32Array.from(evenly(JSON.stringify(shape), count * sizeOf(shape)), (value) => Math.floor((value + 1) * 128))

/** The first picture of that shape. */
export const firstPicture = (shape: PictureShape): Picture => ({
  shape,
  values: pixels(shape, 6).subarray(0, sizeOf(shape)),
})
