/** Input, Dense and Activation (keras/src/layers/core). */
import * as tfl from '@tensorflow/tfjs-layers'
import { formatShape } from '../../base/shape.js'
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
    layer: tfl.layers.dense({ name: spec.name, units: spec.units, useBias: spec.use_bias }),
    activation: spec.activation,
    initializers: { kernel: spec.kernel_initializer, bias: spec.bias_initializer },
  }),
}

export const activation: LayerRule<SpecOf<'Activation'>> = {
  outputShape: (_, given) => given,
  weightCount: () => 0,
  build: (spec) => ({
    layer: tfl.layers.activation({ name: spec.name, activation: 'linear' }),
    activation: spec.activation,
  }),
}
