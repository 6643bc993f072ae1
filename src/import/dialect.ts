/** Finds which version of Keras wrote a model. */
import type { Dialect } from './found-model.js'

/** Arguments that Keras 2 renamed. */
const OF_KERAS_1 = /"(nb_filter|border_mode|output_dim|inner_init|dim_ordering)":/

/** From the version that a file states, or else from the JSON of its model. */
export function dialectOf(version: string | undefined, json: string): Dialect {
  if (version !== undefined) return version.startsWith('1.') ? 'keras1' : version.startsWith('2.') ? 'keras2' : 'keras3'
  if (json.includes('"__keras_tensor__"') || json.includes('"module":')) return 'keras3'
  return OF_KERAS_1.test(json) && !json.includes('"batch_shape":') ? 'keras1' : 'keras2'
}
