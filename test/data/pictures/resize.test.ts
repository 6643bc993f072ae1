/** Resized pictures are those of Keras. */
import { describe, expect, test } from 'vitest'
import { resize } from '../../../src/data/pictures/resize.js'
import { expectClose } from '../../support/close.js'
import { AS_KERAS, fixturePicture } from '../../support/geometry.js'
import { kerasFixture } from '../../support/keras.js'

const { resizing, more_methods } = kerasFixture('geometry')
const cases = [...resizing, ...more_methods].map((one) => {
  const { output, ...rest } = one
  return [JSON.stringify(rest), one] as const
})

test.each(cases)('%s', (_, { shape, height, width, output, ...settings }) => {
  const { values } = fixturePicture(shape)
  const made = resize(values, shape, [height, width], { interpolation: 'bilinear', ...settings })
  expectClose(made, output.values, 'output', AS_KERAS)
})

describe('a picture of bytes', () => {
  test.each(['bilinear', 'nearest', 'lanczos5'] as const)('gives the same as one of float32 by %s', (interpolation) => {
    const bytes = Uint8Array.from(fixturePicture([11, 8, 3]).values)
    const settings = { interpolation, antialias: true, crop_to_aspect_ratio: true }
    const made = resize(bytes, [11, 8, 3], [5, 6], settings)
    expect(made).toEqual(resize(Float32Array.from(bytes), [11, 8, 3], [5, 6], settings))
  })

  // the Lanczos kernel goes beyond the range where black is beside white
  test.each(['bilinear', 'lanczos3'] as const)('becomes rounded bytes by %s', (interpolation) => {
    const bytes = Uint8Array.from({ length: 11 * 8 * 3 }, (_, at) => (at % 5 === 0 ? 255 : (at * 37) % 90))
    const exact = resize(bytes, [11, 8, 3], [23, 9], { interpolation })
    if (interpolation === 'lanczos3') expect(Math.min(...exact)).toBeLessThan(0)
    const made = resize(bytes, [11, 8, 3], [23, 9], { interpolation }, new Uint8Array(23 * 9 * 3))
    expect(made).toEqual(new Uint8Array(Uint8ClampedArray.from(exact)))
  })
})

test.each(['bilinear', 'nearest', 'bicubic', 'area'] as const)(
  'a picture of the wanted size stays as it is by %s',
  (interpolation) => {
    const { values } = fixturePicture([6, 5, 3])
    expect(resize(values, [6, 5, 3], [6, 5], { interpolation })).toEqual(values)
  },
)
