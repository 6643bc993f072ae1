/** Every layer, by its facts. */
import { describe, expect, test } from 'vitest'
import type { Shape } from '../../src/base/shape.js'
import { ACTIVATIONS } from '../../src/model/activations.js'
import { ShapeProblem } from '../../src/model/layers/layer.js'
import { layerRule } from '../../src/model/layers/registry.js'
import type { ActivationName } from '../../src/spec/activations.js'
import { LAYERS } from '../../src/spec/layers.js'
import type { LayerSpec } from '../../src/spec/spec.js'
import { kerasFixture, LAYER_FAMILIES } from '../support/keras.js'
import { checkLayer, checkLayerCase, expectSameInTfjs, type LayerFacts } from '../support/layers.js'
import { resolveModel } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

/** A total table: a layer without facts is a compile error. */
const FACTS: {
  readonly [Type in Exclude<LayerSpec['type'], 'Block' | 'Shared'>]: Readonly<
    Record<string, Omit<LayerFacts, 'layer'> & { layer?: object }>
  >
} = {
  Input: {
    'states a shape': { layer: { shape: [2, 3] }, input: [2, 3], output: [2, 3] },
  },
  Dense: {
    'of a vector': { layer: { units: 4 }, input: [3], output: [4], weights: { kernel: [3, 4], bias: [4] } },
    'without a bias': { layer: { units: 2, use_bias: false }, input: [3], output: [2], weights: { kernel: [3, 2] } },
    'over the last axis': {
      layer: { units: 4, activation: 'tanh' },
      input: [2, 3],
      output: [2, 4],
      weights: { kernel: [3, 4], bias: [4] },
    },
    'of one unit': { layer: { units: 1 }, input: [1], output: [1], weights: { kernel: [1, 1], bias: [1] } },
  },
  Activation: {
    'of a vector': { layer: { activation: 'sigmoid' }, input: [4], output: [4] },
    'of any shape': { layer: { activation: 'softmax' }, input: [2, 1, 3], output: [2, 1, 3] },
  },
  Dropout: {
    'takes a mask in training': { layer: { rate: 0.5 }, input: [2, 3], output: [2, 3], noise: [2, 3] },
    'of rate 0 takes none': { layer: { rate: 0 }, input: [3], output: [3] },
  },
  Flatten: {
    'of an image': { input: [2, 3, 2], output: [12] },
    'of a vector': { input: [5], output: [5] },
  },
  Reshape: {
    'to another shape': { layer: { target_shape: [3, 2] }, input: [6], output: [3, 2] },
    'with one dimension free': { layer: { target_shape: [2, -1, 1] }, input: [2, 3], output: [2, 3, 1] },
    'to the same shape': { layer: { target_shape: [4] }, input: [4], output: [4] },
  },
  Embedding: {
    'of words': {
      layer: { input_dim: 5, output_dim: 3 },
      input: [4],
      output: [4, 3],
      weights: { embeddings: [5, 3] },
      below: 5,
    },
  },
  Masking: {
    'of steps': { layer: { mask_value: 0.5 }, input: [3, 2], output: [3, 2] },
  },
  SimpleRNN: {
    'the last step': {
      layer: { units: 2, activation: 'sigmoid' },
      input: [3, 3],
      output: [2],
      weights: { kernel: [3, 2], recurrent_kernel: [2, 2], bias: [2] },
    },
    'of one step': {
      layer: { units: 2, use_bias: false },
      input: [1, 3],
      output: [2],
      weights: { kernel: [3, 2], recurrent_kernel: [2, 2] },
    },
  },
  LSTM: {
    'every step, backwards': {
      layer: { units: 2, return_sequences: true, go_backwards: true },
      input: [4, 3],
      output: [4, 2],
      weights: { kernel: [3, 8], recurrent_kernel: [2, 8], bias: [8] },
      mask: [true, false, true, true],
    },
  },
  GRU: {
    'reset after, dropout of inputs and state': {
      layer: { units: 2, dropout: 0.5, recurrent_dropout: 0.5 },
      input: [4, 3],
      output: [2],
      weights: { kernel: [3, 6], recurrent_kernel: [2, 6], bias: [2, 6] },
      noise: { dropout: [3, 3], recurrent_dropout: [3, 2] },
      inTfjs: false,
    },
    'reset before': {
      layer: { units: 2, reset_after: false },
      input: [4, 3],
      output: [2],
      weights: { kernel: [3, 6], recurrent_kernel: [2, 6], bias: [6] },
    },
  },
  Bidirectional: {
    'every step': {
      layer: { layer: { type: 'LSTM', units: 2, return_sequences: true } },
      input: [3, 2],
      output: [3, 4],
      weights: {
        'forward_lstm/kernel': [2, 8],
        'forward_lstm/recurrent_kernel': [2, 8],
        'forward_lstm/bias': [8],
        'backward_lstm/kernel': [2, 8],
        'backward_lstm/recurrent_kernel': [2, 8],
        'backward_lstm/bias': [8],
      },
    },
    'the last step, dropout': {
      layer: { layer: { type: 'GRU', units: 1, use_bias: false, dropout: 0.5, name: 'cell' }, merge_mode: 'ave' },
      input: [3, 2],
      output: [1],
      weights: {
        'forward_cell/kernel': [2, 3],
        'forward_cell/recurrent_kernel': [1, 3],
        'backward_cell/kernel': [2, 3],
        'backward_cell/recurrent_kernel': [1, 3],
      },
      noise: { 'forward_cell/dropout': [1, 2], 'backward_cell/dropout': [1, 2] },
      inTfjs: false,
    },
  },
  TimeDistributed: {
    'a Dense': {
      layer: { layer: { type: 'Dense', units: 2, activation: 'softmax' } },
      input: [3, 2],
      output: [3, 2],
      weights: { 'dense/kernel': [2, 2], 'dense/bias': [2] },
    },
    'draws for every step': {
      layer: { layer: { type: 'Dropout', rate: 0.5 } },
      input: [3, 2],
      output: [3, 2],
      noise: { 'dropout/noise': [3, 2] },
    },
  },
}

