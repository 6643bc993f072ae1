/**
 * Objects of a spec as Keras 3 saves them: initializers, regularizers, constraints, losses, metrics
 * (keras/src/saving/serialization_lib.py, `serialize_keras_object`).
 */
import { type PythonValue, Real } from './python-json.js'

/** An object of a spec: a type and its arguments, which have Keras' names. */
export interface Typed {
  readonly type: string
}

/** Something that Keras makes from the name of its class and its arguments. */
export interface KerasObject {
  readonly [key: string]: PythonValue
  readonly module: string
  readonly class_name: string
  readonly config: { readonly [key: string]: PythonValue }
  readonly registered_name: string | null
}

export const kerasObject = (
  module: string,
  class_name: string,
  config: KerasObject['config'],
  registered_name: string | null = null,
): KerasObject => ({ module, class_name, config, registered_name })

/** Arguments that are whole numbers in Keras; the other numbers of objects are floats. */
const WHOLE = new Set([
  ...[
    'axis',
    'ignore_class',
    'k',
    'top_k',
    'class_id',
    'num_thresholds',
    'num_regressors',
    'target_class_ids',
    'num_classes',
  ],
  ...['decay_steps', 'first_decay_steps', 'warmup_steps', 'boundaries'],
  ...['ema_overwrite_frequency', 'gradient_accumulation_steps', 'ns_steps'],
])

/** The arguments of an object, without its type. */
export function argumentsOf({ type: _, ...fields }: Typed): KerasObject['config'] {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, WHOLE.has(name) ? (value as PythonValue) : reals(value)]),
  )
}

/** A value in which every number is a float. */
export function reals(value: unknown): PythonValue {
  if (typeof value === 'number') return new Real(value)
  return Array.isArray(value) ? value.map(reals) : (value as PythonValue)
}

/** Classes whose names are not those of their types in another spelling. */
const CLASSES: Readonly<Record<string, string>> = {
  auc: 'AUC',
  binary_iou: 'BinaryIoU',
  ctc: 'CTC',
  fbeta_score: 'FBetaScore',
  iou: 'IoU',
  kl_divergence: 'KLDivergence',
  mean_iou: 'MeanIoU',
  one_hot_iou: 'OneHotIoU',
  one_hot_mean_iou: 'OneHotMeanIoU',
}

/** `glorot_uniform` -> `GlorotUniform`. Types of other objects are names of classes already. */
export const className = (type: string): string =>
  CLASSES[type] ?? type.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Kinds of objects in the fields of layers, by the ends of the names of the fields. */
const KINDS = ['initializer', 'regularizer', 'constraint'] as const

/** The object in a field of a layer, such as `kernel_initializer`; undefined for any other field. */
export function objectIn(field: string, value: unknown): KerasObject | null | undefined {
  const kind = KINDS.find((kind) => field === kind || field.endsWith(`_${kind}`))
  if (kind === undefined) return undefined
  return value === null ? null : objectOf(`keras.${kind}s`, value as Typed)
}

export const objectOf = (module: string, spec: Typed): KerasObject =>
  kerasObject(module, className(spec.type), argumentsOf(spec))
