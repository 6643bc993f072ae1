/** Dropout (keras/src/layers/regularization/dropout.py; Srivastava et al., JMLR 15, 2014). */
import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import type { LayerRule, SpecOf } from './layer.js'

/**
 * tfjs' own Dropout draws its mask when it is called; a traced step would keep that one mask for ever. This one
 * multiplies by a mask that is handed to it. It is saved as Dropout, so plain tfjs loads it.
 */
class SeededDropout extends tfl.layers.Layer {
  static readonly className = 'Dropout'

  constructor(private readonly options: { name: string; rate: number }) {
    super({ name: options.name })
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { noise }: { noise?: tf.Tensor }): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    return noise ? tf.mul(x, noise) : x
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.options.rate }
  }
}

/** Drops a fraction `rate` of the elements in training and scales the others by 1 / (1 - rate). */
export const dropout: LayerRule<SpecOf<'Dropout'>> = {
  outputShape: (_, given) => given,
  weightCount: () => 0,
  build: (spec, given) => ({
    layer: new SeededDropout({ name: spec.name, rate: spec.rate }),
    ...(spec.rate > 0 && { noise: { shape: given, distribution: { type: 'dropout', rate: spec.rate } } }),
  }),
}
