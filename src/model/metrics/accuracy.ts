/** Accuracies (keras/src/metrics/accuracy_metrics.py). */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import type { Target } from '../targets.js'
import { type Metric, meanOf } from './metric.js'

const equal = (a: tf.Tensor, b: tf.Tensor) => tf.cast(tf.equal(a, b), 'float32')

/** The share of outputs on the right side of the threshold. */
export const binaryAccuracy = (threshold: number): Metric =>
  meanOf('fitting', (target, { output }) =>
    tf.mean(equal(target, tf.cast(tf.greater(output, threshold), 'float32')), -1),
  )

/** 1 if the largest output has the index of the largest target, else 0. */
export const categoricalAccuracy = (): Metric =>
  meanOf('one_hot', (target, { output }) => equal(tf.argMax(target, -1), tf.argMax(output, -1)))

/** 1 if the largest output has the class index, else 0. */
export const sparseCategoricalAccuracy = (): Metric =>
  meanOf('class_index', (target, { output }) => equal(target, tf.argMax(output, -1)))

/**
 * Keras' rule for `accuracy` (keras/src/trainers/compile_utils.py): binary if there is one output; else by the largest
 * output, compared with a class index, or with the largest number of the target.
 */
export function accuracy(output: Shape, target: Target['kind']): Metric {
  if (output.at(-1) === 1) return binaryAccuracy(0.5)
  return target === 'labels' ? sparseCategoricalAccuracy() : categoricalAccuracy()
}

export const topKCategoricalAccuracy = (k: number): Metric =>
  meanOf('one_hot', (target, { output }) => amongLargest(tf.argMax(target, -1), output, k))

export const sparseTopKCategoricalAccuracy = (k: number): Metric =>
  meanOf('class_index', (target, { output }) => amongLargest(target, output, k))

/**
 * 1 if fewer than k outputs are larger than that of the class, so ties count as hits (keras/src/backend/jax/math.py,
 * `in_top_k`); else 0.
 */
function amongLargest(classes: tf.Tensor, output: tf.Tensor, k: number): tf.Tensor {
  const chosen = tf.oneHot(classes as tf.Tensor1D, output.shape.at(-1)!, 1, 0, 'float32')
  const own = tf.sum(tf.mul(output, chosen), -1, true)
  const larger = tf.sum(tf.cast(tf.greater(output, own), 'float32'), -1)
  return tf.cast(tf.less(larger, k), 'float32')
}
