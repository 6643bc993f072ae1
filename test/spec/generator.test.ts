import { expect, test } from 'vitest'
import { randomLayers, standardizations } from '../../src/spec/augmentation.js'
import { featureSchema } from '../../src/spec/features.js'
import { generatorSpec } from '../support/generator.js'
import { readText } from '../support/read-spec.js'

const issuesOf = (...augment: object[]) =>
  readText(
    JSON.stringify({
      data: { dataset: 'mnist-10k', augment },
      model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 10 }] },
      loss: 'mse',
    }),
  ).issues.map(({ pointer, message }) => `${pointer}: ${message}`)

const generator = (fields: object) => ({ type: 'ImageDataGenerator', ...fields })

test('arguments of Keras that have no place in the generator are refused, and the message names their place', () => {
  expect(
    issuesOf(generator({ preprocessing_function: 'f', data_format: 'channels_last', validation_split: 0.2 })),
  ).toEqual([
    '/data/augment/0/preprocessing_function: found "preprocessing_function", which JSON cannot hold; "steps" of the feature has functions with a name, such as Rescaling',
    '/data/augment/0/data_format: found "data_format", but channels are always last here; leave it out',
    '/data/augment/0/validation_split: found "validation_split", which has its place in "fit" of the spec',
  ])
})

test('a shift that is none in Keras, and rounds of fit that do nothing, are refused', () => {
  expect(issuesOf(generator({ width_shift_range: 1, fit: { rounds: 2 } }))).toEqual([
    '/data/augment/0/width_shift_range: found 1, the whole number with which Keras shifts nothing; must be [-1, 0, 1] for whole pixels, or { "pixels": 1 } for 1.0',
    '/data/augment/0/fit/rounds: found 2 without "augment": true',
  ])
})

test('values out of range are refused', () => {
  expect(
    issuesOf(
      generator({
        interpolation_order: 6,
        fill_mode: 'edge',
        dtype: 'float16',
        brightness_range: 2,
        rotation_range: -1,
        zoom_range: [1, 2, 3],
      }),
    ),
  ).toEqual([
    '/data/augment/0/interpolation_order: found 6, must be at least 0 and at most 5',
    expect.stringContaining('/data/augment/0/fill_mode: found "edge", must be one of "constant", "nearest"'),
    '/data/augment/0/dtype: found "float16", must be "float32"',
    '/data/augment/0/brightness_range: found 2, must be null or an array',
    '/data/augment/0/rotation_range: found -1, must be at least 0',
    '/data/augment/0/zoom_range: found an array of 3, must have 2',
  ])
})

test('brightness of pictures that have values from 0 to 1 is refused', () => {
  expect(issuesOf(generator({ brightness_range: [0.5, 1.5] }))).toEqual([
    '/data/augment/0/brightness_range: found bounds, but the pictures have values from 0 to 1, and it makes whole numbers from 0 to 255; "RandomBrightness" has a "value_range"',
  ])
})

test('pictures that are too large to be whitened are refused before any is read', () => {
  const issues = (image_size: number[], ...before: object[]) =>
    featureSchema
      .safeParse({ type: 'image', image_size, augment: [...before, generator({ zca_whitening: true })] })
      .error?.issues.map(({ path, message }) => `${path.join('/')}: ${message}`)
  expect(issues([64, 60])).toEqual([
    'augment/0/zca_whitening: found true for pictures of 64 x 60 x 3, which are 11520 elements; must be at most 4096, such as 36 x 36 x 3; make "image_size" smaller',
  ])
  expect(issues([36, 36])).toBeUndefined()
  expect(issues([64, 60], { type: 'RandomCrop', height: 32, width: 32 })).toBeUndefined()
})

test('a generator that standardizes must be the last augmentation', () => {
  const standardizing = generator({ rescale: 0.5, horizontal_flip: true })
  expect(issuesOf(standardizing, { type: 'RandomFlip' })).toEqual([
    '/data/augment/0: found an ImageDataGenerator that standardizes before other augmentations; must be the last',
  ])
  expect(issuesOf({ type: 'RandomFlip' }, standardizing)).toEqual([])
  expect(issuesOf(generator({ horizontal_flip: true }), { type: 'RandomFlip' })).toEqual([])
})

test('a generator is a random layer, a step before the others, or both', () => {
  const [both, random, still] = [
    { horizontal_flip: true, featurewise_center: true },
    { brightness_range: [0.5, 1] },
    { zca_whitening: true },
  ].map(generatorSpec) as [object, object, object]
  expect(randomLayers([both, random, still] as never)).toEqual([both, random])
  expect(standardizations([both, random, still] as never)).toEqual([both, still])
})
