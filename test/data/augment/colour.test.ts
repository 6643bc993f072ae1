/** Layers that change values do what those of Keras do with the same draw. */
import { describe, expect, test } from 'vitest'
import type { Picture } from '../../../src/data/augment/augmentation.js'
import { augmentation, drawMany, type GivenLayer, mixing } from '../../support/augmentations.js'
import { expectClose } from '../../support/close.js'
import { kerasFixture } from '../../support/keras.js'

const { pictures, mask, cases, mixed } = kerasFixture('colour')

const picture = (name: string): Picture => {
  const { shape, values } = pictures[name]!
  return { shape, values: Float32Array.from(values) }
}

/** A share of the value range. */
const tolerance = ({ value_range: [least, largest] = [0, 255] }: { value_range?: readonly number[] }) => ({
  relative: 1e-5,
  absolute: 1e-6 * (largest! - least!),
})

describe('as in Keras', () => {
  test.each(
    cases.map((one) => [`${JSON.stringify(one.layer)} of ${one.picture}, ${JSON.stringify(one.drawn)}`, one] as const),
  )('%s', (_, { layer, picture: name, drawn, output, mask: moved }) => {
    const given = picture(name)
    const made = augmentation(layer).apply(given, drawn)
    expect(made.shape).toEqual(given.shape)
    expectClose(made.values, output, 'value', tolerance(layer))
    expect(given).toEqual(picture(name))
    if (!moved) return
    const masks = { shape: mask.shape, values: Float32Array.from(mask.values) }
    expect(Array.from(augmentation(layer).applyToMask!(masks, drawn).values)).toEqual(moved)
  })
})

describe.each(['mix_up', 'cut_mix'] as const)('%s, as in Keras', (name) => {
  const { drawn, outputs, targets } = mixed[name]
  const layer = mixing(name === 'mix_up' ? 'MixUp' : 'CutMix')

  test.each([0, 1])('sample %i', (index) => {
    const given = () => mixed.pictures.map((values) => ({ shape: mixed.shape, values: Float32Array.from(values) }))
    const [own, other] = [given()[index]!, given()[1 - index]!]
    expectClose(layer.mix(own, other, drawn[index]).values, outputs[index]!, 'value', tolerance({}))
    expect(layer.share(drawn[index], mixed.shape)).toBeCloseTo(targets[index]![index]!, 6)
    expect([own, other]).toEqual([given()[index], given()[1 - index]])
  })
})

describe('in any value range', () => {
  const scaled = (given: Picture, scale: number, offset: number): Picture => ({
    shape: given.shape,
    values: given.values.map((value) => value * scale + offset),
  })

  test.each<readonly [Exclude<GivenLayer, string>, unknown]>([
    [{ type: 'RandomBrightness', factor: 0.5 }, 0.3],
    [{ type: 'RandomContrast', factor: 0.5 }, 1.7],
    [{ type: 'RandomHue', factor: 0.5 }, 0.2],
    [{ type: 'RandomSaturation', factor: 0.9 }, 8],
    [{ type: 'RandomInvert', factor: 0.5 }, true],
    [{ type: 'Solarization' }, { addition: 20, threshold: 100 }],
    [{ type: 'RandomPosterization', factor: 3 }, 3],
    [{ type: 'Equalization' }, null],
    [{ type: 'ContrastLimitedAdaptiveHistogramEqualization' }, null],
    [{ type: 'AutoContrast' }, null],
  ])('%j gives the same colours', (layer, drawn) => {
    const given = scaled(picture('unit'), 1, 0)
    const wanted = augmentation({ ...layer, value_range: [0, 1] }).apply(given, drawn)
    const signed = augmentation({ ...layer, value_range: [-1, 1] })
    const added = layer.type === 'RandomBrightness' ? 2 * (drawn as number) : drawn
    const made = signed.apply(scaled(given, 2, -1), added)
    expectClose(scaled(made, 0.5, 0.5).values, wanted.values, 'value', { relative: 1e-5, absolute: 1e-6 })
  })
})

test.each<readonly [GivenLayer, number, string]>([
  [{ type: 'RandomHue', factor: 1 }, 1, 'found pictures of 1 channel, but "RandomHue" takes 3'],
  [{ type: 'RandomSaturation', factor: 1 }, 4, 'found pictures of 4 channels, but "RandomSaturation" takes 3'],
  [{ type: 'RandomColorJitter', hue_factor: 1 }, 1, 'found pictures of 1 channel, but "RandomHue" takes 3'],
  ['RandomGrayscale', 4, 'found pictures of 4 channels, but "RandomGrayscale" takes 1 or 3'],
  [
    { type: 'RandomColorDegeneration', factor: 1 },
    2,
    'found pictures of 2 channels, but "RandomColorDegeneration" takes 1 or 3',
  ],
])('%j refuses %i channels', (layer, channels, message) => {
  expect(() => augmentation(layer).shape([4, 5, channels])).toThrow(message)
  expect(augmentation(layer).shape([4, 5, 3])).toEqual([4, 5, 3])
})

test('brightness and contrast take any number of channels, also of RandomColorJitter', () => {
  const layer = augmentation({ type: 'RandomColorJitter', brightness_factor: 0.1, contrast_factor: 0.1 })
  expect(layer.shape([4, 5, 7])).toEqual([4, 5, 7])
})

test('layers that change values leave masks as they are', () => {
  for (const { layer } of cases.filter(({ mask }) => !mask)) expect(augmentation(layer).applyToMask).toBeUndefined()
})

test('only AutoContrast and CLAHE change pictures of validation and test, as in Keras', () => {
  const changing = cases.filter(({ layer }) => augmentation(layer).inference).map(({ layer }) => layer.type)
  expect(new Set(changing)).toEqual(new Set(['ContrastLimitedAdaptiveHistogramEqualization', 'AutoContrast']))
})

test('a gaussian kernel may have another height than width', () => {
  const layer = augmentation({ type: 'RandomGaussianBlur', kernel_size: [1, 3] })
  const given = { shape: [2, 3, 1] as const, values: Float32Array.of(0, 8, 0, 4, 0, 0) }
  const made = layer.apply(given, { blurs: true, height: 1, width: 1e6 })
  expectClose(made.values, [8 / 3, 8 / 3, 8 / 3, 4 / 3, 4 / 3, 0], 'value', { relative: 1e-6 })
})

test('a picture smaller than the number of tiles is mirrored as often as it takes', () => {
  const layer = augmentation('ContrastLimitedAdaptiveHistogramEqualization')
  const made = layer.apply({ shape: [3, 2, 1], values: Float32Array.of(1, 50, 100, 150, 200, 250) }, null)
  for (const value of made.values) expect(value >= 0 && value <= 255).toBe(true)
})

test('the rectangle of CutMix never leaves the picture', () => {
  const layer = mixing<{ right: number; bottom: number }>({ type: 'CutMix', factor: [0, 0] })
  for (const drawn of drawMany(layer, 500, [7, 5, 1])) {
    const [own, other] = [0, 1].map((value) => ({
      shape: [7, 5, 1] as const,
      values: new Float32Array(35).fill(value),
    }))
    const mean = layer.mix(own!, other!, drawn).values.reduce((sum, value) => sum + value, 0) / 35
    expect(Math.abs(1 - mean - layer.share(drawn, [7, 5, 1]))).toBeLessThan(1 / 35)
  }
})
