/** Layers by their name in a spec. */
import type { LayerSpec } from '../../spec/spec.js'
import { elu, leakyReLU, preLU, reLU, softmax } from './activations.js'
import { adaptiveAveragePooling, adaptiveMaxPooling } from './adaptive-pooling.js'
import { additiveAttention, attention, groupQueryAttention, multiHeadAttention } from './attention.js'
import { convLstm } from './conv-lstm.js'
import { convolution, depthwiseConvolution, separableConvolution, transposedConvolution } from './convolution.js'
import { activation, dense, identity, input } from './core.js'
import { einsumDense } from './einsum.js'
import type { LayerRule, SpecOf } from './layer.js'
import { add, average, concatenate, dot, maximum, minimum, multiply, subtract } from './merging.js'
import {
  batchNormalization,
  groupNormalization,
  layerNormalization,
  rmsNormalization,
  unitNormalization,
} from './normalization.js'
import {
  averagePooling,
  globalAveragePooling1D,
  globalAveragePooling2D,
  globalAveragePooling3D,
  globalMaxPooling1D,
  globalMaxPooling2D,
  globalMaxPooling3D,
  maxPooling,
} from './pooling.js'
import { gru, lstm, simpleRnn } from './recurrent.js'
import {
  activityRegularization,
  alphaDropout,
  dropout,
  gaussianDropout,
  gaussianNoise,
  spatialDropout1D,
  spatialDropout2D,
  spatialDropout3D,
} from './regularization.js'
import { flatten, permute, repeatVector, reshape } from './reshaping.js'
import { embedding, masking, positionEmbedding, reversibleEmbedding } from './sequences.js'
import { cropping, upSampling, zeroPadding } from './spatial.js'
import { spectralNormalization } from './spectral-normalization.js'
import { bidirectional, timeDistributed } from './wrappers.js'

/**
 * Types that are never applied themselves: a block becomes its layers, a shared layer the one that it shares
 * (model/network.ts).
 */
type Structure = 'Block' | 'Shared'

const LAYERS: { readonly [Type in Exclude<LayerSpec['type'], Structure>]: LayerRule<SpecOf<Type>> } = {
  Input: input,
  Dense: dense,
  EinsumDense: einsumDense,
  Activation: activation,
  Dropout: dropout,
  GaussianNoise: gaussianNoise,
  GaussianDropout: gaussianDropout,
  AlphaDropout: alphaDropout,
  ActivityRegularization: activityRegularization,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  RMSNormalization: rmsNormalization,
  UnitNormalization: unitNormalization,
  Identity: identity,
  ReLU: reLU,
  LeakyReLU: leakyReLU,
  PReLU: preLU,
  ELU: elu,
  Softmax: softmax,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv1DTranspose: transposedConvolution,
  Conv2DTranspose: transposedConvolution,
  Conv3DTranspose: transposedConvolution,
  DepthwiseConv1D: depthwiseConvolution,
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv1D: separableConvolution,
  SeparableConv2D: separableConvolution,
  MaxPooling1D: maxPooling,
  MaxPooling2D: maxPooling,
  MaxPooling3D: maxPooling,
  AveragePooling1D: averagePooling,
  AveragePooling2D: averagePooling,
  AveragePooling3D: averagePooling,
  GlobalMaxPooling1D: globalMaxPooling1D,
  GlobalMaxPooling2D: globalMaxPooling2D,
  GlobalMaxPooling3D: globalMaxPooling3D,
  GlobalAveragePooling1D: globalAveragePooling1D,
  GlobalAveragePooling2D: globalAveragePooling2D,
  GlobalAveragePooling3D: globalAveragePooling3D,
  AdaptiveMaxPooling1D: adaptiveMaxPooling,
  AdaptiveMaxPooling2D: adaptiveMaxPooling,
  AdaptiveMaxPooling3D: adaptiveMaxPooling,
  AdaptiveAveragePooling1D: adaptiveAveragePooling,
  AdaptiveAveragePooling2D: adaptiveAveragePooling,
  AdaptiveAveragePooling3D: adaptiveAveragePooling,
  ZeroPadding1D: zeroPadding,
  ZeroPadding2D: zeroPadding,
  ZeroPadding3D: zeroPadding,
  Cropping1D: cropping,
  Cropping2D: cropping,
  Cropping3D: cropping,
  UpSampling1D: upSampling,
  UpSampling2D: upSampling,
  UpSampling3D: upSampling,
  SpatialDropout1D: spatialDropout1D,
  SpatialDropout2D: spatialDropout2D,
  SpatialDropout3D: spatialDropout3D,
  Embedding: embedding,
  ReversibleEmbedding: reversibleEmbedding,
  PositionEmbedding: positionEmbedding,
  Masking: masking,
  SimpleRNN: simpleRnn,
  LSTM: lstm,
  GRU: gru,
  ConvLSTM1D: convLstm,
  ConvLSTM2D: convLstm,
  ConvLSTM3D: convLstm,
  Bidirectional: bidirectional(layerRule),
  TimeDistributed: timeDistributed(layerRule),
  SpectralNormalization: spectralNormalization(layerRule),
  Add: add,
  Subtract: subtract,
  Multiply: multiply,
  Average: average,
  Maximum: maximum,
  Minimum: minimum,
  Concatenate: concatenate,
  Dot: dot,
  Attention: attention,
  AdditiveAttention: additiveAttention,
  MultiHeadAttention: multiHeadAttention,
  GroupQueryAttention: groupQueryAttention,
}

/** The rule of a layer. The cast is safe: the table's type proves that rule and spec have the same type. */
export function layerRule<Spec extends LayerSpec>(spec: Spec): LayerRule<Spec> {
  const rule = (LAYERS as Partial<Record<LayerSpec['type'], unknown>>)[spec.type]
  if (!rule) throw new Error(`internal: a ${spec.type} has no rule of its own`)
  return rule as LayerRule<Spec>
}
