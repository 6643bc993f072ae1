/** With the preparation inside of it, an ONNX model gives for raw rows what it gives for prepared ones. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { onnxModel } from '../../../src/run/export/onnx.js'
import { temporaryFolder } from '../../support/command.js'
import { npy } from '../../support/npy.js'
import { openOnnx } from '../../support/onnx-file.js'
import { expectSamePrepared, refusal } from '../../support/prepared-onnx.js'
import { untrained } from '../../support/untrained.js'

const LAYERS = [{ type: 'Dense', units: 1 }]

/** A spec of rows in memory, in a folder of its own. */
const specOf = (
  files: Readonly<Record<string, string | Uint8Array>>,
  data: object,
  layers: readonly object[] = LAYERS,
) => {
  const spec = {
    data: { split: 'last', test: 0.5, ...data },
    model: { type: 'Sequential', layers },
    loss: 'mse',
    optimizer: 'sgd',
    fit: { epochs: 1 },
  }
  const folder = temporaryFolder({ 'spec.json': JSON.stringify(spec) })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return join(folder, 'spec.json')
}

describe('columns of a table', () => {
  const COLOURS = ['red', 'green', '', 'blue', 'red', 'a b', 'red', 'black', '', 'red']
  const rows = COLOURS.map((colour, row) => {
    const number = row % 4 === 1 ? '' : ((row * 7) % 5) - 1.25
    const whole = row === 2 ? '' : [7, 3, 7, -5, 9007199254740991, 7, 11, 3, -4, 8][row]
    return [number, row * row + 0.5, whole, (row * 3) % 5, colour, `${row}`].join(',')
  })
  const csv = ['gaps,number,whole,place,colour,target', ...rows].join('\n')

  test.each<[string, object]>([
    ['a normalized number', { gaps: { type: 'float_normalized', missing: 'mean' } }],
    ['a normalized number whose gaps are NaN', { gaps: { type: 'float', missing: 'median' } }],
    ['a rescaled number', { gaps: { type: 'float_rescaled', missing: 7, scale: 0.1, offset: -2 } }],
    ['learned bins', { number: { type: 'float_discretized', num_bins: 3 } }],
    ['given bins', { number: { type: 'float_discretized', bin_boundaries: [0.5, 10, 20.5] } }],
    ['numbers of bins', { number: { type: 'float_discretized', num_bins: 3, output_mode: 'int' } }],
    ['texts with a gap', { colour: 'string_categorical' }],
    ['the most frequent text', { colour: { type: 'string_categorical', missing: 'most_frequent', max_tokens: 3 } }],
    ['numbers of texts', { colour: { type: 'string_categorical', output_mode: 'int' } }],
    ['whole numbers with a gap', { whole: 'integer_categorical' }],
    ['two places for unseen whole numbers', { whole: { type: 'integer_categorical', num_oov_indices: 2 } }],
    ['the most frequent whole number', { whole: { type: 'integer_categorical', missing: 'most_frequent' } }],
    [
      'two features of one column',
      { one: { type: 'float', column: 'number' }, two: { type: 'float_normalized', column: 'number' } },
    ],
    [
      'everything side by side',
      { gaps: { type: 'float', missing: 0 }, colour: 'string_categorical', whole: 'integer_categorical' },
    ],
    [
      'a given vocabulary',
      {
        colour: {
          type: 'string',
          steps: [
            { type: 'FillMissing', strategy: 'constant', value: 'none' },
            { type: 'StringLookup', vocabulary: ['blue', 'none'], mask_token: 'red', output_mode: 'multi_hot' },
          ],
        },
      },
    ],
    [
      'numbers of a vocabulary with a mask',
      {
        colour: { type: 'string', missing: { value: '?' }, steps: [{ type: 'StringLookup', mask_token: 'red' }] },
      },
    ],
    [
      'a vocabulary with weights',
      {
        colour: { type: 'string', missing: { value: '?' }, steps: [{ type: 'StringLookup', output_mode: 'tf_idf' }] },
      },
    ],
    [
      'numbers as a vocabulary',
      { place: { type: 'float', steps: [{ type: 'IntegerLookup', output_mode: 'one_hot' }] } },
    ],
    ['numbers of categories', { place: { type: 'integer', steps: [{ type: 'CategoryEncoding', num_tokens: 6 }] } }],
    [
      'counts of categories',
      { place: { type: 'float', steps: [{ type: 'CategoryEncoding', num_tokens: 5, output_mode: 'count' }] } },
    ],
    ['a range', { number: { type: 'float', steps: [{ type: 'MinMax', feature_range: [-1, 2] }] } }],
    ['a logarithm', { number: { type: 'float', steps: [{ type: 'Log', offset: 1 }] } }],
    ['a standardized number', { number: { type: 'float', steps: ['Standardize'] } }],
    [
      'given moments, undone',
      {
        number: { type: 'float', steps: [{ type: 'Normalization', mean: 3, variance: 4, invert: true }] },
      },
    ],
  ])('%s', async (_, features) => {
    const model = await untrained(specOf({ 'rows.csv': csv }, { source: 'rows.csv', features, target: 'target' }))
    await expectSamePrepared(model, 'train', 5)
    await expectSamePrepared(model, 'test', 5)
  })

  test('a column has the name of an input, and another that of a layer', async () => {
    const features = { number: 'float', place: { type: 'float', column: 'gaps', missing: 0 } }
    const layers = [
      { type: 'Concatenate', name: 'whole', inputs: ['number', 'place'] },
      { type: 'Dense', units: 1, name: 'gaps' },
    ]
    const data = { source: 'rows.csv', features, target: 'target', output_mode: 'dict' }
    const path = specOf({ 'rows.csv': csv }, data, layers)
    const spec = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(path, JSON.stringify({ ...spec, model: { ...spec.model, type: 'Functional' } }))
    const model = await untrained(path)
    await expectSamePrepared(model, 'train', 3)
    const whole = await openOnnx(await onnxModel(model.trained, { withPreparation: true }))
    expect(whole.inputNames).toEqual(['number', 'gaps'])
    expect(whole.outputNames).toEqual(['gaps_output'])
  })

  test.each<[string, object, string]>([
    ['a hash', { colour: { type: 'string_hashed', missing: { value: '' } } }, 'column "colour": Hashing hashes'],
    [
      'two places of a hash',
      { colour: { type: 'string_categorical', num_oov_indices: 2 } },
      'StringLookup chooses places',
    ],
    ['no place', { place: { type: 'integer_categorical', num_oov_indices: 0 } }, 'IntegerLookup refuses values'],
    ['a text', { colour: { type: 'text', missing: { value: 'x' } } }, 'TextVectorization splits texts'],
  ])('%s is refused', async (_, features, words) => {
    const path = specOf({ 'rows.csv': csv.replace('black', 'red') }, { source: 'rows.csv', features, target: 'target' })
    await expect(refusal((await untrained(path)).trained)).resolves.toContain(words)
  })
})

