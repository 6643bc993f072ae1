/** Layers by their name in a spec. */
import type { LayerSpec } from '../../spec/spec.js'
import { activation, dense, input } from './core.js'
import type { LayerRule, SpecOf } from './layer.js'
import { dropout } from './regularization.js'
import { flatten, reshape } from './reshaping.js'

const LAYERS: { readonly [Type in LayerSpec['type']]: LayerRule<SpecOf<Type>> } = {
  Input: input,
  Dense: dense,
  Activation: activation,
  Dropout: dropout,
  Flatten: flatten,
  Reshape: reshape,
}

/** The rule of a layer; the cast says what the table's type proves, that rule and spec are of one type. */
export const layerRule = <Spec extends LayerSpec>(spec: Spec): LayerRule<Spec> =>
  LAYERS[spec.type] as unknown as LayerRule<Spec>
