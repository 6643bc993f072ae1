/** Layers by their name in a spec. */
import type { LayerSpec } from '../../spec/spec.js'
import { elu, leakyReLU, preLU, reLU, softmax } from './activations.js'
import { activation, dense, identity, input } from './core.js'
import type { LayerRule, SpecOf } from './layer.js'
import {
  batchNormalization,
  groupNormalization,
  layerNormalization,
  rmsNormalization,
  unitNormalization,
} from './normalization.js'
import { activityRegularization, alphaDropout, dropout, gaussianDropout, gaussianNoise } from './regularization.js'
import { flatten, reshape } from './reshaping.js'

/** What is not applied itself: a block becomes its layers, a shared layer the one it shares (model/network.ts). */
type Structure = 'Block' | 'Shared'

const LAYERS: { readonly [Type in Exclude<LayerSpec['type'], Structure>]: LayerRule<SpecOf<Type>> } = {
  Input: input,
  Dense: dense,
  Activation: activation,
  Dropout: dropout,
  GaussianNoise: gaussianNoise,
  GaussianDropout: gaussianDropout,
  AlphaDropout: alphaDropout,
  ActivityRegularization: activityRegularization,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  RMSNormalization: rmsNormalization,
  UnitNormalization: unitNormalization,
  Identity: identity,
  ReLU: reLU,
  LeakyReLU: leakyReLU,
  PReLU: preLU,
  ELU: elu,
  Softmax: softmax,
  Flatten: flatten,
  Reshape: reshape,
}

/** The rule of a layer; the cast says what the table's type proves, that rule and spec are of one type. */
export function layerRule<Spec extends LayerSpec>(spec: Spec): LayerRule<Spec> {
  const rule = (LAYERS as Partial<Record<LayerSpec['type'], unknown>>)[spec.type]
  if (!rule) throw new Error(`internal: a ${spec.type} has no rule of its own`)
  return rule as LayerRule<Spec>
}
