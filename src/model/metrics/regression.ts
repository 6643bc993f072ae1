/** Metrics of numbers (keras/src/metrics/regression_metrics.py, correlation_metrics.py); those that are losses are not here. */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import { EPSILON, normalizedVectors } from '../normalized.js'
import { type Metric, type MetricOf, meanOf, meanOfAll, meanOfDefined, SUM, sumOf } from './metric.js'

/** The root of the mean, not the mean of roots; Keras' is no `MeanMetricWrapper`, so masked steps count. */
export function rootMeanSquaredError(): Metric {
  const mean = meanOfAll('fitting', (target, { output }) => tf.mean(tf.square(tf.sub(output, target)), -1))
  return { ...mean, value: (sums, samples) => Math.sqrt(mean.value(sums, samples)) }
}

/** The loss has the other sign. */
export const cosineSimilarity = (): Metric =>
  meanOf('fitting', (target, { output }) =>
    tf.sum(tf.mul(normalizedVectors(target, -1), normalizedVectors(output, -1)), -1),
  )

const centred = (x: tf.Tensor) => tf.sub(x, tf.mean(x, -1, true))
const variance = (x: tf.Tensor) => tf.mean(tf.square(centred(x)), -1, true)

/** Undefined where all numbers of a sample are alike. */
export const pearsonCorrelation = (): Metric =>
  meanOfDefined(
    'fitting',
    (target, { output }) => {
      const [a, b] = [target, output].map((x) => tf.div(centred(x), tf.sqrt(variance(centred(x)))))
      return tf.mean(tf.mul(a!, b!), -1)
    },
    'in each sample targets that differ from one another, and outputs too',
  )

export const concordanceCorrelation = (): Metric =>
  meanOf('fitting', (target, { output }) => {
    const [truth, found] = [tf.mean(target, -1, true), tf.mean(output, -1, true)]
    const covariance = tf.mul(tf.sub(target, found), tf.sub(output, found)) // as Keras has it
    const norm = tf.add(tf.add(variance(target), variance(output)), tf.square(tf.sub(truth, found)))
    return tf.mean(tf.div(tf.mul(covariance, 2), tf.add(norm, EPSILON)), -1)
  })

/**
 * 1 - residual / total for each output, from sums over samples of y, y^2 and (y - found)^2. Where the target never varies,
 * total is 0: then the score is 1 if the output is always right, else 0 (sklearn/metrics/_regression.py, `force_finite`),
 * and it weighs nothing in a mean by variance, unless no target varies. Keras gives NaN where the output is right.
 */
export function r2Score({ class_aggregation, num_regressors }: MetricOf<'r2_score'>, output: Shape): Metric {
  return {
    target: 'fitting',
    parts: [SUM, 'squares', 'residual'],
    problem: output.length === 1 ? undefined : 'needs a vector of each sample',
    sums: (target, { output }) => ({
      [SUM]: tf.sum(target, 0),
      squares: tf.sum(tf.square(target), 0),
      residual: tf.sum(tf.square(tf.sub(target, output)), 0),
    }),
    value({ [SUM]: sum, squares, residual }, samples) {
      const total = Array.from(squares!, (square, index) => {
        const one = square - sum![index]! ** 2 / samples
        return one > ROUNDING * square ? one : 0
      })
      const scores = total.map((one, index) => {
        if (one > 0) return 1 - residual![index]! / one
        return residual![index] === 0 ? 1 : 0
      })
      const whole = sumOf(total)
      const weighted = class_aggregation === 'variance_weighted_average' && whole > 0
      const score = weighted
        ? sumOf(scores.map((one, index) => one * total[index]!)) / whole
        : sumOf(scores) / scores.length
      const numbers = samples * scores.length // Keras counts every number of the target
      if (num_regressors === 0 || num_regressors >= numbers - 1) return score
      return 1 - ((1 - score) * (numbers - 1)) / (numbers - num_regressors - 1)
    },
  }
}

/** By this share a sum of squares in float32 may be off; a variance below it is none. */
const ROUNDING = 1e-5
