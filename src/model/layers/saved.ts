/** Layers as plain tfjs-layers reads them, under Keras' names, which are also the spec's. */
import type { ActivationName } from '../../spec/activations.js'
import { ACTIVATION_FUNCTIONS } from '../activations.js'
import type { SavedLayer } from './layer.js'

/**
 * Fields that are left out: those that only the spec uses, and those that say how weights were found. A saved model is
 * for use and has its weights.
 */
const LEFT_OUT = /^(type|inputs)$|(^|_)(initializer|regularizer|constraint)$/

/**
 * The layer under its own class name, with the spec's fields as its configuration. `others` replaces or adds fields.
 */
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

/** A layer that passes its input on outside of training. */
export const savedIdentity: SavedLayer = { class_name: 'Activation', config: { activation: 'linear' } }

/**
 * Prefix for the name of a layer or an activation that tfjs-layers lacks or computes differently. tfjs-layers does not
 * know the name, so it refuses the file rather than compute something else.
 */
export const NOT_IN_TFJS = 'trainspec_'

const savedActivation = (name: ActivationName): string => ACTIVATION_FUNCTIONS[name].tfjs ?? `${NOT_IN_TFJS}${name}`
