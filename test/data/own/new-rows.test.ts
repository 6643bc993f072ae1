/** New rows of a trained model are prepared as rows of the test are: the same bits for each type of feature and each step. */
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { isInputKey } from '../../../src/base/form.js'
import { openNew } from '../../../src/data/open-new.js'
import { readRows } from '../../../src/data/table.js'
import { UNWATCHED } from '../../../src/data/watch.js'
import { npy } from '../../support/npy.js'
import { openOwnSpec } from '../../support/own-data.js'
import { wavFile } from '../../support/wav.js'

const COUNT = 12
const PICTURES = join(import.meta.dirname, '../../fixtures/pictures')

/** A table with and without its target; the test rows are other ones than the training rows. */
const csvOf = (from: number, hasTarget: boolean): string => {
  const names = ['number', 'whole', 'colour', 'words', 'day', 'series']
  const rows = Array.from({ length: COUNT }, (_, index) => {
    const row = from + index
    const gap = row % 5 === 3
    const cells = [
      gap ? '' : (row * 0.37 + 0.1).toFixed(3),
      String((row * 7) % 5),
      ['red', 'green', 'blue', 'odd'][row % (hasTarget && from === 0 ? 3 : 4)]!,
      `the ${['cat', 'dog', 'bird'][row % 3]} number ${row} ran`,
      `2024-01-${String(row + 1).padStart(2, '0')}`,
      'ab'[row % 2]!,
    ]
    return [...cells, ...(hasTarget ? [String(row)] : [])].join(',')
  })
  return `${[...names, ...(hasTarget ? ['target'] : [])].join(',')}\n${rows.join('\n')}\n`
}

const TABLES = { 'train.csv': csvOf(0, true), 'test.csv': csvOf(COUNT, true), 'new.csv': csvOf(COUNT, false) }

const FLAT = { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 1 }] }

/** Opens data, and compares the inputs of the test rows with those of new rows. */
async function compare(
  files: Readonly<Record<string, string | Uint8Array>>,
  data: object,
  given: string,
  model: object = FLAT,
) {
  const { data: open, spec } = await openOwnSpec(
    files,
    { test: 'test.csv', target: 'target', ...data },
    { loss: 'mse', model },
  )
  const { form, test: table, preparation } = await open.load()
  const folder = dirname('source' in spec.data ? String(firstOf(spec.data.source)) : '.')
  const path = given.split(' ').map((one) => one.replace(/[^=]+$/, (name) => join(folder, name)))
  const rows = await openNew({
    data: open.data,
    preparation: JSON.parse(JSON.stringify(preparation)),
    seed: spec.seed,
    keep: [],
    cellByCell: false,
    noted() {},
    given: path,
    stream: Readable.from([]),
    watch: UNWATCHED,
  })
  const found: Record<string, number[]> = {}
  for await (const { fields, bad } of rows.pieces()) {
    expect([...bad]).toEqual([])
    for (const [key, values] of Object.entries(fields)) {
      found[key] ??= []
      found[key].push(...values)
    }
  }
  rows.close()
  expect(form.rows.test).toBeGreaterThan(0)
  const wanted = Object.entries(readRows(table, 0, table.count, null)).filter(([key]) => isInputKey(key))
  expect(found).toEqual(Object.fromEntries(wanted.map(([key, values]) => [key, [...values]])))
  expect(Object.keys(rows.fields)).toEqual(wanted.map(([key]) => key))
}

const firstOf = (source: unknown): unknown =>
  typeof source === 'string' ? source : Object.values(source as object).flat()[0]