describe('arrays', () => {
  const [height, width, channels] = [4, 5, 2]
  const pixels = npy([8, height, width, channels], (at) => (at * 37) % 251)
  const target = npy([8], (at) => at)

  test.each<[string, readonly object[], readonly object[]]>([
    ['pixels', [], []],
    ['rescaled channels', [{ type: 'Rescaling', scale: [0.1, 2], offset: [1, -1] }], []],
    ['normalized channels', ['Normalization' as never], []],
    ['normalized rows', [{ type: 'Normalization', axis: [1, 3] }], []],
    ['a flat row', ['Flatten' as never, 'Standardize' as never], []],
    ['the middle', [{ type: 'CenterCrop', height: 2, width: 3 }], []],
    ['channels over rows', ['FeaturewiseCenter' as never, 'FeaturewiseStd' as never], []],
    ['each picture by itself', ['SamplewiseCenter' as never, 'SamplewiseStd' as never], []],
    ['whitened pixels', [{ type: 'ZCAWhitening', epsilon: 0.1 }], []],
    ['white or black', [{ type: 'Rescaling', scale: 1 / 251 }, 'Binarize' as never], []],
    ['a flip outside of training', [], [{ type: 'RandomFlip' }]],
    [
      'a generator',
      [],
      [
        {
          type: 'ImageDataGenerator',
          rescale: 0.01,
          samplewise_std_normalization: true,
          featurewise_std_normalization: true,
        },
      ],
    ],
  ])('%s', async (_, steps, augment) => {
    const features = { x: { type: 'array', steps, augment } }
    const layers = [{ type: 'Flatten' }, ...LAYERS]
    const data = { source: { x: 'x.npy', y: 'y.npy' }, features, target: 'y' }
    const model = await untrained(specOf({ 'x.npy': pixels, 'y.npy': target }, data, layers))
    await expectSamePrepared(model, 'test', 4)
  })

  test('a cut that is made outside of training too is refused', async () => {
    const features = { x: { type: 'array', augment: [{ type: 'RandomCrop', height: 2, width: 2 }] } }
    const data = { source: { x: 'x.npy', y: 'y.npy' }, features, target: 'y' }
    const { trained } = await untrained(
      specOf({ 'x.npy': pixels, 'y.npy': target }, data, [{ type: 'Flatten' }, ...LAYERS]),
    )
    await expect(refusal(trained)).resolves.toContain('an augmentation changes pictures outside of training too')
  })
})
