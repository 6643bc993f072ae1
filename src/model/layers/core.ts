/** Input, Dense and Activation (keras/src/layers/core). */
import * as tfl from '@tensorflow/tfjs-layers'
import { formatShape } from '../../base/shape.js'
import type { ActivationName } from '../../spec/activations.js'
import { ACTIVATIONS } from '../activations.js'
import { type LayerRule, ShapeProblem, type SpecOf } from './layer.js'

export const input: LayerRule<SpecOf<'Input'>> = {
  outputShape(spec, given) {
    if (spec.shape.join() !== given.join()) {
      throw new ShapeProblem(`found ${formatShape(spec.shape)}, but a sample of the data is ${formatShape(given)}`)
    }
    return given
  },
  weightCount: () => 0,
  build: () => null,
}

/** `activation(x . kernel + bias)` over the last axis. */
export const dense: LayerRule<SpecOf<'Dense'>> = {
  outputShape: (spec, given) => [...given.slice(0, -1), spec.units],
  weightCount: (spec, given) => (given.at(-1)! + (spec.use_bias ? 1 : 0)) * spec.units,
  build: (spec) => ({
    layer: withActivation(
      tfl.layers.dense({ name: spec.name, units: spec.units, useBias: spec.use_bias }),
      spec.activation,
    ),
    initializers: { kernel: spec.kernel_initializer, bias: spec.bias_initializer },
  }),
}

export const activation: LayerRule<SpecOf<'Activation'>> = {
  outputShape: (_, given) => given,
  weightCount: () => 0,
  build: (spec) => ({
    layer: withActivation(tfl.layers.activation({ name: spec.name, activation: 'linear' }), spec.activation),
  }),
}

/**
 * Gives a tfjs layer Keras' own activation function. What tfjs-layers lacks, or computes by another formula, is saved
 * under a name it does not know, so that a model file is refused rather than computed differently.
 */
function withActivation<Layer extends tfl.layers.Layer>(layer: Layer, name: ActivationName): Layer {
  const { apply, tfjs } = ACTIVATIONS[name]
  return Object.assign(layer, { activation: { apply, getClassName: () => tfjs ?? `trainspec_${name}` } })
}
