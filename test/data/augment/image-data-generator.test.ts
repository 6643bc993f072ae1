import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../../src/base/philox.js'
import { imageDataGenerator, type TransformParameters } from '../../../src/data/augment/image-data-generator.js'
import { expectClose } from '../../support/close.js'
import { firstPicture, generatorSpec, pixels } from '../../support/generator.js'
import { kerasFixture } from '../../support/keras.js'

const { transforms, draws, levels } = kerasFixture('generator')

const NOTHING: TransformParameters = {
  theta: 0,
  tx: 0,
  ty: 0,
  shear: 0,
  zx: 1,
  zy: 1,
  flip_horizontal: false,
  flip_vertical: false,
  channel_shift_intensity: null,
  brightness: null,
}

describe('given parameters do to a picture what they do in Keras', () => {
  test.each(transforms.map((one) => [JSON.stringify([one.arguments, one.parameters, one.shape]), one] as const))(
    '%s',
    (_, { arguments: given, parameters, shape, output }) => {
      const picture = firstPicture(shape)
      const before = picture.values.slice()
      const made = imageDataGenerator(generatorSpec(given)).apply(picture, { ...NOTHING, ...parameters })
      // numbers up to 255
      expectClose(made.values, output, 'picture', { relative: 1e-5, absolute: 1e-5 })
      expect(made.shape).toEqual(shape)
      expect(picture.values, 'the given picture').toEqual(before)
    },
  )
})

describe('parameters are drawn as in Keras', () => {
  const COUNT = 4000
  test.each(draws.map((one) => [JSON.stringify(one.arguments), one] as const))(
    '%s',
    (_, { arguments: given, shape, parameters }) => {
      const { draw } = imageDataGenerator(generatorSpec(given))
      const random = new RandomStream({ seed: 7, purpose: 0, stream: 0, step: 0 })
      const drawn = Array.from({ length: COUNT }, () => draw(random, shape))
      for (const [name, expected] of Object.entries(parameters)) {
        const values = drawn.map((one) => one[name as keyof TransformParameters])
        if (expected === null) {
          expect(values.every((value) => value === null)).toBe(true)
          continue
        }
        const sorted = values.map(Number).sort((a, b) => a - b)
        // a share of so many draws has a standard deviation of at most 0.008, and here are two of them
        if ('shares' in expected) {
          const shares = expected.values.map((value) => sorted.filter((one) => one === value).length / COUNT)
          expectClose(shares, expected.shares, name, { relative: 0, absolute: 0.04 })
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
        } else {
          const { quantiles } = expected
          const found = levels.map((level) => sorted[Math.round(level * (COUNT - 1))]!)
          expectClose(found, quantiles, name, { relative: 0, absolute: 0.04 * (quantiles.at(-1)! - quantiles[0]!) })
        }
      }
    },
  )
})

describe('a mask', () => {
  const shape = [6, 5, 1] as const
  const classes = Float32Array.from(pixels(shape, 1), (value) => 1 + (value % 3))
  const moved = (fill_mode: string) =>
    imageDataGenerator(generatorSpec({ fill_mode, cval: 99, interpolation_order: 3 })).applyToMask!(
      { shape, values: classes },
      { ...NOTHING, theta: 30, tx: 2, flip_horizontal: true, brightness: 0.5, channel_shift_intensity: 9 },
    ).values

  test('moves with its picture, and keeps its class numbers', () => {
    expect(new Set(moved('reflect'))).toEqual(new Set([1, 2, 3]))
    const picture = imageDataGenerator(generatorSpec({ fill_mode: 'reflect', interpolation_order: 0 })).apply(
      { shape, values: classes },
      { ...NOTHING, theta: 30, tx: 2, flip_horizontal: true },
    )
    expect(moved('reflect')).toEqual(picture.values)
  })

  test('is 0 outside with a constant', () => {
    expect(new Set(moved('constant'))).toEqual(new Set([0, 1, 2, 3]))
  })
})

test('brightness of pictures with two channels is refused', () => {
  expect(() => imageDataGenerator(generatorSpec({ brightness_range: [0.5, 1] })).shape([4, 4, 2])).toThrow(
    'found pictures of 2 channels, must be 1, 3 or 4 for "brightness_range"',
  )
})
