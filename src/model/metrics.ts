/** Metrics by Keras' names (keras/src/metrics/accuracy_metrics.py, regression_metrics.py). */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../base/shape.js'
import type { MetricName } from '../spec/metrics.js'
import { LOSSES } from './losses.js'
import type { TargetForm } from './targets.js'

export interface Metric {
  readonly target: TargetForm | 'fitting'
  /** Which way is better. */
  readonly better: 'max' | 'min'
  /** One value a sample, (batch); over an epoch they are averaged exactly. */
  perSample(target: tf.Tensor, prediction: tf.Tensor): tf.Tensor
}

const equal = (a: tf.Tensor, b: tf.Tensor) => tf.cast(tf.equal(a, b), 'float32')

/** The share of outputs on the right side of 0.5. */
const binaryAccuracy: Metric = {
  target: 'fitting',
  better: 'max',
  perSample: (target, prediction) => tf.mean(equal(target, tf.cast(tf.greater(prediction, 0.5), 'float32')), -1),
}

/** 1 where the largest output stands at the largest target. */
const categoricalAccuracy: Metric = {
  target: 'one_hot',
  better: 'max',
  perSample: (target, prediction) => equal(tf.argMax(target, -1), tf.argMax(prediction, -1)),
}

/** 1 where the largest output stands at the class index. */
const sparseCategoricalAccuracy: Metric = {
  target: 'class_index',
  better: 'max',
  perSample: (target, prediction) => equal(target, tf.argMax(prediction, -1)),
}

const squaredError: Metric = { ...LOSSES.mean_squared_error, better: 'min' }
const absoluteError: Metric = { ...LOSSES.mean_absolute_error, better: 'min' }

/** Keras' rule for `accuracy` (keras/src/trainers/compile_utils.py): binary for one output, else by the largest. */
const accuracy = (output: Shape): Metric => (output.at(-1) === 1 ? binaryAccuracy : sparseCategoricalAccuracy)

/** A metric, or how it follows from the model's output shape. */
const METRICS: { readonly [Name in MetricName]: Metric | ((output: Shape) => Metric) } = {
  accuracy,
  acc: accuracy,
  binary_accuracy: binaryAccuracy,
  categorical_accuracy: categoricalAccuracy,
  sparse_categorical_accuracy: sparseCategoricalAccuracy,
  mean_squared_error: squaredError,
  mse: squaredError,
  MSE: squaredError,
  mean_absolute_error: absoluteError,
  mae: absoluteError,
  MAE: absoluteError,
}

/** The metric of this name for a model with this output. */
export function metricFor(name: MetricName, output: Shape): Metric {
  const entry = METRICS[name]
  return typeof entry === 'function' ? entry(output) : entry
}
