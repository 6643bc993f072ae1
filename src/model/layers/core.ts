/** Input, Dense, Activation and Identity (keras/src/layers/core). */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape } from '../../base/shape.js'
import { type LayerRule, passMask, ShapeProblem, type SpecOf, type WeightRequest } from './layer.js'
import { anyRange } from './range.js'
import { sameInTfjs, savedIdentity } from './saved.js'
import { weightOf } from './weight.js'

export const input: LayerRule<SpecOf<'Input'>> = {
  outputShape(spec, [given]) {
    if (spec.shape.join() !== given!.join()) {
      throw new ShapeProblem(`found ${formatShape(spec.shape)}, but a sample of the data is ${formatShape(given!)}`)
    }
    return given!
  },
  moves: true,
  call: (_, [x]) => x!,
  saved: ({ name, shape }) => ({ class_name: 'InputLayer', config: { name, batch_input_shape: [null, ...shape] } }),
}

/** `activation(x . kernel + bias)` over the last axis. */
export const dense: LayerRule<SpecOf<'Dense'>> = {
  outputShape: (spec, [given]) => [...given!.slice(0, -1), spec.units],
  weights(spec, [given]) {
    const kernel = weightOf(spec, 'kernel', [given!.at(-1)!, spec.units])
    return spec.use_bias ? [kernel, biasOf(spec, spec.units)] : [kernel]
  },
  call(spec, [x], { weights }) {
    const rows = x!.rank === 2 ? x! : tf.reshape(x!, [-1, x!.shape.at(-1)!])
    const product = tf.matMul(rows as tf.Tensor2D, weights.kernel as tf.Tensor2D)
    const sum = spec.use_bias ? tf.add(product, weights.bias!) : product
    return x!.rank === 2 ? sum : tf.reshape(sum, [...x!.shape.slice(0, -1), spec.units])
  },
  activation: (spec) => spec.activation,
  range: anyRange,
  mask: passMask,
  saved: (spec) => sameInTfjs(spec),
}

/** Requests a bias of `size` elements, from the fields `bias_...` of a layer's spec. */
export const biasOf = (
  spec: Pick<SpecOf<'Dense'>, 'bias_initializer' | 'bias_regularizer' | 'bias_constraint'>,
  size: number,
): WeightRequest => weightOf(spec, 'bias', [size])

export const activation: LayerRule<SpecOf<'Activation'>> = {
  outputShape: (_, [given]) => given!,
  call: (_, [x]) => x!,
  activation: (spec) => spec.activation,
  handsOn: (spec) => spec.activation === 'linear',
  mask: passMask,
  saved: (spec) => sameInTfjs(spec),
}

export const identity: LayerRule<SpecOf<'Identity'>> = {
  outputShape: (_, [given]) => given!,
  moves: true,
  call: (_, [x]) => x!,
  handsOn: () => true,
  mask: passMask,
  saved: () => savedIdentity,
}
