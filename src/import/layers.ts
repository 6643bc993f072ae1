/** Says a layer of Keras in the words of a spec. */
import { isObject } from '../base/json.js'
import { nearest } from '../base/nearest.js'
import { LAYERS } from '../spec/layers.js'
import { familyOf, short, withoutDefaults, wrong } from './fields.js'
import { isOperation, Tensor } from './flatten.js'
import type { Dialect, Misfit } from './found-model.js'
import { isModel } from './graph.js'
import { type Fields, lookUp, own, ownText, shown } from './outside.js'
import { activationOf, partOf } from './parts.js'
import { respelled } from './spellings.js'

const FAMILY = familyOf(LAYERS)

/**
 * Weights that are multiplied by 1.2, because the activation is the `hard_sigmoid` of Keras 2: all of the layer, or
 * those of the gates of an LSTM, of a ConvLSTM too, or of a GRU.
 */
export type Scaled = 'all' | 'LSTM' | 'GRU'

export interface SaidLayer {
  readonly type: string
  /** Without `type`, `name` and `inputs`, and without those that have their default. */
  readonly fields: Fields
  readonly scaled: Scaled | null
  /** Dtype policy. */
  readonly precision: string
}

/** A layer of a file. */
export interface GivenLayer {
  readonly className: string
  readonly module: string
  readonly config: Fields
  readonly name: string
}

/** Returns the layer, or everything about it that a spec cannot say. */
export function sayLayer(given: GivenLayer, dialect: Dialect): SaidLayer | { readonly misfits: readonly Misfit[] } {
  const subject = `${given.className} "${given.name}"`
  const refuse = (message: string, nearest?: string) => ({
    misfits: [{ subject, message, ...(nearest && { nearest }) }],
  })
  const has = (type: string, argument: string) => Object.hasOwn(FAMILY.get(type)?.member.shape ?? {}, argument)
  const { type: className, config } = respelled(given.className, given.config, has)
  if (isOperation(given)) {
    return OPERATIONS.includes(className)
      ? { type: className, fields: {}, scaled: null, precision: 'float32' }
      : refuse('is an operation outside of a layer, which a spec cannot say')
  }
  const found = FAMILY.get(className)
  if (!found || STRUCTURE.includes(found.type)) {
    return refuse(
      lookUp(REMEDIES, className) ?? 'is a layer that a spec does not have',
      nearest(className, FAMILY.keys()),
    )
  }
  const { type, member } = found
  const misfits: Misfit[] = []
  const fields: Record<string, unknown> = {}
  let scaled: Scaled | null = null
  let precision = 'float32'
  const problem = (message: string, nearest?: string) => {
    misfits.push({ subject, message, ...(nearest && { nearest }) })
  }
  for (const [key, value] of Object.entries(withOldDefaults(type, config, dialect))) {
    if (key === 'backward_layer') {
      if (!isCopy(value, config.layer, dialect))
        problem('goes backwards through another layer than forwards, which a spec cannot say')
    } else if (key === 'dtype') {
      precision = policyOf(value)
      if (!POLICIES.includes(precision)) problem(`has dtype ${shown(precision)}, and a spec computes in float32`)
    } else if (key === 'unit_forget_bias' && value === null) {
      // TensorFlow.js writes null for its default, which is that of a spec
    } else if (!Object.hasOwn(member.shape, key) || OF_THE_LIST.includes(key)) {
      if (!isNeutral(type, key, value)) problem(`has ${key} ${shown(value)}, which a spec cannot say`)
    } else if (key === 'layer') {
      const inner = innerLayer(value, dialect, type === 'Bidirectional')
      if ('misfits' in inner)
        misfits.push(...inner.misfits.map((one) => ({ ...one, subject: `${one.subject} in ${subject}` })))
      else {
        fields.layer = { type: inner.type, ...inner.fields }
        scaled = inner.scaled
        if (inner.precision !== 'float32') precision = inner.precision
      }
    } else if (key === 'activation' || key === 'recurrent_activation') {
      const said = activationOf(value, dialect)
      if ('problem' in said) problem(`has an ${key.replace('_', ' ')} that ${said.problem}`, said.nearest)
      else {
        fields[key] = said.value
        if (said.isOldHardSigmoid) {
          const how = howScaled(type, key)
          if (how === null)
            problem(`has activation hard_sigmoid of ${DIALECTS[dialect]}, 0.2 x + 0.5, which a spec does not have`)
          else scaled = how
        }
      }
    } else {
      const part = partOf(key, value, dialect)
      if (part && 'problem' in part) problem(`has a ${key.replace('_', ' ')} that ${part.problem}`, part.nearest)
      else fields[key] = part ? part.value : short(single(type, key, value))
    }
  }
  if (misfits.length > 0) return { misfits }
  const parsed = member.safeParse({ type, ...fields })
  if (!parsed.success) return refuse(wrong(parsed.error.issues, fields))
  const told = Object.entries(withoutDefaults(fields, member)).filter(
    ([key, value]) => !isImplied(key, value, parsed.data),
  )
  return { type, fields: Object.fromEntries(told), scaled, precision }
}

