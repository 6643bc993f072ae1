/** Layers by their name in a spec. */
import type { LayerSpec } from '../../spec/spec.js'
import { activation, dense, input } from './core.js'
import type { LayerRule, SpecOf } from './layer.js'
import { gru, lstm, simpleRnn } from './recurrent.js'
import { dropout } from './regularization.js'
import { flatten, reshape } from './reshaping.js'
import { embedding, masking } from './sequences.js'
import { bidirectional, timeDistributed } from './wrappers.js'

/** What is not applied itself: a block becomes its layers, a shared layer the one it shares (model/network.ts). */
type Structure = 'Block' | 'Shared'

const LAYERS: { readonly [Type in Exclude<LayerSpec['type'], Structure>]: LayerRule<SpecOf<Type>> } = {
  Input: input,
  Dense: dense,
  Activation: activation,
  Dropout: dropout,
  Flatten: flatten,
  Reshape: reshape,
  Embedding: embedding,
  Masking: masking,
  SimpleRNN: simpleRnn,
  LSTM: lstm,
  GRU: gru,
  Bidirectional: bidirectional(layerRule),
  TimeDistributed: timeDistributed(layerRule),
}

/** The rule of a layer; the cast says what the table's type proves, that rule and spec are of one type. */
export function layerRule<Spec extends LayerSpec>(spec: Spec): LayerRule<Spec> {
  const rule = (LAYERS as Partial<Record<LayerSpec['type'], unknown>>)[spec.type]
  if (!rule) throw new Error(`internal: a ${spec.type} has no rule of its own`)
  return rule as LayerRule<Spec>
}