test('every layer of the format has facts', () => {
  const structure = ['Block', 'Shared']
  const types = LAYERS.map((layer) => layer.shape.type.in.options[0]!).filter((type) => !structure.includes(type))
  expect(Object.keys(FACTS)).toEqual(types)
})

describe.each(Object.entries(FACTS))('%s', (type, facts) => {
  test.each(Object.entries(facts))('%s', async (_, { layer, ...rest }) => {
    await checkLayer({ layer: { type, ...layer }, ...rest })
  })
})

describe.each(LAYER_FAMILIES)('Keras computes the same: %s', (family) => {
  test.each(kerasFixture(`layers_${family}`).cases)('$layer.type: $name', checkLayerCase)
})

describe('a shape that does not fit is refused in words', () => {
  const problem = (layer: object, input: Shape) => {
    const [spec] = resolveModel([layer]).layers as [LayerSpec]
    try {
      layerRule<LayerSpec>(spec).outputShape(spec, [input])
    } catch (error) {
      expect(error).toBeInstanceOf(ShapeProblem)
      return (error as Error).message
    }
  }

  test.each([
    [{ type: 'Input', shape: [784] }, [28, 28], 'found (784,), but a sample of the data is (28, 28)'],
    [{ type: 'Reshape', target_shape: [3, 2] }, [5], 'cannot turn (5,), 5 elements, into (3, 2)'],
    [{ type: 'Reshape', target_shape: [4, -1] }, [6], 'cannot turn (6,), 6 elements, into (4, -1)'],
    [{ type: 'Reshape', target_shape: [8, -1] }, [4], 'cannot turn (4,), 4 elements, into (8, -1)'],
    [{ type: 'GRU', units: 2 }, [4], 'needs (None, steps, features), but its input is (None, 4)'],
    [
      { type: 'TimeDistributed', layer: { type: 'LSTM', units: 2 } },
      [4, 3],
      'needs (None, steps, features), but its input is (None, 3)',
    ],
  ])('%j after %j', (layer, input, message) => {
    expect(problem(layer, input)).toBe(message)
  })
})

describe('activations in a saved model', () => {
  const names = Object.keys(ACTIVATIONS) as ActivationName[]
  const layers = (activation: ActivationName) =>
    resolveModel([
      { type: 'Dense', units: 6, activation },
      { type: 'Activation', activation },
    ])

  test.each(names.filter((name) => ACTIVATIONS[name].tfjs !== null))('%s is the same in plain tfjs', async (name) => {
    await expectSameInTfjs(layers(name), [4])
  })

  test.each(names.filter((name) => ACTIVATIONS[name].tfjs === null))('%s is refused by plain tfjs', async (name) => {
    await expect(expectSameInTfjs(layers(name), [4])).rejects.toThrow('Unknown activation: trainspec')
  })
})
