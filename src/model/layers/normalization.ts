/** Layers that normalize (keras/src/layers/normalization). */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape, type Shape, sizeOf } from '../../base/shape.js'
import { initializerOf } from '../initializers.js'
import { axesOf } from './axes.js'
import { type LayerRule, passMask, ShapeProblem, type SpecOf, type WeightRequest } from './layer.js'
import { type Affine, normalizeBatch, normalizeBy, normalizeSamples, rescaleSamples } from './normalize.js'
import { anyRange } from './range.js'
import { sameInTfjs } from './saved.js'
import { weightOf } from './weight.js'

type AffineSpec = SpecOf<'BatchNormalization' | 'LayerNormalization' | 'GroupNormalization'>

const affineWeights = (spec: AffineSpec, shape: Shape): WeightRequest[] => [
  ...(spec.scale ? [weightOf(spec, 'gamma', shape)] : []),
  ...(spec.center ? [weightOf(spec, 'beta', shape)] : []),
]

/** Most axes that tfjs' batch normalization takes; its layer normalization uses it too. */
const MOST_AXES_IN_TFJS = 4

const fitsTfjs = (sample: Shape): boolean => sample.length + 1 <= MOST_AXES_IN_TFJS

/** In training it normalizes by the moments of the batch, otherwise or if it is not trainable by running moments. */
export const batchNormalization: LayerRule<SpecOf<'BatchNormalization'>> = {
  outputShape(spec, [given]) {
    axesOf(spec.axis, given!)
    return given!
  },
  weights(spec, [given]) {
    const shape = [given![axesOf(spec.axis, given!)[0]! - 1]!]
    return [
      ...affineWeights(spec, shape),
      { ...weightOf(spec, 'moving_mean', shape), trainable: false },
      { ...weightOf(spec, 'moving_variance', shape), trainable: false },
    ]
  },
  call(spec, [x], { training, weights, masks, update }) {
    const { epsilon, momentum } = spec
    const [channels] = axesOf(spec.axis, x!.shape.slice(1)) as [number]
    const { moving_mean, moving_variance } = weights as Record<string, tf.Tensor>
    if (!training || !spec.trainable) {
      const moments = { mean: moving_mean!, variance: moving_variance! }
      return normalizeBy(x!, weights as Affine, { ...moments, channels, epsilon })
    }
    const mask = masks[0] && widened(masks[0], x!.rank)
    const { output, mean, variance } = normalizeBatch(x!, weights as Affine, { channels, epsilon, mask })
    const next = (running: tf.Tensor, found: tf.Tensor) =>
      tf.add(tf.mul(running, momentum), tf.mul(found, 1 - momentum))
    update('moving_mean', next(moving_mean!, mean))
    update('moving_variance', next(moving_variance!, variance))
    return output
  },
  range: anyRange,
  mask: passMask,
  readsMask: 'steps',
  keepsMasks: true,
  // along an inner axis tfjs mixes up the channels
  saved: (spec, [given]) =>
    fitsTfjs(given!) && axesOf(spec.axis, given!)[0] === given!.length ? sameInTfjs(spec) : null,
}

/** Converts a mask to floats and adds axes of length 1 at its end, up to this rank. */
const widened = (mask: tf.Tensor, rank: number): tf.Tensor =>
  tf.reshape(tf.cast(mask, 'float32'), [...mask.shape, ...Array<number>(rank - mask.rank).fill(1)])

/** Normalizes each sample over one or several axes. */
export const layerNormalization: LayerRule<SpecOf<'LayerNormalization'>> = {
  outputShape(spec, [given]) {
    axesOf(spec.axis, given!)
    return given!
  },
  weights: (spec, [given]) => affineWeights(spec, lengthsOf(sorted(spec.axis), given!)),
  call(spec, [x], { weights }) {
    const axes = axesOf(spec.axis, x!.shape.slice(1))
    const lengths = x!.shape.map((length, axis) => (axes.includes(axis) ? length : 1))
    return normalizeSamples(x!, shaped(weights, lengths), { axes, epsilon: spec.epsilon })
  },
  range: anyRange,
  mask: passMask,
  saved: (spec, [given]) => (fitsTfjs(given!) ? sameInTfjs(spec, { axis: sorted(spec.axis) }) : null),
}

