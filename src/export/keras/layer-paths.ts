/** Names of layers, and of their parts, as paths in the weights of a `.keras` file (keras/src/saving/saving_lib.py). */
import { snakeCase } from '../../spec/layers/layer.js'

/** Classes that have another name in Keras' code than in its files. */
const OWN_NAMES: Readonly<Record<string, string>> = { GroupQueryAttention: 'GroupedQueryAttention' }

/**
 * Returns a function that names the layers of a model, one after another: a class in snake_case, numbered from its second
 * layer on (`_save_container_state`).
 */
export function layerPaths(): (className: string) => string {
  const counts = new Map<string, number>()
  return (className) => {
    const kind = snakeCase(Object.hasOwn(OWN_NAMES, className) ? OWN_NAMES[className]! : className)
    const count = counts.get(kind) ?? 0
    counts.set(kind, count + 1)
    return count === 0 ? kind : `${kind}_${count}`
  }
}

/** Attributes of an attention layer that hold the layers within it; some have a `_` before them. */
export const ATTENTION_PARTS: Readonly<Record<string, string>> = {
  query: 'query_dense',
  key: 'key_dense',
  value: 'value_dense',
  gate: 'gate_dense',
  attention_output: 'output_dense',
}

/** Weight of a SpectralNormalization that its layer does not have. Its own weights are the kernel of the layer and this. */
export const SPECTRAL_VECTOR = 'vector_u'
