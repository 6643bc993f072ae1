/** Every layer is checked against facts that are written here. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Shape } from '../../src/base/shape.js'
import { ACTIVATION_FUNCTIONS } from '../../src/model/activations.js'
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

/** Masks of two inputs of three steps. */
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
  EinsumDense: {
    'over the last of any axes': {
      layer: { equation: '...x,xy->...y', output_shape: 4, bias_axes: 'y', activation: 'tanh' },
      input: [2, 3],
      output: [2, 4],
      weights: { kernel: [3, 4], bias: [4] },
      inTfjs: false,
    },
    'into two axes, with a bias for one': {
      layer: { equation: 'abc,cde->adbe', output_shape: [2, null, 3], bias_axes: 'd' },
      input: [4, 5],
      output: [2, 4, 3],
      weights: { kernel: [5, 2, 3], bias: [2, 1, 1] },
      inTfjs: false,
    },
    'with a kernel for each step': {
      layer: { equation: 'abc,bcd->abd', output_shape: [3, 2] },
      input: [3, 4],
      output: [3, 2],
      weights: { kernel: [3, 4, 2] },
      inTfjs: false,
    },
    'that sums an axis away': {
      layer: { equation: 'abcd,d->ac', output_shape: [3], bias_axes: 'c' },
      input: [2, 3, 2],
      output: [3],
      weights: { kernel: [2], bias: [3] },
      inTfjs: false,
    },
    'before further axes': {
      layer: { equation: 'ab...,bc->ac...', output_shape: 3, bias_axes: 'c' },
      input: [2, 4],
      output: [3, 4],
      weights: { kernel: [2, 3], bias: [3, 1] },
      inTfjs: false,
    },
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
  Permute: {
    'of three axes': { layer: { dims: [3, 1, 2] }, input: [2, 3, 4], output: [4, 2, 3] },
  },
  RepeatVector: {
    'three times': { layer: { n: 3 }, input: [2], output: [3, 2] },
  },
  Conv1D: {
    'as long as the input': {
      layer: { filters: 2, kernel_size: 2, padding: 'same', activation: 'tanh' },
      input: [4, 3],
      output: [4, 2],
      weights: { kernel: [2, 3, 2], bias: [2] },
    },
    'that looks back': {
      layer: { filters: 2, kernel_size: 2, padding: 'causal', dilation_rate: 2 },
      input: [5, 1],
      output: [5, 2],
      weights: { kernel: [2, 1, 2], bias: [2] },
      inTfjs: false,
    },
  },
  Conv2D: {
    'of an image': {
      layer: { filters: 2, kernel_size: [2, 3] },
      input: [3, 4, 2],
      output: [2, 2, 2],
      weights: { kernel: [2, 3, 2, 2], bias: [2] },
    },
    'at strides, with zeros around': {
      layer: { filters: 3, kernel_size: 3, strides: [2, 1], padding: 'same', use_bias: false },
      input: [4, 3, 1],
      output: [2, 3, 3],
      weights: { kernel: [3, 3, 1, 3] },
    },
    'with gaps': {
      layer: { filters: 1, kernel_size: 2, dilation_rate: [2, 1], padding: 'same', use_bias: false },
      input: [3, 4, 1],
      output: [3, 4, 1],
      weights: { kernel: [2, 2, 1, 1] },
    },
    'of one element': {
      layer: { filters: 3, kernel_size: 1 },
      input: [2, 2, 2],
      output: [2, 2, 3],
      weights: { kernel: [1, 1, 2, 3], bias: [3] },
    },
    'in groups': {
      layer: { filters: 2, kernel_size: 2, groups: 2, use_bias: false },
      input: [3, 2, 4],
      output: [2, 1, 2],
      weights: { kernel: [2, 2, 2, 2] },
      inTfjs: false,
    },
  },
  Conv3D: {
    'of a volume': {
      layer: { filters: 2, kernel_size: 2, activation: 'tanh' },
      input: [3, 2, 3, 2],
      output: [2, 1, 2, 2],
      weights: { kernel: [2, 2, 2, 2, 2], bias: [2] },
    },
    'at strides, with zeros around': {
      layer: { filters: 2, kernel_size: [3, 2, 1], strides: [2, 1, 2], padding: 'same', use_bias: false },
      input: [4, 2, 3, 1],
      output: [2, 2, 2, 2],
      weights: { kernel: [3, 2, 1, 1, 2] },
    },
    'with gaps, in groups': {
      layer: { filters: 2, kernel_size: 2, dilation_rate: [2, 1, 2], groups: 2, use_bias: false },
      input: [3, 2, 3, 2],
      output: [1, 1, 1, 2],
      weights: { kernel: [2, 2, 2, 1, 2] },
      inTfjs: false,
    },
    'of one element': {
      layer: { filters: 3, kernel_size: 1 },
      input: [2, 1, 2, 2],
      output: [2, 1, 2, 3],
      weights: { kernel: [1, 1, 1, 2, 3], bias: [3] },
    },
  },
  Conv1DTranspose: {
    'at strides': {
      layer: { filters: 2, kernel_size: 3, strides: 2 },
      input: [3, 2],
      output: [7, 2],
      weights: { kernel: [3, 2, 2], bias: [2] },
      inTfjs: false,
    },
    'with gaps': {
      layer: { filters: 1, kernel_size: 2, dilation_rate: 2, use_bias: false },
      input: [3, 2],
      output: [5, 1],
      weights: { kernel: [2, 1, 2] },
      inTfjs: false,
    },
  },
  Conv2DTranspose: {
    'twice as large': {
      layer: { filters: 2, kernel_size: 3, strides: 2, padding: 'same' },
      input: [2, 3, 1],
      output: [4, 6, 2],
      weights: { kernel: [3, 3, 2, 1], bias: [2] },
    },
    'with a window shorter than its strides': {
      layer: { filters: 1, kernel_size: [1, 2], strides: [2, 1], use_bias: false },
      input: [2, 2, 1],
      output: [4, 3, 1],
      weights: { kernel: [1, 2, 1, 1] },
    },
    'and output_padding': {
      layer: { filters: 1, kernel_size: 2, strides: 2, padding: 'same', output_padding: 0, use_bias: false },
      input: [3, 2, 2],
      output: [4, 2, 1],
      weights: { kernel: [2, 2, 1, 2] },
      inTfjs: false,
    },
  },
  Conv3DTranspose: {
    'twice as large': {
      layer: { filters: 2, kernel_size: [3, 2, 2], strides: 2, padding: 'same' },
      input: [2, 1, 2, 1],
      output: [4, 2, 4, 2],
      weights: { kernel: [3, 2, 2, 2, 1], bias: [2] },
    },
    'with gaps': {
      layer: { filters: 1, kernel_size: 2, dilation_rate: 2, use_bias: false },
      input: [2, 1, 2, 2],
      output: [4, 3, 4, 1],
      weights: { kernel: [2, 2, 2, 1, 2] },
      inTfjs: false,
    },
  },
  DepthwiseConv1D: {
    'two for each channel': {
      layer: { kernel_size: 2, depth_multiplier: 2 },
      input: [4, 2],
      output: [3, 4],
      weights: { kernel: [2, 2, 2], bias: [4] },
      inTfjs: false,
    },
  },
  DepthwiseConv2D: {
    'at strides': {
      layer: { kernel_size: 2, strides: 2, padding: 'same', activation: 'sigmoid' },
      input: [3, 4, 2],
      output: [2, 2, 2],
      weights: { kernel: [2, 2, 2, 1], bias: [2] },
    },
    'with gaps': {
      layer: { kernel_size: 2, dilation_rate: 2, depth_multiplier: 2, use_bias: false },
      input: [3, 4, 1],
      output: [1, 2, 2],
      weights: { kernel: [2, 2, 1, 2] },
      inTfjs: false,
    },
  },
  SeparableConv1D: {
    'of steps': {
      layer: { filters: 3, kernel_size: 2, padding: 'same' },
      input: [3, 2],
      output: [3, 3],
      weights: { depthwise_kernel: [2, 2, 1], pointwise_kernel: [1, 2, 3], bias: [3] },
      inTfjs: false,
    },
  },
  SeparableConv2D: {
    'of an image': {
      layer: { filters: 2, kernel_size: 2, depth_multiplier: 2, use_bias: false },
      input: [3, 3, 2],
      output: [2, 2, 2],
      weights: { depthwise_kernel: [2, 2, 2, 2], pointwise_kernel: [1, 1, 4, 2] },
    },
  },
  MaxPooling1D: {
    'of steps': { layer: { strides: 1 }, input: [4, 2], output: [3, 2], smooth: false },
  },
  MaxPooling2D: {
    'leaves the rest out': { input: [5, 4, 2], output: [2, 2, 2], smooth: false },
    'beyond the edge': {
      layer: { pool_size: [3, 2], padding: 'same' },
      input: [4, 3, 1],
      output: [2, 2, 1],
      smooth: false,
    },
  },
  MaxPooling3D: {
    'leaves the rest out': { input: [3, 2, 5, 2], output: [1, 1, 2, 2], smooth: false },
    'beyond the edge': {
      layer: { pool_size: [3, 2, 1], strides: 1, padding: 'same' },
      input: [3, 2, 2, 1],
      output: [3, 2, 2, 1],
      smooth: false,
    },
  },
  AveragePooling1D: {
    'beyond the edge': { layer: { pool_size: 3, strides: 1, padding: 'same' }, input: [4, 2], output: [4, 2] },
  },
  AveragePooling2D: {
    'of an image': { layer: { pool_size: 2 }, input: [4, 5, 2], output: [2, 2, 2] },
    'beyond the edge': { layer: { pool_size: 2, padding: 'same' }, input: [3, 4, 1], output: [2, 2, 1] },
  },
  AveragePooling3D: {
    'of a volume': { layer: { pool_size: 2 }, input: [4, 2, 3, 2], output: [2, 1, 1, 2] },
    'beyond the edge': { layer: { pool_size: 2, padding: 'same' }, input: [3, 2, 3, 1], output: [2, 1, 2, 1] },
  },
  GlobalMaxPooling1D: {
    'of steps': { input: [3, 2], output: [2], smooth: false },
    'keeps its axes': { layer: { keepdims: true }, input: [3, 2], output: [1, 2], smooth: false, inTfjs: false },
  },
  GlobalMaxPooling2D: {
    'keeps its axes': { layer: { keepdims: true }, input: [2, 3, 2], output: [1, 1, 2], smooth: false, inTfjs: false },
    'of an image': { input: [2, 3, 2], output: [2], smooth: false },
  },
  GlobalMaxPooling3D: {
    'of a volume': { input: [2, 3, 2, 2], output: [2], smooth: false, inTfjs: false },
  },
  GlobalAveragePooling1D: {
    'of steps': { input: [3, 2], output: [2] },
    'of those that count': { input: [3, 2], output: [2], mask: [true, false, true] },
    'keeps its axes': { layer: { keepdims: true }, input: [3, 2], output: [1, 2], inTfjs: false },
  },
  GlobalAveragePooling2D: {
    'keeps its axes': { layer: { keepdims: true }, input: [2, 3, 2], output: [1, 1, 2], inTfjs: false },
    'of an image': { input: [2, 3, 2], output: [2] },
  },
  GlobalAveragePooling3D: {
    'keeps its axes': { layer: { keepdims: true }, input: [2, 3, 2, 2], output: [1, 1, 1, 2], inTfjs: false },
  },
  AdaptiveMaxPooling1D: {
    'of windows that overlap': {
      layer: { output_size: 3 },
      input: [5, 2],
      output: [3, 2],
      smooth: false,
      inTfjs: false,
    },
  },
  AdaptiveMaxPooling2D: {
    'of windows side by side': {
      layer: { output_size: [2, 1] },
      input: [4, 3, 2],
      output: [2, 1, 2],
      smooth: false,
      inTfjs: false,
    },
  },
  AdaptiveMaxPooling3D: {
    'of a volume': {
      layer: { output_size: 2 },
      input: [2, 3, 4, 1],
      output: [2, 2, 2, 1],
      smooth: false,
      inTfjs: false,
    },
  },
  AdaptiveAveragePooling1D: {
    'of more windows than steps': { layer: { output_size: [3] }, input: [2, 2], output: [3, 2], inTfjs: false },
  },
  AdaptiveAveragePooling2D: {
    'of windows that overlap along one axis': {
      layer: { output_size: [2, 3] },
      input: [4, 5, 2],
      output: [2, 3, 2],
      inTfjs: false,
    },
  },
  AdaptiveAveragePooling3D: {
    'of a volume': { layer: { output_size: [2, 1, 2] }, input: [3, 2, 2, 2], output: [2, 1, 2, 2], inTfjs: false },
  },
  ZeroPadding1D: {
    'before and after': { layer: { padding: [2, 1] }, input: [2, 2], output: [5, 2], inTfjs: false },
  },
  ZeroPadding2D: {
    'on one side of an axis': { layer: { padding: [[0, 1], 2] }, input: [2, 2, 2], output: [3, 6, 2] },
  },
  ZeroPadding3D: {
    'on one side of an axis': {
      layer: { padding: [[0, 1], 2, 1] },
      input: [2, 1, 2, 2],
      output: [3, 5, 4, 2],
      inTfjs: false,
    },
  },
  Cropping1D: {
    'of one side': { layer: { cropping: [0, 2] }, input: [4, 2], output: [2, 2], inTfjs: false },
  },
  Cropping2D: {
    'of each side': { layer: { cropping: [1, [0, 1]] }, input: [4, 3, 2], output: [2, 2, 2] },
    'of none': { input: [2, 2, 1], output: [2, 2, 1] },
  },
  Cropping3D: {
    'of each side': { layer: { cropping: [1, [0, 1], 0] }, input: [4, 3, 2, 2], output: [2, 2, 2, 2], inTfjs: false },
  },
  UpSampling1D: {
    'three times': { layer: { size: 3 }, input: [2, 2], output: [6, 2], inTfjs: false },
  },
  UpSampling2D: {
    'repeats each element': { layer: { size: [2, 3] }, input: [2, 1, 2], output: [4, 3, 2] },
    'goes from one to the next': {
      layer: { size: [2, 3], interpolation: 'bilinear' },
      input: [2, 3, 2],
      output: [4, 9, 2],
      inTfjs: false,
    },
  },
  UpSampling3D: {
    'repeats each element': {
      layer: { size: [2, 3, 1] },
      input: [2, 1, 2, 2],
      output: [4, 3, 2, 2],
      inTfjs: false,
    },
  },
  SpatialDropout1D: {
    'takes a mask in training': { layer: { rate: 0.5 }, input: [3, 2], output: [3, 2], noise: [1, 2] },
  },
  SpatialDropout2D: {
    'takes a mask in training': { layer: { rate: 0.5 }, input: [2, 3, 2], output: [2, 3, 2], noise: [1, 1, 2] },
  },
  SpatialDropout3D: {
    'takes a mask in training': {
      layer: { rate: 0.5 },
      input: [2, 1, 3, 2],
      output: [2, 1, 3, 2],
      noise: [1, 1, 1, 2],
    },
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
  ReversibleEmbedding: {
    'of words': {
      layer: { input_dim: 5, output_dim: 3 },
      input: [4],
      output: [4, 3],
      weights: { embeddings: [5, 3] },
      below: 5,
      inTfjs: false,
    },
    'the other way': {
      layer: { input_dim: 5, output_dim: 3, logit_soft_cap: 2, reverse: true },
      input: [2, 3],
      output: [2, 5],
      weights: { embeddings: [5, 3] },
      inTfjs: false,
    },
    'of words, with a kernel for the other way': {
      layer: { input_dim: 5, output_dim: 3, tie_weights: false },
      input: [4],
      output: [4, 3],
      weights: { embeddings: [5, 3], reverse_embeddings: [3, 5] },
      below: 5,
      inTfjs: false,
    },
    'the other way, with a kernel of its own': {
      layer: { input_dim: 5, output_dim: 3, tie_weights: false, logit_soft_cap: 2, reverse: true },
      input: [2, 3],
      output: [2, 5],
      weights: { embeddings: [5, 3], reverse_embeddings: [3, 5] },
      inTfjs: false,
    },
  },
  PositionEmbedding: {
    'for all steps': {
      layer: { sequence_length: 3 },
      input: [3, 2],
      output: [3, 2],
      weights: { embeddings: [3, 2] },
      below: 3,
      inTfjs: false,
    },
    'for the first of them': {
      layer: { sequence_length: 4 },
      input: [3, 2],
      output: [3, 2],
      weights: { embeddings: [4, 2] },
      below: 3,
      inTfjs: false,
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
    'gates by sparsemax': {
      layer: { units: 2, activation: 'sparsemax', recurrent_activation: 'sparsemax' },
      input: [4, 3],
      output: [2],
      weights: { kernel: [3, 6], recurrent_kernel: [2, 6], bias: [2, 6] },
      smooth: false,
      inTfjs: false,
    },
  },
  ConvLSTM1D: {
    'every step, backwards': {
      layer: { filters: 2, kernel_size: 2, return_sequences: true, go_backwards: true },
      input: [3, 3, 1],
      output: [3, 2, 2],
      weights: { kernel: [2, 1, 8], recurrent_kernel: [2, 2, 8], bias: [8] },
      mask: [true, false, true],
      inTfjs: false,
    },
  },
  ConvLSTM2D: {
    'the last step': {
      layer: { filters: 1, kernel_size: [2, 1], padding: 'same', strides: [1, 2] },
      input: [2, 2, 2, 2],
      output: [2, 1, 1],
      weights: { kernel: [2, 1, 2, 4], recurrent_kernel: [2, 1, 1, 4], bias: [4] },
    },
    'dropout of inputs and state': {
      layer: {
        ...{ filters: 1, kernel_size: 2, use_bias: false, dropout: 0.5, recurrent_dropout: 0.5 },
        ...{ activation: 'softsign', recurrent_activation: 'sigmoid' },
      },
      input: [2, 2, 3, 1],
      output: [1, 2, 1],
      weights: { kernel: [2, 2, 1, 4], recurrent_kernel: [2, 2, 1, 4] },
      noise: { dropout: [4, 2, 3, 1], recurrent_dropout: [4, 1, 2, 1] },
    },
  },
  ConvLSTM3D: {
    'every step': {
      layer: { filters: 1, kernel_size: [1, 2, 1], return_sequences: true },
      input: [2, 1, 2, 2, 1],
      output: [2, 1, 1, 2, 1],
      weights: { kernel: [1, 2, 1, 1, 4], recurrent_kernel: [1, 2, 1, 1, 4], bias: [4] },
      inTfjs: false,
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
    'every step of rows': {
      layer: { layer: { type: 'ConvLSTM1D', filters: 1, kernel_size: 2, return_sequences: true } },
      input: [3, 2, 1],
      output: [3, 1, 2],
      weights: {
        'forward_conv_lstm1d/kernel': [2, 1, 4],
        'forward_conv_lstm1d/recurrent_kernel': [2, 1, 4],
        'forward_conv_lstm1d/bias': [4],
        'backward_conv_lstm1d/kernel': [2, 1, 4],
        'backward_conv_lstm1d/recurrent_kernel': [2, 1, 4],
        'backward_conv_lstm1d/bias': [4],
      },
      mask: [true, false, true],
      inTfjs: false,
    },
    'the last step of images': {
      layer: {
        layer: { type: 'ConvLSTM2D', filters: 2, kernel_size: [2, 1], use_bias: false, name: 'cell' },
        merge_mode: 'concat',
      },
      input: [2, 2, 2, 1],
      output: [1, 2, 4],
      weights: {
        'forward_cell/kernel': [2, 1, 1, 8],
        'forward_cell/recurrent_kernel': [2, 1, 2, 8],
        'backward_cell/kernel': [2, 1, 1, 8],
        'backward_cell/recurrent_kernel': [2, 1, 2, 8],
      },
    },
    'every step of images, dropout of inputs and state': {
      layer: {
        layer: {
          ...{ type: 'ConvLSTM2D', filters: 1, kernel_size: [1, 2], use_bias: false, name: 'cell' },
          ...{ return_sequences: true, dropout: 0.5, recurrent_dropout: 0.5 },
        },
        merge_mode: 'mul',
      },
      input: [2, 1, 2, 1],
      output: [2, 1, 1, 1],
      weights: {
        'forward_cell/kernel': [1, 2, 1, 4],
        'forward_cell/recurrent_kernel': [1, 2, 1, 4],
        'backward_cell/kernel': [1, 2, 1, 4],
        'backward_cell/recurrent_kernel': [1, 2, 1, 4],
      },
      noise: {
        'forward_cell/dropout': [4, 1, 2, 1],
        'forward_cell/recurrent_dropout': [4, 1, 1, 1],
        'backward_cell/dropout': [4, 1, 2, 1],
        'backward_cell/recurrent_dropout': [4, 1, 1, 1],
      },
    },
    'the last step of volumes': {
      layer: { layer: { type: 'ConvLSTM3D', filters: 1, kernel_size: 1, use_bias: false }, merge_mode: 'sum' },
      input: [2, 1, 1, 2, 1],
      output: [1, 1, 2, 1],
      weights: {
        'forward_conv_lstm3d/kernel': [1, 1, 1, 1, 4],
        'forward_conv_lstm3d/recurrent_kernel': [1, 1, 1, 1, 4],
        'backward_conv_lstm3d/kernel': [1, 1, 1, 1, 4],
        'backward_conv_lstm3d/recurrent_kernel': [1, 1, 1, 1, 4],
      },
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
  SpectralNormalization: {
    'of a Dense': {
      layer: { layer: { type: 'Dense', units: 2, activation: 'tanh' }, power_iterations: 2 },
      input: [3],
      output: [2],
      weights: { 'dense/kernel': [3, 2], 'dense/bias': [2], vector_u: [1, 2] },
      smooth: false, // the kernel has the gradient of the normalized kernel
      inTfjs: false,
    },
    'of filters': {
      layer: { layer: { type: 'Conv1D', filters: 2, kernel_size: 2, name: 'conv' } },
      input: [3, 1],
      output: [2, 2],
      weights: { 'conv/kernel': [2, 1, 2], 'conv/bias': [2], vector_u: [1, 2] },
      smooth: false,
      inTfjs: false,
    },
    frozen: {
      layer: { layer: { type: 'Dense', units: 2 }, trainable: false },
      input: [3],
      output: [2],
      weights: { 'dense/kernel': [3, 2], 'dense/bias': [2], vector_u: [1, 2] },
      inTfjs: false,
    },
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

test('docs/runs.md names the layers that plain tfjs does not open', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/runs.md'), 'utf8')
  const paragraph = page.split('\n').find((line) => line.startsWith('`tf.loadLayersModel`'))!
  const [, always, sometimes] = paragraph.split(/Refused always: |Refused with some settings: /)
  const named = (text: string) => Array.from(text.matchAll(/`(\w+)`/g), ([, name]) => name!).toSorted()
  const openedOf = (facts: Readonly<Record<string, { inTfjs?: boolean }>>) =>
    Object.values(facts).map(({ inTfjs = true }) => inTfjs)
  const all = Object.entries(FACTS).map(([type, facts]) => [type, openedOf(facts)] as const)
  const activations = (Object.keys(ACTIVATION_FUNCTIONS) as ActivationName[]).filter(
    (name) => ACTIVATION_FUNCTIONS[name].tfjs === null,
  )
  const never = all.filter(([, opened]) => !opened.includes(true)).map(([type]) => type)
  expect(named(always!)).toEqual([...never, ...activations].toSorted())
  expect(named(sometimes!)).toEqual(
    all
      .filter(([, one]) => one.includes(true) && one.includes(false))
      .map(([type]) => type)
      .toSorted(),
  )
})

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
    [
      { type: 'EinsumDense', equation: 'abc,cd->abd', output_shape: [3, 4] },
      [5],
      'has 3 axes of the input in its equation, "abc,cd->abd", but its input is (None, 5)',
    ],
    [
      { type: 'EinsumDense', equation: '...bc,cd->...bd', output_shape: [3, 4] },
      [2, 5, 6],
      'has 3 in output_shape for axis b, must be 5, that of the input',
    ],
    [
      { type: 'EinsumDense', equation: 'abc,cd->abd', output_shape: 4 },
      [5, 6],
      'has output_shape [4], must have a size for each of b, d of its equation, "abc,cd->abd"',
    ],
    [
      { type: 'EinsumDense', equation: 'abc,cd->abd', output_shape: [5, null] },
      [5, 6],
      'has null in output_shape for axis d, must be a size, because the input has no such axis',
    ],
    [
      { type: 'EinsumDense', equation: 'ab,bc->ca', output_shape: [5] },
      [6],
      'needs the batch, the first axis of its input, as the first axis of its output and not in its kernel, but has the equation "ab,bc->ca"',
    ],
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
    [{ type: 'Permute', dims: [2, 1] }, [4], 'permutes 2 axes, found (4,)'],
    [{ type: 'RepeatVector', n: 2 }, [2, 4], 'takes vectors, found (2, 4)'],
    [{ type: 'Conv2D', filters: 2, kernel_size: 3 }, [784], 'takes samples of (height, width, channels), found (784,)'],
    [{ type: 'Conv2D', filters: 2, kernel_size: [3, 2] }, [2, 4, 1], 'cannot place a window of (3, 2) in (2, 4)'],
    [
      { type: 'Conv3D', filters: 2, kernel_size: 3 },
      [4, 4, 1],
      'takes samples of (depth, height, width, channels), found (4, 4, 1)',
    ],
    [{ type: 'AdaptiveMaxPooling1D', output_size: 3 }, [4], 'takes samples of (steps, channels), found (4,)'],
    [{ type: 'Conv1D', filters: 2, kernel_size: 3, dilation_rate: 2 }, [4, 1], 'cannot place a window of (5,) in (4,)'],
    [{ type: 'Conv2D', filters: 4, kernel_size: 1, groups: 2 }, [2, 2, 3], 'cannot split 3 channels into 2 groups'],
    [
      { type: 'Conv1DTranspose', filters: 1, kernel_size: 2, strides: 2, padding: 'same', output_padding: 0 },
      [1, 1],
      'leaves nothing of (1,)',
    ],
    [{ type: 'DepthwiseConv1D', kernel_size: 3 }, [2, 4, 1], 'takes samples of (steps, channels), found (2, 4, 1)'],
    [{ type: 'SeparableConv2D', filters: 1, kernel_size: 3 }, [2, 4, 1], 'cannot place a window of (3, 3) in (2, 4)'],
    [{ type: 'MaxPooling2D' }, [1, 4, 1], 'cannot place a window of (2, 2) in (1, 4)'],
    [{ type: 'GlobalMaxPooling1D' }, [4], 'takes samples of (steps, channels), found (4,)'],
    [{ type: 'ZeroPadding2D' }, [4, 4], 'takes samples of (height, width, channels), found (4, 4)'],
    [{ type: 'Cropping1D' }, [2, 3], 'leaves nothing of (2,)'],
    [{ type: 'UpSampling2D' }, [4, 4], 'takes samples of (height, width, channels), found (4, 4)'],
    [{ type: 'SpatialDropout1D', rate: 0.5 }, [4], 'takes samples of (steps, channels), found (4,)'],
    [
      { type: 'PositionEmbedding', sequence_length: 2 },
      [3, 4],
      'has vectors for 2 steps, but its input is (None, 3, 4)',
    ],
    [
      { type: 'ConvLSTM2D', filters: 2, kernel_size: 3 },
      [4, 4, 1],
      'takes samples of (steps, height, width, channels), found (4, 4, 1)',
    ],
    [{ type: 'ConvLSTM1D', filters: 2, kernel_size: 3 }, [5, 2, 1], 'cannot place a window of (3,) in (2,)'],
    [
      { type: 'ReversibleEmbedding', input_dim: 5, output_dim: 3, reverse: true },
      [4, 2],
      'takes vectors of 3 elements with "reverse", but its input is (None, 4, 2)',
    ],
    [{ type: 'GRU', units: 2 }, [4], 'needs (None, steps, features), but its input is (None, 4)'],
    [
      { type: 'TimeDistributed', layer: { type: 'LSTM', units: 2 } },
      [4, 3],
      'needs (None, steps, features), but its input is (None, 3)',
    ],
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
    [grouped, [[3, 4]], 'has 3 query heads, which is not a multiple of its 2 heads of keys and values'],
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
  const names = Object.keys(ACTIVATION_FUNCTIONS) as ActivationName[]
  const layers = (activation: ActivationName) =>
    resolveModel([
      { type: 'Dense', units: 6, activation },
      { type: 'Activation', activation },
    ])

  test.each(names.filter((name) => ACTIVATION_FUNCTIONS[name].tfjs !== null))(
    '%s is the same in plain tfjs',
    async (name) => {
      await expectSameInTfjs(layers(name), [4])
    },
  )

  test.each(names.filter((name) => ACTIVATION_FUNCTIONS[name].tfjs === null))(
    '%s is refused by plain tfjs',
    async (name) => {
      await expect(expectSameInTfjs(layers(name), [4])).rejects.toThrow('Unknown activation: trainspec')
    },
  )
})

test('each layer with weights can be frozen, by itself or as the layer that it wraps', () => {
  const unfrozen = LAYERS.filter(({ shape }) => {
    const { type } = shape
    const [name] = type.in.options as [LayerSpec['type']]
    const hasWeights = name !== 'Block' && name !== 'Shared' && layerRule({ type: name } as LayerSpec).weights
    return hasWeights && !('trainable' in shape) && !('layer' in shape)
  })
  expect(unfrozen.map(({ shape }) => shape.type.in.options[0])).toEqual([])
})