/** Fields that are those of another one unless they are given, which Keras always writes. */
const IMPLIED: Readonly<Record<string, string>> = { strides: 'pool_size', value_dim: 'key_dim' }

const isImplied = (key: string, value: unknown, layer: unknown): boolean =>
  Object.hasOwn(IMPLIED, key) && JSON.stringify(own(layer, IMPLIED[key]!)) === JSON.stringify(own(layer, key) ?? value)

export const DIALECTS: Readonly<Record<Dialect, string>> = {
  keras1: 'Keras 1',
  keras2: 'Keras 2',
  keras3: 'Keras 3',
  tfjs: 'TensorFlow.js',
}

/** Entries of a list of layers that only a spec has. */
const STRUCTURE = ['Block', 'Shared']
/** Fields that say the place of a layer in a list. */
const OF_THE_LIST = ['type', 'name', 'inputs']
/** Operations of Keras 3 that are also layers. */
const OPERATIONS = ['Add', 'Subtract', 'Multiply', 'Maximum', 'Minimum']
const POLICIES = ['float32', 'mixed_float16', 'mixed_bfloat16']

const OF_DATA =
  'prepares data, which in a spec is a step of a feature (docs/data.md); leave it out of the model, and out of its data'
const DATA_LAYERS = [
  ...['Rescaling', 'Normalization', 'Resizing', 'CenterCrop', 'CategoryEncoding', 'Discretization', 'Hashing'],
  ...['StringLookup', 'IntegerLookup', 'TextVectorization'],
]
const REMEDIES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(DATA_LAYERS.map((name) => [name, OF_DATA])),
  Lambda: 'is code in Python, which is never run',
  TFOpLambda: 'is an operation of TensorFlow outside of a layer, which a spec cannot say',
  CuDNNLSTM: 'has its weights in the order of cuDNN; save it as an LSTM',
  CuDNNGRU: 'has its weights in the order of cuDNN; save it as a GRU',
}

/** Arguments that older files leave out, and whose default was another one. */
function withOldDefaults(type: string, config: Fields, dialect: Dialect): Fields {
  if (type === 'GRU' && dialect !== 'keras3') return { reset_after: false, ...config }
  return config
}

/** Arguments that say nothing about what a layer computes. */
const IGNORED = new Set([
  ...['name', 'trainable', 'seed', 'batch_shape', 'batch_input_shape', 'input_shape', 'input_dim', 'input_length'],
  ...['input_dtype', 'implementation', 'consume_less', 'use_cudnn', 'fused', 'rank', 'renorm_momentum', 'lora_alpha'],
  ...['flash_attention', 'query_shape', 'key_shape', 'value_shape', 'build_config', 'optional'],
])

/** The only values of arguments that change nothing. An argument that is null is not set. */
const NEUTRAL: Readonly<Record<string, readonly unknown[]>> = {
  data_format: ['channels_last'],
  dropout: [0],
  dynamic: [false],
  groups: [1],
  mode: [0],
  ragged: [false],
  renorm: [false],
  return_state: [false],
  rms_scaling: [false],
  sparse: [false],
  stateful: [false],
  synchronized: [false],
  time_major: [false],
}

