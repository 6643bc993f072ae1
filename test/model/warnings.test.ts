/** A valid spec that is probably a mistake gives a warning. Other specs give none. */
import { expect, test } from 'vitest'
import { modelWarnings } from '../../src/model/warnings.js'
import { outputsOf } from '../../src/spec/outputs.js'
import { formOfData } from '../support/data.js'
import { resolveData, resolveSpec } from '../support/spec.js'

const digits = formOfData(resolveData({ dataset: 'digits', flatten: true }))

const warnings = (layers: readonly unknown[], rest: object) => {
  const spec = resolveSpec({ layers, ...rest })
  return modelWarnings(spec, digits, outputsOf(spec)).map(({ code, pointer, message }) => ({ code, pointer, message }))
}
const codes = (layers: readonly unknown[], loss: unknown, rest: object = {}) =>
  warnings(layers, { loss, metrics: [], ...rest }).map(({ code }) => code)

const dense = (activation = 'linear', units = 10) => ({ type: 'Dense', units, activation })
const SEQUENCE = { type: 'Reshape', target_shape: [8, 8] }

test('softmax over one unit', () => {
  expect(warnings([dense('softmax', 1)], { loss: 'binary_crossentropy', metrics: [] })).toEqual([
    {
      code: 'softmax-of-one',
      pointer: '/model/layers/0',
      message: 'Dense "dense" applies softmax to a single unit, which always gives 1; "sigmoid" gives one probability',
    },
  ])
  expect(codes([dense('linear', 1), 'Softmax'], 'mse')).toEqual(['softmax-of-one'])
  expect(codes([dense('linear', 1), { type: 'Activation', activation: 'softmax' }], 'mse')).toEqual(['softmax-of-one'])
  expect(codes([dense('softmax', 2)], 'mse')).toEqual([])
})

test('logits that are probabilities', () => {
  const loss = { type: 'categorical_crossentropy', from_logits: true }
  expect(warnings([dense('softmax'), 'Identity'], { loss, metrics: [] })).toEqual([
    {
      code: 'logits-are-probabilities',
      pointer: '/loss/from_logits',
      message:
        'loss categorical_crossentropy takes logits (from_logits: true), but "identity" gives numbers from 0 to 1, which are probabilities, not logits',
    },
  ])
  const binary = { type: 'binary_crossentropy', from_logits: true }
  expect(codes([dense('sigmoid')], binary)).toEqual(['logits-are-probabilities'])
  expect(codes([dense('linear')], binary)).toEqual([])
  const metrics = [{ type: 'sparse_categorical_crossentropy', from_logits: true }]
  expect(warnings([dense('softmax')], { loss: 'categorical_crossentropy', metrics })).toMatchObject([
    { code: 'logits-are-probabilities', pointer: '/metrics/0/from_logits' },
  ])
})

test('outputs that cannot be probabilities', () => {
  expect(warnings([dense('relu')], { loss: 'categorical_crossentropy', metrics: [] })).toEqual([
    {
      code: 'not-probabilities',
      pointer: '/loss',
      message:
        'loss categorical_crossentropy takes probabilities, but "dense" can give numbers below 0 or above 1; make them with "softmax", or set from_logits: true',
    },
  ])
  const doubtful: [layers: readonly unknown[], loss: string][] = [
    [[dense()], 'crossentropy'],
    [[dense('tanh')], 'binary_crossentropy'],
    [[dense('exponential')], 'binary_crossentropy'],
    [[dense(), 'BatchNormalization', { type: 'Dropout', rate: 0.5 }], 'sparse_categorical_crossentropy'],
    [[SEQUENCE, { type: 'LSTM', units: 10 }], 'categorical_focal_crossentropy'],
    [[SEQUENCE, { type: 'Conv1D', filters: 10, kernel_size: 3 }, 'GlobalMaxPooling1D'], 'binary_focal_crossentropy'],
    [[dense(), 'LeakyReLU'], 'categorical_generalized_cross_entropy'],
    [[SEQUENCE, { type: 'TimeDistributed', layer: dense() }, 'GlobalAveragePooling1D'], 'categorical_crossentropy'],
  ]
  for (const [layers, loss] of doubtful) expect(codes(layers, loss), loss).toEqual(['not-probabilities'])
})

test('no warning for outputs that may be probabilities', () => {
  const right: [layers: readonly unknown[], loss: unknown][] = [
    [[dense('softmax')], 'crossentropy'],
    [[dense('hard_sigmoid')], 'binary_crossentropy'],
    [[dense('sparsemax'), { type: 'Dropout', rate: 0.5 }], 'categorical_crossentropy'],
    [[dense('exponential')], 'categorical_crossentropy'],
    [[dense(), 'Softmax'], 'sparse_categorical_crossentropy'],
    [[dense(), { type: 'ReLU', max_value: 1 }], 'binary_crossentropy'],
    [[dense()], { type: 'sparse_categorical_crossentropy', from_logits: true }],
    [[SEQUENCE, { type: 'LSTM', units: 10, activation: 'sigmoid' }], 'categorical_crossentropy'],
    [[SEQUENCE, { type: 'TimeDistributed', layer: dense('softmax') }, 'GlobalAveragePooling1D'], 'crossentropy'],
    [[dense(), 'UnitNormalization'], 'categorical_crossentropy'],
    [[dense()], 'mse'],
    [[dense()], 'categorical_hinge'],
  ]
  for (const [layers, loss] of right) expect(codes(layers, loss), JSON.stringify([layers, loss])).toEqual([])
})

test('each output by itself', () => {
  const layers = [
    { type: 'Dense', name: 'a', units: 10, activation: 'softmax', inputs: 'data' },
    { type: 'Dense', name: 'b', units: 10, inputs: 'data' },
    { type: 'Average', name: 'c', inputs: ['a', 'b'] },
  ]
  const outputs = { a: { loss: 'crossentropy' }, b: { loss: 'crossentropy' }, c: { loss: 'crossentropy' } }
  const model = { type: 'Functional', layers: [{ type: 'Input', name: 'data', shape: [64] }, ...layers] }
  expect(warnings([], { model, outputs, loss: undefined, metrics: undefined })).toMatchObject([
    { code: 'not-probabilities', pointer: '/outputs/b/loss' },
  ])
})