const FEATURES: Readonly<Record<string, object>> = {
  float: { type: 'float', column: 'whole' },
  'float, with steps': {
    type: 'float',
    column: 'whole',
    steps: ['MinMax', { type: 'Rescaling', scale: 2, offset: 1 }],
  },
  float_normalized: { type: 'float_normalized', column: 'whole' },
  'float_normalized, gaps by the median': { type: 'float_normalized', column: 'number', missing: 'median' },
  'float_normalized, gaps by a value': { type: 'float_normalized', column: 'number', missing: 7 },
  float_rescaled: { type: 'float_rescaled', column: 'whole', scale: 0.1, offset: 3 },
  float_discretized: { type: 'float_discretized', column: 'whole', num_bins: 3 },
  integer_categorical: { type: 'integer_categorical', column: 'whole' },
  'integer_categorical, as numbers': { type: 'integer_categorical', column: 'whole', output_mode: 'int' },
  string_categorical: { type: 'string_categorical', column: 'colour' },
  'string_categorical, few tokens': { type: 'string_categorical', column: 'colour', max_tokens: 3 },
  integer_hashed: { type: 'integer_hashed', column: 'whole', num_bins: 4 },
  string_hashed: { type: 'string_hashed', column: 'colour', num_bins: 4 },
  text: { type: 'text', column: 'words' },
  'text, tf_idf of bigrams': { type: 'text', column: 'words', output_mode: 'tf_idf', ngrams: 2 },
  'string, with steps': {
    type: 'string',
    column: 'colour',
    steps: ['StringLookup', { type: 'CategoryEncoding', num_tokens: 4 }],
  },
  'integer, with steps': {
    type: 'integer',
    column: 'whole',
    steps: ['IntegerLookup', { type: 'CategoryEncoding', num_tokens: 6 }],
  },
}

describe('a feature of a table', () => {
  test.each(Object.entries(FEATURES))('%s', async (_, feature) => {
    await compare(TABLES, { source: 'train.csv', features: { one: feature } }, 'new.csv')
  })

  test('several, with a cross', async () => {
    const { string_categorical: colour, integer_categorical: rank } = FEATURES
    const features = { number: FEATURES['float_normalized, gaps by the median'], colour, rank }
    const crosses = [{ feature_names: ['colour', 'rank'], crossing_dim: 7 }]
    await compare(TABLES, { source: 'train.csv', features, crosses }, 'new.csv')
    const layers = [
      { type: 'Concatenate', inputs: ['number', 'colour', 'rank', 'colour_X_rank'] },
      { type: 'Dense', units: 1 },
    ]
    const data = { source: 'train.csv', features, crosses, output_mode: 'dict' }
    await compare(TABLES, data, 'new.csv', { type: 'Functional', layers })
  })

  test('types that were inferred', () =>
    compare(TABLES, { source: 'train.csv', ignore: ['day', 'words'], missing: { number: 'mean' } }, 'new.csv'))
})

const SHAPE = [COUNT, 4, 4, 1]
const ARRAYS = {
  'x.npy': npy(SHAPE, (at) => ((at * 37) % 101) / 101 + 0.01),
  'x2.npy': npy(SHAPE, (at) => ((at * 53) % 97) / 97 + 0.01),
  'y.npy': npy([COUNT], (at) => at),
}

describe('a step of an array', () => {
  test.each([
    'Normalization',
    { type: 'Rescaling', scale: 3 },
    { type: 'Discretization', num_bins: 4 },
    'MinMax',
    'Log',
    'SamplewiseCenter',
    'SamplewiseStd',
    'FeaturewiseCenter',
    'FeaturewiseStd',
    'ZCAWhitening',
    'Flatten',
    { type: 'Resizing', height: 3, width: 5 },
    { type: 'CenterCrop', height: 2, width: 3 },
  ])('%o', async (step) => {
    const one = { type: 'array', column: 'x', steps: [step] }
    const data = { source: { x: 'x.npy', y: 'y.npy' }, test: { x: 'x2.npy', y: 'y.npy' }, target: 'y' }
    await compare(ARRAYS, { ...data, features: { x: one } }, 'x=x2.npy')
    await compare(ARRAYS, { ...data, features: { x: one } }, 'x2.npy')
  })

  test.each([
    [['RandomFlip', { type: 'RandomRotation', factor: 0.2 }]],
    [[{ type: 'RandomCrop', height: 2, width: 3 }]],
    [
      [
        {
          type: 'ImageDataGenerator',
          featurewise_center: true,
          samplewise_std_normalization: true,
          rotation_range: 20,
        },
      ],
    ],
    [[{ type: 'ImageDataGenerator', zca_whitening: true, rescale: 2 }]],
  ])('augmented in training, and not in answers: %j', async (augment) => {
    const one = { type: 'array', column: 'x', augment, steps: ['Normalization'] }
    const data = { source: { x: 'x.npy', y: 'y.npy' }, test: { x: 'x2.npy', y: 'y.npy' }, target: 'y' }
    await compare(ARRAYS, { ...data, features: { x: one } }, 'x=x2.npy')
  })
})

