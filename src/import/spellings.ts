/** Names of layers and arguments before Keras 3 (keras/layers of tag 1.2.2, and tf.keras 2). */
import { type Fields, lookUp } from './outside.js'

export interface Spelled {
  readonly type: string
  readonly config: Fields
}

/** Classes that have another name in a spec. */
const CLASSES: Readonly<Record<string, string>> = {
  AtrousConvolution1D: 'Conv1D',
  AtrousConvolution2D: 'Conv2D',
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  Deconvolution2D: 'Conv2DTranspose',
  GroupedQueryAttention: 'GroupQueryAttention',
  ThresholdedReLU: 'ReLU',
  // it has the weights and the outputs of a Dense
  TimeDistributedDense: 'Dense',
}

const MERGES: Readonly<Record<string, string>> = {
  sum: 'Add',
  mul: 'Multiply',
  ave: 'Average',
  max: 'Maximum',
  concat: 'Concatenate',
  dot: 'Dot',
}

/** Arguments that have another name in a spec, where a layer has no argument of the old name. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  alpha: 'negative_slope',
  atrous_rate: 'dilation_rate',
  W_constraint: 'kernel_constraint',
  W_regularizer: 'kernel_regularizer',
  U_regularizer: 'recurrent_regularizer',
  b_constraint: 'bias_constraint',
  b_regularizer: 'bias_regularizer',
  beta_init: 'beta_initializer',
  bias: 'use_bias',
  border_mode: 'padding',
  dim_ordering: 'data_format',
  dropout_U: 'recurrent_dropout',
  dropout_W: 'dropout',
  filter_length: 'kernel_size',
  gamma_init: 'gamma_initializer',
  init: 'kernel_initializer',
  inner_activation: 'recurrent_activation',
  inner_init: 'recurrent_initializer',
  length: 'size',
  nb_filter: 'filters',
  output_dim: 'units',
  p: 'rate',
  pool_length: 'pool_size',
  sigma: 'stddev',
  stride: 'strides',
  subsample: 'strides',
  subsample_length: 'strides',
  theta: 'threshold',
}

/** The same for layers whose weights have other names. */
const ARGUMENTS_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Embedding: {
    init: 'embeddings_initializer',
    W_constraint: 'embeddings_constraint',
    W_regularizer: 'embeddings_regularizer',
  },
  PReLU: { init: 'alpha_initializer' },
  SeparableConvolution2D: { init: 'pointwise_initializer' },
}

/** Rewrites a layer in the spelling of Keras 3. `has` says whether the layer of a spec has an argument. */
export function respelled(
  className: string,
  config: Fields,
  has: (type: string, argument: string) => boolean,
): Spelled {
  if (className === 'Merge') return merged(config)
  const type = lookUp(CLASSES, className) ?? className
  const { nb_row, nb_col, forget_bias_init, ...rest } = config
  const given = {
    ...rest,
    ...(nb_row !== undefined && { kernel_size: [nb_row, nb_col] }),
    ...(forget_bias_init !== undefined && { unit_forget_bias: forget_bias_init === 'one' }),
  }
  const entries = Object.entries(given).map(([key, value]) => {
    const named = lookUp(lookUp(ARGUMENTS_OF, className) ?? {}, key) ?? lookUp(ARGUMENTS, key)
    if (named === undefined || has(type, key)) return [key, value] as const
    return [named, named === 'data_format' ? (lookUp(ORDERS, String(value)) ?? value) : value] as const
  })
  return { type, config: Object.fromEntries(entries) }
}

const ORDERS: Readonly<Record<string, string>> = { tf: 'channels_last', th: 'channels_first' }

/** `Merge` of Keras 1, whose mode is a layer of its own now. */
function merged({ mode, concat_axis, dot_axes, name }: Fields): Spelled {
  const type = lookUp(MERGES, String(mode)) ?? 'Merge'
  return {
    type,
    config: { name, ...(type === 'Concatenate' && { axis: concat_axis }), ...(type === 'Dot' && { axes: dot_axes }) },
  }
}
