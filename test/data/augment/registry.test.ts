/** Every augmentation: it does what its draw says, for pictures of any size, and leaves what it is given as it is. */
import { describe, expect, test } from 'vitest'
import { PURPOSE, RandomStream } from '../../../src/base/philox.js'
import { sizeOf } from '../../../src/base/shape.js'
import type { Picture, PictureShape } from '../../../src/data/augment/augmentation.js'
import { augmentationOf } from '../../../src/data/augment/registry.js'
import type { AugmentationSpec } from '../../../src/spec/augmentation.js'
import { resolved } from '../../support/augmentations.js'
import { evenly } from '../../support/hashed.js'

/** Arguments with which a layer changes pictures. */
const LAYERS: { readonly [Type in AugmentationSpec['type']]: object } = {
  RandomFlip: {},
  RandomRotation: { factor: 0.3 },
  RandomTranslation: { height_factor: 0.3, width_factor: 0.3 },
  RandomZoom: { height_factor: 0.3 },
  RandomShear: { x_factor: 0.3, y_factor: 0.3 },
  RandomCrop: { height: 4, width: 3 },
  RandomPerspective: { factor: [1, 1] },
  RandomElasticTransform: { factor: [1, 1] },
  RandomErasing: { factor: [1, 1], scale: [0.3, 0.6] },
  RandomBrightness: { factor: 0.3 },
  RandomContrast: { factor: 0.3 },
  RandomHue: { factor: 0.3 },
  RandomSaturation: { factor: [0.7, 0.9] },
  RandomColorJitter: { brightness_factor: 0.3, contrast_factor: 0.3, saturation_factor: 0.3, hue_factor: 0.3 },
  RandomColorDegeneration: { factor: 0.9 },
  RandomGrayscale: { factor: 1 },
  RandomSharpness: { factor: [0.7, 1] },
  RandomGaussianBlur: { factor: [1, 1], kernel_size: [5, 3], sigma: [0.5, 2] },
  RandomInvert: { factor: [1, 1] },
  RandomPosterization: { factor: 3 },
  Solarization: {},
  Equalization: {},
  ContrastLimitedAdaptiveHistogramEqualization: {},
  AutoContrast: {},
  RandAugment: {},
  AugMix: {},
  MixUp: { alpha: 5 },
  CutMix: {},
  ImageDataGenerator: { rotation_range: 30, brightness_range: [0.5, 1.5], channel_shift_range: 20, zoom_range: 0.2 },
}

const SHAPES: readonly PictureShape[] = [
  [9, 7, 3],
  [1, 1, 3],
  [2, 11, 3],
]

const picture = (name: string, shape: PictureShape): Picture => ({
  shape,
  values: Float32Array.from(evenly(name, sizeOf(shape)), (value) => Math.floor((value + 1) * 128)),
})

const stream = (row: number) => new RandomStream({ seed: 2, purpose: PURPOSE.sample, stream: row, step: 1 })

describe.each(Object.entries(LAYERS))('%s', (type, given) => {
  const layer = augmentationOf(resolved({ type, ...given }))
  const changed = (one: Picture, drawn: unknown) =>
    'mix' in layer ? layer.mix(one, picture('other', one.shape), drawn) : layer.apply(one, drawn)

  test.each(SHAPES)('pictures of %i x %i x %i', (...shape) => {
    const before = picture('one', shape)
    for (let row = 0; row < 20; row++) {
      const drawn = layer.draw(stream(row), shape)
      expect(layer.draw(stream(row), shape)).toEqual(drawn)
      const made = changed(before, drawn)
      expect(before).toEqual(picture('one', shape))
      expect(made.shape).toEqual('mix' in layer ? shape : layer.shape(shape))
      expect(made.values).toHaveLength(sizeOf(made.shape))
      expect(made.values.every((value) => value >= 0 && value <= 255)).toBe(true)
      // a draw is plain data, which another thread could be given
      expect(changed(before, structuredClone(drawn))).toEqual(made)
    }
  })

  test('changes pictures', () => {
    const before = picture('one', SHAPES[0]!)
    const made = Array.from({ length: 20 }, (_, row) => changed(before, layer.draw(stream(row), SHAPES[0]!)))
    expect(made.some(({ values }) => values.some((value, at) => value !== before.values[at]))).toBe(true)
  })
})
