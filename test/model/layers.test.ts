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

/** Of two inputs of three steps. */
const MASKS = [
  [true, false, false],
  [true, true, false],
]

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
  Add: {
    'of three inputs': { input: [[3], [3], [3]], output: [3] },
    'of sizes that fit': { input: [[2, 3], [3], [2, 1]], output: [2, 3] },
  },
  Subtract: { 'of two inputs': { input: [[2, 3], [3]], output: [2, 3], inTfjs: false } },
  Multiply: {
    'of three inputs': { input: [[3], [3], [3]], output: [3] },
    'of masked steps': {
      input: [
        [3, 2],
        [3, 2],
      ],
      output: [3, 2],
      masks: MASKS,
    },
  },
  Average: { 'of three inputs': { input: [[3], [3], [3]], output: [3] } },
  Maximum: {
    'of three inputs': { input: [[3], [3], [3]], output: [3], smooth: false },
    'of masked steps': {
      input: [
        [3, 2],
        [3, 2],
      ],
      output: [3, 2],
      masks: MASKS,
    },
  },
  Minimum: { 'of sizes that fit': { input: [[2, 1], [3]], output: [2, 3] } },
  Concatenate: {
    'along the last axis': {
      input: [
        [2, 1],
        [2, 3],
      ],
      output: [2, 4],
    },
    'along the first': {
      layer: { axis: 1 },
      input: [
        [1, 3],
        [2, 3],
        [1, 3],
      ],
      output: [4, 3],
    },
  },
  Dot: {
    'of vectors': { layer: { axes: 1 }, input: [[3], [3]], output: [1] },
    'of matrices': {
      layer: { axes: [1, 2] },
      input: [
        [3, 4],
        [2, 3],
      ],
      output: [4, 2],
    },
    'of a vector and a matrix': { layer: { axes: -1 }, input: [[3], [2, 3]], output: [2] },
    'of a matrix and a vector': { layer: { axes: [2, 1] }, input: [[2, 3], [3]], output: [2] },
    'of unit vectors': { layer: { axes: 1, normalize: true }, input: [[3], [3]], output: [1], inTfjs: false },
    'of higher rank': {
      layer: { axes: [2, 3] },
      input: [
        [2, 3, 2],
        [2, 2, 3],
      ],
      output: [2, 2, 2, 2],
      inTfjs: false,
    },
  },
  Attention: {
    'of a query to values': {
      layer: { use_scale: true, dropout: 0.5 },
      input: [
        [3, 4],
        [2, 5],
        [2, 4],
      ],
      output: [3, 5],
      weights: { scale: [] },
      noise: [3, 2],
      inTfjs: false,
    },
    'by concatenation, to what comes before': {
      layer: { score_mode: 'concat', use_causal_mask: true },
      input: [3, 2],
      output: [3, 2],
      weights: { concat_score_weight: [] },
      mask: [true, true, false],
      inTfjs: false,
    },
  },
  AdditiveAttention: {
    'of a query to values': {
      input: [
        [3, 2],
        [2, 2],
      ],
      output: [3, 2],
      weights: { scale: [2] },
      masks: [null, [true, false]],
      inTfjs: false,
    },
  },
  MultiHeadAttention: {
    'of a sequence to itself': {
      layer: { num_heads: 2, key_dim: 1, value_dim: 2, use_causal_mask: true, output_shape: 5 },
      input: [3, 2],
      output: [3, 5],
      weights: {
        'query/kernel': [2, 2, 1],
        'query/bias': [2, 1],
        'key/kernel': [2, 2, 1],
        'key/bias': [2, 1],
        'value/kernel': [2, 2, 2],
        'value/bias': [2, 2],
        'attention_output/kernel': [2, 2, 5],
        'attention_output/bias': [5],
      },
      smooth: false, // its softmax bends too much for a finite difference; Keras' cases have the gradients
      inTfjs: false,
    },
    'of a query to values, masked': {
      layer: { num_heads: 2, key_dim: 2, use_bias: false, dropout: 0.5, use_gate: true },
      input: [
        [3, 2],
        [2, 3],
      ],
      output: [3, 2],
      weights: {
        'query/kernel': [2, 2, 2],
        'key/kernel': [3, 2, 2],
        'gate/kernel': [2, 2, 2],
        'value/kernel': [3, 2, 2],
        'attention_output/kernel': [2, 2, 2],
      },
      noise: [2, 3, 2],
      masks: [
        [true, false, true],
        [true, false],
      ],
      inTfjs: false,
    },
  },
  GroupQueryAttention: {
    'of heads that share keys': {
      layer: { head_dim: 2, num_query_heads: 4, num_key_value_heads: 2, use_bias: false, sliding_window: 2 },
      input: [3, 2],
      output: [3, 2],
      weights: {
        'query/kernel': [2, 4, 2],
        'key/kernel': [2, 2, 2],
        'value/kernel': [2, 2, 2],
        'attention_output/kernel': [4, 2, 2],
      },
      inTfjs: false,
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
  const problem = (layer: object, ...inputs: readonly Shape[]) => {
    const [spec] = resolveModel([layer]).layers as [LayerSpec]
    try {
      layerRule<LayerSpec>(spec).outputShape(spec, inputs)
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
  ])('%j after %j', (layer, input, message) => {
    expect(problem(layer, input)).toBe(message)
  })

  const grouped = { type: 'GroupQueryAttention', head_dim: 2, num_query_heads: 3, num_key_value_heads: 2 }
  const many = { type: 'MultiHeadAttention', num_heads: 2, key_dim: 2 }
  test.each<[object, Shape[], string]>([
    [{ type: 'Add' }, [[3], [4]], 'has inputs of shapes that do not fit together: (None, 3) and (None, 4)'],
    [{ type: 'Maximum' }, [[2, 3], [2]], 'has inputs of shapes that do not fit together: (None, 2, 3) and (None, 2)'],
    [
      { type: 'Concatenate' },
      [
        [2, 3],
        [3, 3],
      ],
      'has inputs of shapes that differ in more than axis -1: (None, 2, 3) and (None, 3, 3)',
    ],
    [
      { type: 'Concatenate' },
      [[3], [1, 3]],
      'has inputs of shapes that differ in more than axis -1: (None, 3) and (None, 1, 3)',
    ],
    [{ type: 'Concatenate', axis: 0 }, [[3], [3]], 'has axis 0, must be 1 to 1, or -1 to -1, for (None, 3)'],
    [
      { type: 'Concatenate', axis: -3 },
      [
        [2, 3],
        [2, 3],
      ],
      'has axis -3, must be 1 to 2, or -1 to -2, for (None, 2, 3)',
    ],
    [
      { type: 'Dot', axes: [1, 1] },
      [[3], [4]],
      'has inputs (None, 3) and (None, 4), whose axes 1 and 1 differ: 3 and 4',
    ],
    [{ type: 'Dot', axes: 2 }, [[2, 3], [3]], 'has axis 2, must be 1 to 1, or -1 to -1, for (None, 3)'],
    [
      { type: 'Attention' },
      [[3, 4], [5]],
      'needs sequences, (None, steps, features), found (None, 3, 4) and (None, 5)',
    ],
    [
      { type: 'Attention' },
      [
        [3, 4],
        [2, 5],
      ],
      'needs as many features in its query as in its keys, found (None, 3, 4) and (None, 2, 5)',
    ],
    [
      many,
      [
        [3, 4],
        [2, 4],
        [3, 4],
      ],
      'needs as many steps in its keys as in its values, found (None, 2, 4) and (None, 3, 4)',
    ],
    [grouped, [[3, 4]], 'has 3 heads of the query, which is no multiple of 2 of keys and values'],
    [
      { ...grouped, num_query_heads: 2 },
      [
        [3, 4],
        [2, 5],
      ],
      'needs as many features in its query as in its values, found (None, 3, 4) and (None, 2, 5)',
    ],
  ])('%j after %j', (layer, inputs, message) => {
    expect(problem(layer, ...inputs)).toBe(message)
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