/** Sorts axes by their written value as Keras does, so that -1 comes before 1. */
const sorted = (axis: number | readonly number[]): number[] => ([] as number[]).concat(axis).sort((a, b) => a - b)

const lengthsOf = (axes: readonly number[], sample: Shape): Shape =>
  axesOf(axes, sample).map((axis) => sample[axis - 1]!)

/** Reshapes gamma and beta so that they are broadcast. */
const shaped = ({ gamma, beta }: Affine, shape: number[]): Affine => ({
  gamma: gamma && broadcastable(gamma, shape),
  beta: beta && broadcastable(beta, shape),
})

/** Reshapes values, unless they belong to the last axis and are broadcast anyway. */
const broadcastable = (values: tf.Tensor, shape: number[]): tf.Tensor =>
  values.rank === 1 && shape.at(-1) === values.size ? values : tf.reshape(values, shape)

/** Normalizes each sample over groups of channels and all other axes. */
export const groupNormalization: LayerRule<SpecOf<'GroupNormalization'>> = {
  outputShape(spec, [given]) {
    const channels = given![axesOf(spec.axis, given!)[0]! - 1]!
    if (spec.groups !== -1 && channels % spec.groups !== 0) {
      const shape = formatShape([null, ...given!])
      throw new ShapeProblem(`cannot make ${spec.groups} groups of the ${channels} channels of ${shape}`)
    }
    return given!
  },
  weights: (spec, [given]) => affineWeights(spec, lengthsOf([spec.axis], given!)),
  call(spec, [x], { weights }) {
    const [axis] = axesOf(spec.axis, x!.shape.slice(1)) as [number]
    const channels = x!.shape[axis]!
    const groups = spec.groups === -1 ? channels : spec.groups
    const split = [groups, channels / groups]
    const grouped = tf.reshape(x!, x!.shape.toSpliced(axis, 1, ...split))
    const axes = grouped.shape.map((_, index) => index).filter((index) => index !== 0 && index !== axis)
    const lengths = x!.shape.map(() => 1).toSpliced(axis, 1, ...split)
    const normal = normalizeSamples(grouped, shaped(weights, lengths), { axes, epsilon: spec.epsilon })
    return tf.reshape(normal, x!.shape)
  },
  range: anyRange,
  mask: passMask,
  saved: () => null,
}

/** `x / sqrt(mean(x^2) + epsilon) * scale`. */
export const rmsNormalization: LayerRule<SpecOf<'RMSNormalization'>> = {
  outputShape(spec, [given]) {
    axesOf(spec.axis, given!)
    return given!
  },
  weights: (spec, [given]) => [
    { name: 'scale', shape: lengthsOf(sorted(spec.axis), given!), initializer: initializerOf({ type: 'ones' }) },
  ],
  call(spec, [x], { weights }) {
    const axes = axesOf(spec.axis, x!.shape.slice(1))
    const lengths = x!.shape.map((length, axis) => (axes.includes(axis) ? length : 1))
    const divisor = sizeOf(lengths)
    const inverse = (squares: tf.Tensor) => tf.rsqrt(tf.add(tf.div(squares, divisor), spec.epsilon))
    return tf.mul(rescaleSamples(x!, { axes, divisor, inverse }), broadcastable(weights.scale!, lengths))
  },
  range: anyRange,
  saved: () => null,
}

/** `x / sqrt(sum(x^2))`; zeros stay 0. */
export const unitNormalization: LayerRule<SpecOf<'UnitNormalization'>> = {
  outputShape(spec, [given]) {
    axesOf(spec.axis, given!)
    return given!
  },
  call(spec, [x]) {
    const axes = axesOf(spec.axis, x!.shape.slice(1))
    return rescaleSamples(x!, { axes, divisor: 1, inverse: (squares) => tf.rsqrt(squares), most: LARGEST_INVERSE })
  },
  mask: passMask,
  saved: () => null,
}

/** 1 / epsilon of keras.ops.normalize as the layer calls it. */
const LARGEST_INVERSE = 1e12
