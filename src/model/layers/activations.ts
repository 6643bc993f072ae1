/** Activation functions with arguments, as layers (keras/src/layers/activations). */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape, type Shape } from '../../base/shape.js'
import { clipped } from '../kinks.js'
import { axesOf } from './axes.js'
import { type LayerRule, passMask, ShapeProblem, type SpecOf } from './layer.js'
import { anyRange } from './range.js'
import { sameInTfjs } from './saved.js'
import { weightOf } from './weight.js'

/**
 * max(x, 0) up to `most`, and 0 up to `above`. Keras uses relu6 if that is the function asked for; its slope at 6 is 0,
 * not 1.
 */
function rectified(x: tf.Tensor, above: number, most: number | null): tf.Tensor {
  if (most === RELU6 && above === 0) return clipped(x, 0, RELU6)
  const passed = above === 0 ? tf.relu(x) : tf.mul(x, tf.step(tf.sub(x, above)))
  return most === null ? passed : tf.clipByValue(passed, 0, most)
}

const RELU6 = 6

/**
 * Without max_value and threshold it is leaky relu; else `clip(x where x > threshold else 0, 0, max_value) - slope
 * max(threshold - x, 0)`.
 */
export const reLU: LayerRule<SpecOf<'ReLU'>> = {
  outputShape: (_, [given]) => given!,
  call({ max_value, negative_slope, threshold }, [x]) {
    if (negative_slope !== 0 && max_value === null && threshold === 0) return tf.leakyRelu(x!, negative_slope)
    const bounded = rectified(x!, threshold, max_value)
    if (negative_slope === 0) return bounded
    return tf.sub(bounded, tf.mul(tf.relu(tf.sub(threshold, x!)), negative_slope))
  },
  range: ({ max_value, negative_slope }) =>
    negative_slope === 0 && max_value !== null && max_value <= 1 ? 'unit' : 'any',
  mask: passMask,
  saved({ max_value, negative_slope, threshold }) {
    if (negative_slope === 0 && threshold === 0) return { class_name: 'ReLU', config: { max_value } }
    if (max_value !== null) return null
    if (threshold === 0) return { class_name: 'LeakyReLU', config: { alpha: negative_slope } }
    return negative_slope === 0 ? { class_name: 'ThresholdedReLU', config: { theta: threshold } } : null
  },
}

export const leakyReLU: LayerRule<SpecOf<'LeakyReLU'>> = {
  outputShape: (_, [given]) => given!,
  call: ({ negative_slope }, [x]) => tf.leakyRelu(x!, negative_slope),
  range: anyRange,
  mask: passMask,
  saved: ({ negative_slope }) => ({ class_name: 'LeakyReLU', config: { alpha: negative_slope } }),
}

/** Has one alpha per element of a sample, except along axes that share it. */
export const preLU: LayerRule<SpecOf<'PReLU'>> = {
  outputShape({ shared_axes }, [given]) {
    for (const axis of listed(shared_axes)) {
      if (axis <= given!.length) continue
      const shape = formatShape([null, ...given!])
      throw new ShapeProblem(`shares alpha along axis ${axis}, but ${shape} has axes up to ${given!.length}`)
    }
    return given!
  },
  weights: (spec, [given]) => {
    const shared = listed(spec.shared_axes)
    return [
      weightOf(
        spec,
        'alpha',
        given!.map((length, index) => (shared.includes(index + 1) ? 1 : length)),
      ),
    ]
  },
  call: (_, [x], { weights }) => tf.sub(tf.relu(x!), tf.mul(weights.alpha!, tf.relu(tf.neg(x!)))),
  range: anyRange,
  mask: passMask,
  saved: (spec) => sameInTfjs(spec, { shared_axes: spec.shared_axes === null ? null : listed(spec.shared_axes) }),
}

const listed = (axes: number | readonly number[] | null): readonly number[] => ([] as number[]).concat(axes ?? [])

export const elu: LayerRule<SpecOf<'ELU'>> = {
  outputShape: (_, [given]) => given!,
  call({ alpha }, [x]) {
    const one = tf.elu(x!)
    return alpha === 1 ? one : tf.add(tf.mul(one, alpha), tf.mul(tf.relu(x!), 1 - alpha))
  },
  range: anyRange,
  mask: passMask,
  saved: (spec) => (spec.alpha === 1 ? sameInTfjs(spec) : null),
}

/** Softmax over one or several axes. A mask has the shape of x; masked elements take no part and become 0. */
export const softmax: LayerRule<SpecOf<'Softmax'>> = {
  outputShape(spec, [given]) {
    axesOf(spec.axis, given!)
    return given!
  },
  call(spec, [x], { masks: [mask] }) {
    if (isLast(spec, x!.shape.slice(1)) && !mask) return x!
    const axes = axesOf(spec.axis, x!.shape.slice(1))
    const probabilities = softmaxOver(mask ? tf.where(mask, x!, tf.fill(x!.shape, MASKED)) : x!, axes)
    return mask ? tf.mul(probabilities, tf.cast(mask, 'float32')) : probabilities
  },
  activation: (spec, [mask], [given]) => (isLast(spec, given!) && !mask ? 'softmax' : 'linear'),
  range: () => 'unit',
  mask: passMask,
  readsMask: 'elements',
  keepsMasks: true,
  saved(spec, [given]) {
    if (isLast(spec, given!)) return sameInTfjs(spec, { axis: -1 })
    return listed(spec.axis).length > 1 ? sameInTfjs(spec) : null
  },
}

/** True if softmax is over the last axis. A loss can then be computed from its logits. */
const isLast = ({ axis }: SpecOf<'Softmax'>, sample: Shape): boolean =>
  String(axesOf(axis, sample)) === `${sample.length}`

const MASKED = -1e9

/** Moves the axes to the end and merges them, because tfjs' softmax takes the last axis only. */
function softmaxOver(x: tf.Tensor, axes: readonly number[]): tf.Tensor {
  const order = [...x.shape.keys()].toSorted((a, b) => Number(axes.includes(a)) - Number(axes.includes(b)) || a - b)
  const moved = order.every((axis, index) => axis === index) ? x : tf.transpose(x, order)
  const rest = moved.shape.slice(0, x.rank - axes.length)
  const flat = axes.length === 1 ? moved : tf.reshape(moved, [...rest, -1])
  const back = order.map((_, axis) => order.indexOf(axis))
  const probabilities = tf.reshape(tf.softmax(flat), moved.shape)
  return moved === x ? probabilities : tf.transpose(probabilities, back)
}
