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
  GaussianNoise: {
    'adds normal noise': {
      layer: { stddev: 0.5 },
      input: [2, 3],
      output: [2, 3],
      noise: { radius: [2, 3], angle: [2, 3] },
    },
    'of deviation 0 takes none': { layer: { stddev: 0 }, input: [3], output: [3] },
  },
  GaussianDropout: {
    'multiplies by normal noise': {
      layer: { rate: 0.3 },
      input: [5],
      output: [5],
      noise: { radius: [5], angle: [5] },
    },
    'of rate 0 takes none': { layer: { rate: 0 }, input: [3], output: [3] },
  },
  AlphaDropout: {
    'takes a mask in training': { layer: { rate: 0.3 }, input: [2, 3], output: [2, 3], noise: [2, 3] },
    'of rate 0 takes none': { layer: { rate: 0 }, input: [3], output: [3] },
  },
  ActivityRegularization: {
    'of a vector': { layer: { l1: 0.1, l2: 0.2 }, input: [4], output: [4] },
    'of nothing': { input: [4], output: [4] },
  },
  BatchNormalization: {
    'of images': {
      input: [3, 2, 4],
      output: [3, 2, 4],
      weights: { gamma: [4], beta: [4], moving_mean: [4], moving_variance: [4] },
    },
    'along another axis, without gamma': {
      layer: { axis: 1, scale: false, epsilon: 0.1 },
      input: [3, 4],
      output: [3, 4],
      weights: { beta: [3], moving_mean: [3], moving_variance: [3] },
      inTfjs: false,
    },
    'without beta, frozen': {
      layer: { center: false, trainable: false },
      input: [4, 3],
      output: [4, 3],
      weights: { gamma: [3], moving_mean: [3], moving_variance: [3] },
    },
    'of steps that count': {
      layer: { momentum: 0.5 },
      input: [4, 2],
      output: [4, 2],
      weights: { gamma: [2], beta: [2], moving_mean: [2], moving_variance: [2] },
      mask: [true, false, true, true],
    },
  },
  LayerNormalization: {
    'of vectors': { input: [5], output: [5], weights: { gamma: [5], beta: [5] } },
    'over two axes': {
      layer: { axis: [-1, -2], epsilon: 0.1 },
      input: [2, 3, 4],
      output: [2, 3, 4],
      weights: { gamma: [3, 4], beta: [3, 4] },
    },
    'over an inner axis, without beta': {
      layer: { axis: 1, center: false },
      input: [4, 2],
      output: [4, 2],
      weights: { gamma: [4] },
    },
    'without weights': { layer: { center: false, scale: false }, input: [4], output: [4] },
  },
  GroupNormalization: {
    'of images': {
      layer: { groups: 2 },
      input: [2, 2, 4],
      output: [2, 2, 4],
      weights: { gamma: [4], beta: [4] },
      inTfjs: false,
    },
    'of each channel, along another axis': {
      layer: { groups: -1, axis: 1, scale: false },
      input: [2, 4],
      output: [2, 4],
      weights: { beta: [2] },
      inTfjs: false,
    },
  },
  RMSNormalization: {
    'of vectors': { input: [5], output: [5], weights: { scale: [5] }, inTfjs: false },
    'over two axes': {
      layer: { axis: [1, 2], epsilon: 0.1 },
      input: [2, 3],
      output: [2, 3],
      weights: { scale: [2, 3] },
      inTfjs: false,
    },
  },
  UnitNormalization: {
    'of vectors': { input: [5], output: [5], inTfjs: false },
    'over two axes': { layer: { axis: [1, -1] }, input: [2, 3], output: [2, 3], inTfjs: false },
  },
  Identity: { 'of any shape': { input: [2, 3], output: [2, 3] } },
  ReLU: {
    'as it is': { input: [6], output: [6], smooth: false },
    'up to a value': { layer: { max_value: 0.5 }, input: [6], output: [6], smooth: false },
    'with a slope': { layer: { negative_slope: 0.2 }, input: [6], output: [6], smooth: false },
    'above a threshold': { layer: { threshold: 0.3 }, input: [6], output: [6], smooth: false },
    'with all of it': {
      layer: { max_value: 1, negative_slope: 0.2, threshold: 0.3 },
      input: [6],
      output: [6],
      smooth: false,
      inTfjs: false,
    },
  },
  LeakyReLU: { 'with a slope': { layer: { negative_slope: 0.1 }, input: [6], output: [6], smooth: false } },
  PReLU: {
    'of each element': { input: [2, 3], output: [2, 3], weights: { alpha: [2, 3] }, smooth: false },
    'shared along two axes': {
      layer: { shared_axes: [1, 2] },
      input: [2, 2, 3],
      output: [2, 2, 3],
      weights: { alpha: [1, 1, 3] },
      smooth: false,
    },
    'shared along one axis': {
      layer: { shared_axes: 1 },
      input: [4],
      output: [4],
      weights: { alpha: [1] },
      smooth: false,
    },
  },
  ELU: {
    'as it is': { input: [6], output: [6], smooth: false },
    'with an alpha': { layer: { alpha: 0.5 }, input: [6], output: [6], smooth: false, inTfjs: false },
  },
  Softmax: {
    'over the last axis': { input: [2, 3], output: [2, 3] },
    'over an inner axis': { layer: { axis: 1 }, input: [3, 2], output: [3, 2], inTfjs: false },
    'over two axes': { layer: { axis: [1, 3] }, input: [2, 2, 3], output: [2, 2, 3] },
    'of steps that count': { input: [4], output: [4], mask: [true, false, true, true] },
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
    [{ type: 'BatchNormalization', axis: 3 }, [5], 'has axis 3, but (None, 5) has only axes 1, -1 beside the batch'],
    [
      { type: 'LayerNormalization', axis: [1, 0] },
      [5, 4],
      'has axis 0, but (None, 5, 4) has only axes 1, 2, -2, -1 beside the batch',
    ],
    [{ type: 'Softmax', axis: [2, -1] }, [5, 4], 'has axis 2 of (None, 5, 4) twice'],
    [{ type: 'GroupNormalization' }, [8, 4], 'cannot make 32 groups of the 4 channels of (None, 8, 4)'],
    [{ type: 'PReLU', shared_axes: [1, 3] }, [8, 4], 'shares alpha along axis 3, but (None, 8, 4) has axes up to 2'],
    [{ type: 'Reshape', target_shape: [8, -1] }, [4], 'cannot turn (4,), 4 elements, into (8, -1)'],
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
