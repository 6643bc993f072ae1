/**
 * Every step: it does what Keras' layer does, learns from training rows alone, and depends on neither how rows are cut
 * into pieces nor on whether what it has learned went through JSON.
 */
import { describe, expect, test } from 'vitest'
import { sizeOf } from '../../../src/base/shape.js'
import { cut, type Values } from '../../../src/data/column.js'
import type { Learnt } from '../../../src/data/preparation.js'
import { stepOf } from '../../../src/data/steps/registry.js'
import type { StepSpec } from '../../../src/spec/steps.js'
import { expectClose } from '../../support/close.js'
import { X } from '../../support/data.js'
import { kerasFixture } from '../../support/keras.js'
import {
  AS_KERAS,
  type ColumnRows,
  columnRows,
  type GivenStep,
  learnFrom,
  make,
  resolved,
} from '../../support/steps.js'

const { layers } = kerasFixture('steps')

describe('as in Keras', () => {
  test.each(layers.map((layer) => [JSON.stringify(layer.step), layer] as const))('%s', async (_, layer) => {
    const steps = [layer.step]
    const learnt = layer.training ? await learnFrom(steps, columnRows(layer.training)) : nothing
    for (const [name, wanted] of Object.entries(layer.learnt ?? {})) {
      const found = (learnt[X]![0]![0] as Record<string, (string | number)[]>)[name]!
      if (name === 'tokens') expect(found).toEqual(wanted)
      else expectClose(found as number[], wanted as number[], name, AS_KERAS)
    }
    const { field, values } = await make(steps, columnRows(layer.rows), learnt)
    expect(field.shape).toEqual(layer.output.shape)
    expectClose(values, layer.output.values, 'output', AS_KERAS)
  })
})

const nothing: Learnt = { [X]: [[null]] }

/** A column on which each step learns, or works; the last rows of it are unlike all others. */
const reals: ColumnRows = {
  column: { shape: [2], dtype: 'float32', divisor: 1, values: 'real' },
  count: 9,
  values: Float32Array.of(1, 5, 2, 3, 4, 4, 8, 1, 3, 3, 1, 2, 90, 99, 90, 99, 90, 99),
}
const gaps: ColumnRows = {
  ...reals,
  values: (reals.values as Float32Array).map((one) => (one === 3 ? Number.NaN : one)),
}
const words: ColumnRows = {
  column: { values: 'text' },
  count: 9,
  values: ['b', 'a', null, 'a', 'c', 'b', 'giveaway', 'giveaway', 'giveaway'],
}
const sentences: ColumnRows = {
  column: { values: 'text' },
  count: 9,
  values: ['b b c', 'a', '', 'a A', 'c', 'b d', 'a giveaway giveaway a b', 'giveaway', 'giveaway'],
}
const integers: ColumnRows = {
  column: { values: 'integer' },
  count: 9,
  values: Float64Array.of(3, 2, 3, 1, 2 ** 40, 1, 9, 9, 9),
}
const pictures: ColumnRows = {
  column: { shape: [3, 4], dtype: 'uint8', divisor: 255, values: 'grey' },
  count: 9,
  values: Uint8Array.from({ length: 9 * 12 }, (_, at) => (at * 37) % 256),
}
const sounds: ColumnRows = {
  column: { shape: [6], dtype: 'float32', divisor: 1, values: 'real' },
  count: 9,
  values: Float32Array.from({ length: 54 }, (_, at) => (at < 36 ? (at % 7) / 7 : 1)),
}
const TRAINING_ROWS = 6