/** Arguments that a class inherits and does not use. */
const UNUSED = /^(Depthwise|Separable)/
const OF_KERNEL = /^kernel_(initializer|regularizer|constraint)$/

const isNeutral = (type: string, key: string, value: unknown): boolean =>
  value === null ||
  IGNORED.has(key) ||
  (Object.hasOwn(NEUTRAL, key) && NEUTRAL[key]!.includes(value)) ||
  (UNUSED.test(type) && OF_KERNEL.test(key)) ||
  (type === 'Conv2DTranspose' && key === 'output_shape') ||
  // axes of a sequence
  (key === 'attention_axes' && String(value) === '1')

/** Name of the dtype policy: a text, or an object with a `name` or a `config.name`. */
const policyOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : value === null
      ? 'float32'
      : (ownText(own(value, 'config'), 'name') ?? shown(value))

/** tf.keras writes the only axis of a BatchNormalization as a list. */
const single = (type: string, key: string, value: unknown): unknown =>
  type === 'BatchNormalization' && key === 'axis' && Array.isArray(value) && value.length === 1 ? value[0] : value

function howScaled(type: string, key: string): Scaled | null {
  if (key === 'recurrent_activation') return type === 'GRU' ? 'GRU' : 'LSTM'
  return type.endsWith('Dense') || (type.includes('Conv') && !type.startsWith('ConvLSTM')) ? 'all' : null
}

function innerLayer(value: unknown, dialect: Dialect, isCopied: boolean): ReturnType<typeof sayLayer> {
  const className = ownText(value, 'class_name') ?? ''
  const config = own(value, 'config')
  const name = ownText(config, 'name') ?? ''
  if (isModel(className)) {
    return {
      misfits: [{ subject: `${className} "${name}"`, message: 'is a model in a wrapper, which a spec cannot say' }],
    }
  }
  const given = { className, module: ownText(value, 'module') ?? '', config: isObject(config) ? config : {}, name }
  // a Bidirectional decides this for both of its layers
  const { zero_output_for_mask: _, ...rest } = given.config
  return sayLayer(isCopied ? { ...given, config: rest } : given, dialect)
}

/** True if the backward layer of a Bidirectional is a copy of the forward one. */
function isCopy(backward: unknown, forward: unknown, dialect: Dialect): boolean {
  if (backward === null) return true
  const [one, other] = [forward, backward].map((layer) => {
    const said = innerLayer(layer, dialect, true)
    return 'misfits' in said
      ? undefined
      : JSON.stringify({ ...said, fields: { ...said.fields, go_backwards: undefined } })
  })
  return one !== undefined && one === other
}

/** Arguments of a call that become fields of the layer, or name further inputs. */
export function sayCall(
  subject: string,
  type: string,
  others: Fields,
): { readonly fields: Fields; readonly inputs: readonly string[] } | { readonly misfits: readonly Misfit[] } {
  const misfits: Misfit[] = []
  const fields: Record<string, unknown> = {}
  const named = new Map<string, string>()
  for (const [key, value] of Object.entries(others)) {
    if (value instanceof Tensor && QUERY_VALUE_KEY.includes(key)) named.set(key, value.of)
    else if (key === 'reverse' && FAMILY.get(type)?.member.shape[key]) fields[key] = value ?? false
    else if (key === 'use_causal_mask' && FAMILY.get(type)?.member.shape[key]) fields[key] = value ?? false
    else if (value !== null && value !== false) {
      const what = value instanceof Tensor ? 'a tensor' : shown(value)
      misfits.push({ subject, message: `is called with ${key} ${what}, which a spec cannot say` })
    }
  }
  return misfits.length > 0 ? { misfits } : { fields, inputs: QUERY_VALUE_KEY.flatMap((key) => named.get(key) ?? []) }
}

/** Inputs of an attention layer, in order. */
const QUERY_VALUE_KEY = ['query', 'value', 'key']
