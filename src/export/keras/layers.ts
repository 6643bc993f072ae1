/** Layers as Keras 3 saves them: their configurations, and the places of their weights in a file. */
import type { LayerSpec } from '../../spec/spec.js'
import { ATTENTION_PARTS, SPECTRAL_VECTOR } from './layer-paths.js'
import { type KerasObject, kerasObject, objectIn } from './objects.js'
import { type PythonValue, Real } from './python-json.js'

/** Fields that are no arguments of a layer in Keras: it has no type, and takes inputs when it is called. */
const NOT_ARGUMENTS = new Set(['type', 'name', 'inputs', 'use_causal_mask', 'reverse'])

/** Arguments of layers that are floats. */
const FLOATS = new Set([
  ...['rate', 'dropout', 'recurrent_dropout', 'stddev', 'l1', 'l2', 'epsilon', 'momentum'],
  ...['alpha', 'negative_slope', 'max_value', 'threshold', 'mask_value', 'logit_soft_cap'],
])

/** Weights stay in float32, whatever the default of the program that loads the model. */
export const FLOAT32 = kerasObject('keras', 'DTypePolicy', { name: 'float32' })

/** The layer under this name. */
export function kerasLayer(layer: LayerSpec, name: string): KerasObject {
  const fields = Object.entries(layer).filter(([key]) => !NOT_ARGUMENTS.has(key))
  const config = {
    name,
    dtype: FLOAT32,
    ...Object.fromEntries(fields.map(([key, value]) => [key, argument(key, value)])),
    ...(layer.type === 'Bidirectional' && bothWays(layer.layer)),
  }
  return layer.type === 'PositionEmbedding'
    ? kerasObject(KERAS_HUB, layer.type, config, `keras_hub>${layer.type}`)
    : kerasObject('keras.layers', layer.type, config)
}

/** The module of KerasHub that has the layer. Keras imports it when it loads a model with the layer. */
const KERAS_HUB = 'keras_hub.src.layers.modeling.position_embedding'

/** The layers that a Bidirectional makes of the one that it is given. */
function bothWays(layer: Extract<LayerSpec, { type: 'Bidirectional' }>['layer']) {
  const like = { ...layer, zero_output_for_mask: layer.return_sequences }
  return {
    layer: kerasLayer(like, `forward_${layer.name}`),
    backward_layer: kerasLayer({ ...like, go_backwards: true }, `backward_${layer.name}`),
  }
}

function argument(field: string, value: unknown): PythonValue {
  if (field === 'layer') {
    const layer = value as LayerSpec
    return kerasLayer(layer, layer.name)
  }
  const object = objectIn(field, value)
  if (object !== undefined) return object
  return FLOATS.has(field) && typeof value === 'number' ? new Real(value) : (value as PythonValue)
}

/** `input_layer`, for an input that no layer of the spec stands for. */
export const inputLayer = (name: string, shape: readonly number[]): KerasObject =>
  kerasObject('keras.layers', 'InputLayer', {
    batch_shape: [null, ...shape],
    dtype: 'float32',
    sparse: false,
    ragged: false,
    name,
    optional: false,
  })

/** The parts of a layer that hold a weight, as `holderOf` names them. A SpectralNormalization holds the kernel too. */
export function holdersOf(layer: LayerSpec, weight: string): readonly string[] {
  const holder = holderOf(layer, weight)
  return layer.type === 'SpectralNormalization' && /[/](kernel|embeddings)$/.test(weight) ? ['', holder] : [holder]
}

/**
 * The part of a layer that holds a weight, as a path in a file of weights, from the name of the weight within the layer;
 * empty for the layer itself (keras/src/saving/saving_lib.py, `_walk_saveable`: names of attributes).
 */
function holderOf(layer: LayerSpec, weight: string): string {
  const [part, ...rest] = weight.split('/') as [string, ...string[]]
  const within = rest.join('/')
  switch (layer.type) {
    case 'SimpleRNN':
    case 'LSTM':
    case 'GRU':
    case 'ConvLSTM1D':
    case 'ConvLSTM2D':
    case 'ConvLSTM3D':
      return 'cell'
    case 'Bidirectional': {
      const direction = part === `forward_${layer.layer.name}` ? 'forward_layer' : 'backward_layer'
      return `${direction}/${holderOf(layer.layer, within)}`
    }
    case 'SpectralNormalization':
      if (part === SPECTRAL_VECTOR) return ''
      return ['layer', holderOf(layer.layer as LayerSpec, within)].filter((path) => path !== '').join('/')
    case 'TimeDistributed':
      return ['layer', holderOf(layer.layer as LayerSpec, within)].filter((path) => path !== '').join('/')
    case 'MultiHeadAttention':
      return `${part === 'gate' ? '_' : ''}${ATTENTION_PARTS[part]!}`
    case 'GroupQueryAttention':
      return `_${ATTENTION_PARTS[part]!}`
    default:
      return ''
  }
}

/** True if the layer is called with several tensors, or with a list of them, even if it has one input. */
export const isAttention = (layer: LayerSpec): boolean => 'use_causal_mask' in layer

/** True if the layer is called with the argument `reverse`. */
export const isReversed = (layer: LayerSpec): boolean => 'reverse' in layer && layer.reverse === true

/** The arguments of a call of a layer. */
export function callOf(layer: LayerSpec, given: readonly PythonValue[]) {
  const kwargs: Record<string, PythonValue> = {}
  if (isAttention(layer)) kwargs.use_causal_mask = (layer as { use_causal_mask: boolean }).use_causal_mask
  if (isReversed(layer)) kwargs.reverse = true
  // self-attention: query and value
  const tensors = isAttention(layer) && given.length === 1 ? [given[0]!, given[0]!] : given
  if (layer.type === 'MultiHeadAttention' || layer.type === 'GroupQueryAttention') {
    const [query, value, key] = tensors
    return { args: [query!, value!], kwargs: { ...(key !== undefined && { key }), ...kwargs } }
  }
  return { args: [tensors.length === 1 ? tensors[0]! : [...tensors]], kwargs }
}