const CASES: { readonly [Type in StepSpec['type']]: readonly (readonly [GivenStep, ColumnRows])[] } = {
  Normalization: [['Normalization', reals]],
  Rescaling: [[{ type: 'Rescaling', scale: 2 }, reals]],
  Discretization: [[{ type: 'Discretization', num_bins: 3 }, reals]],
  StringLookup: [
    ['StringLookup', words],
    [{ type: 'StringLookup', output_mode: 'tf_idf', num_oov_indices: 3 }, words],
  ],
  IntegerLookup: [['IntegerLookup', integers]],
  TextVectorization: [
    ['TextVectorization', sentences],
    [{ type: 'TextVectorization', output_mode: 'tf_idf', ngrams: 2 }, sentences],
    [{ type: 'TextVectorization', split: 'words' }, sentences],
  ],
  Hashing: [[{ type: 'Hashing', num_bins: 3 }, integers]],
  CategoryEncoding: [[{ type: 'CategoryEncoding', num_tokens: 100, output_mode: 'count' }, reals]],
  FillMissing: [
    ['FillMissing', gaps],
    [{ type: 'FillMissing', strategy: 'median' }, gaps],
    [{ type: 'FillMissing', strategy: 'most_frequent' }, gaps],
    [{ type: 'FillMissing', strategy: 'constant', value: 5 }, gaps],
  ],
  MinMax: [['MinMax', reals]],
  Log: [['Log', reals]],
  Standardize: [['Standardize', reals]],
  FeaturewiseCenter: [['FeaturewiseCenter', reals]],
  FeaturewiseStd: [['FeaturewiseStd', reals]],
  SamplewiseCenter: [['SamplewiseCenter', reals]],
  SamplewiseStd: [['SamplewiseStd', reals]],
  ZCAWhitening: [['ZCAWhitening', reals]],
  CenterCrop: [
    [{ type: 'CenterCrop', height: 2, width: 3 }, pictures],
    [{ type: 'CenterCrop', height: 5, width: 3 }, pictures],
  ],
  Resizing: [[{ type: 'Resizing', height: 2, width: 6, antialias: true }, pictures]],
  Binarize: [
    [
      { type: 'Binarize', method: 'sample' },
      { ...reals, values: (reals.values as Float32Array).map((one) => one / 9) },
    ],
  ],
  Flatten: [['Flatten', reals]],
  STFTSpectrogram: [[{ type: 'STFTSpectrogram', frame_length: 2 }, sounds]],
  MelSpectrogram: [
    [{ type: 'MelSpectrogram', fft_length: 4, sequence_stride: 2, num_mel_bins: 2, min_freq: 0 }, sounds],
  ],
}
const cases = Object.values(CASES).flatMap((of) =>
  of.map(([step, rows]) => [JSON.stringify(step), step, rows] as const),
)

describe.each(cases)('%s', (_, step, rows) => {
  test('learns nothing from rows that are not for training', async () => {
    const training = { ...rows, count: TRAINING_ROWS, values: part(rows, TRAINING_ROWS) }
    expect(await learnFrom([step], rows, { training: TRAINING_ROWS })).toEqual(await learnFrom([step], training))
  })

  test.each([1, 2, 4])('gives the same in pieces of %i rows', async (atOnce) => {
    const [whole, cut] = [await learnFrom([step], rows), await learnFrom([step], rows, { atOnce })]
    expect(cut).toEqual(whole)
    expect(await make([step], rows, cut, atOnce)).toEqual(await make([step], rows, whole))
  })

  test('gives the same after what it has learned was saved', async () => {
    const learnt = await learnFrom([step], rows)
    const read = JSON.parse(JSON.stringify(learnt))
    expect(read).toEqual(learnt)
    expect(await make([step], rows, read)).toEqual(await make([step], rows, learnt))
  })
})

const learning = cases.filter(([, step]) => stepOf(resolved(step), 0).learning)

test.each(learning)('%s would learn from these rows if they were for training', async (_, step, rows) => {
  expect(await learnFrom([step], rows, { training: TRAINING_ROWS })).not.toEqual(await learnFrom([step], rows))
})

function part({ column, values }: ColumnRows, count: number): Values {
  return cut(values, 0, count, 'shape' in column ? sizeOf(column.shape) : 1)
}