test('pictures that a table names, augmented or not', async () => {
  const names = ['photo.jpg', 'photo-turned.jpg', 'rgb.png', 'grey.png', 'rgb.webp', 'palette.gif']
  const table = (hasTarget: boolean) =>
    `photo${hasTarget ? ',target' : ''}\n${names.map((name, index) => `${name}${hasTarget ? `,${index}` : ''}`).join('\n')}\n`
  const files = { 'train.csv': table(true), 'test.csv': table(true), 'new.csv': table(false) }
  const steps = [{ type: 'Rescaling', scale: 1 / 255 }]
  const photo = { type: 'image', column: 'photo', directory: PICTURES, image_size: [20, 30], steps }
  await compare(files, { source: 'train.csv', features: { photo } }, 'new.csv')
  const augment = [{ type: 'RandomCrop', height: 10, width: 10 }, 'RandomFlip']
  await compare(files, { source: 'train.csv', features: { photo: { ...photo, augment } } }, 'new.csv')
})

test('sounds', async () => {
  const sound = (from: number) => wavFile(Array.from({ length: 1200 }, (_, at) => Math.sin((from + at) / 9)))
  const table = (name: string, hasTarget: boolean) =>
    `file${hasTarget ? ',target' : ''}\n${[1, 2].map((one) => `${name}${one}.wav${hasTarget ? `,${one}` : ''}`).join('\n')}\n`
  const files = {
    ...{ 'a1.wav': sound(0), 'a2.wav': sound(5), 'b1.wav': sound(11), 'b2.wav': sound(13) },
    ...{ 'train.csv': table('a', true), 'test.csv': table('b', true), 'new.csv': table('b', false) },
  }
  const spectrum = {
    type: 'MelSpectrogram',
    fft_length: 256,
    sequence_stride: 128,
    num_mel_bins: 8,
    sampling_rate: 16000,
  }
  const stft = { type: 'STFTSpectrogram', frame_length: 128, frame_step: 64, fft_length: 128 }
  for (const steps of [[], [spectrum], [stft]]) {
    await compare(files, { source: 'train.csv', features: { file: { type: 'audio', steps } } }, 'new.csv')
  }
})

describe('samples of several rows', () => {
  const features = { whole: { type: 'float_normalized' }, colour: { type: 'string_categorical' } }

  test('windows, of which those at the end of a series need no target', async () => {
    const window = { sequence_length: 3, horizon: 0, order_by: 'day', group: 'series' }
    await compare(TABLES, { source: 'train.csv', features, window }, 'new.csv')
  })

  test('sequences', async () => {
    const sequence = { group: 'series', order_by: 'day', maxlen: 8 }
    const same = (csv: string) => csv.replace(/,\d+$/gm, ',1')
    const files = { ...TABLES, 'train.csv': same(TABLES['train.csv']), 'test.csv': same(TABLES['test.csv']) }
    await compare(files, { source: 'train.csv', features, sequence }, 'new.csv')
  })
})

test.each<object>([
  {},
  { flatten: false },
  { standardize: true },
  { binarize: 'threshold' },
  { steps: ['SamplewiseCenter', 'MinMax'] },
  { augment: ['RandomFlip'], flatten: false, steps: ['Normalization'] },
])('samples of a set: %o', async (more) => {
  const layers = ['Flatten', { type: 'Dense', units: 10, activation: 'softmax' }]
  const spec = { loss: 'sparse_categorical_crossentropy', model: { type: 'Sequential', layers } }
  const { data: open, spec: read } = await openOwnSpec({}, { dataset: 'digits', ...more }, spec)
  const { test: table, preparation } = await open.load()
  const rows = await openNew({
    ...{ data: open.data, preparation: JSON.parse(JSON.stringify(preparation)), seed: read.seed, keep: [] },
    ...{ cellByCell: false, noted() {}, given: ['digits'], stream: Readable.from([]), watch: UNWATCHED },
  })
  const found: number[] = []
  for await (const { fields } of rows.pieces()) found.push(...fields['x:x']!)
  expect(found).toEqual([...readRows(table, 0, table.count, null)['x:x']!])
})
