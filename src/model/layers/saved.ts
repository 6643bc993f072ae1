/** A layer as plain tfjs-layers reads it: Keras' own names, which are the spec's. */
import type { ActivationName } from '../../spec/activations.js'
import { ACTIVATIONS } from '../activations.js'
import type { SavedLayer } from './layer.js'

/** What is the spec's own business, or says how weights were found: a saved model is for use, and has its weights. */
const LEFT_OUT = /^(type|inputs)$|(^|_)(initializer|regularizer|constraint)$/

/** The layer under its own name, with the spec's fields as its configuration, and others instead of or beside them. */
export function sameInTfjs(
  spec: { readonly type: string },
  others: Readonly<Record<string, unknown>> = {},
  class_name = spec.type,
): SavedLayer {
  const fields = Object.entries({ ...spec, ...others }).filter(([key]) => !LEFT_OUT.test(key))
  const saved = fields.map(([key, value]) => [
    key,
    key.endsWith('activation') && typeof value === 'string' ? savedActivation(value as ActivationName) : value,
  ])
  return { class_name, config: Object.fromEntries(saved) }
}

/** What passes all through where nothing is trained. */
export const savedIdentity: SavedLayer = { class_name: 'Activation', config: { activation: 'linear' } }

/**
 * Stands before the name of a layer or an activation that tfjs-layers lacks, or computes by another formula. It does not
 * know such a name, so it refuses the file rather than compute something else.
 */
export const NOT_IN_TFJS = 'trainspec_'

const savedActivation = (name: ActivationName): string => ACTIVATIONS[name].tfjs ?? `${NOT_IN_TFJS}${name}`
