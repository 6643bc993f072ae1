/** Regression metrics that are not losses (keras/src/metrics/regression_metrics.py, correlation_metrics.py). */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import { EPSILON, normalizedVectors } from '../normalized.js'
import { type Metric, type MetricOf, meanOf, meanOfAll, meanOfDefined, SUM, sumOf } from './metric.js'

/**
 * The root of the mean over all samples, not the mean of roots. Masked steps count, because Keras' metric is no
 * `MeanMetricWrapper`.
 */
export function rootMeanSquaredError(): Metric {
  const mean = meanOfAll('fitting', (target, { output }) => tf.mean(tf.square(tf.sub(output, target)), -1))
  return { ...mean, value: (sums, samples) => Math.sqrt(mean.value(sums, samples)) }
}

/** Mean cosine similarity; the loss of this name has the opposite sign. */
export const cosineSimilarity = (): Metric =>
  meanOf('fitting', (target, { output }) =>
    tf.sum(tf.mul(normalizedVectors(target, -1), normalizedVectors(output, -1)), -1),
  )

const centred = (x: tf.Tensor) => tf.sub(x, tf.mean(x, -1, true))
const variance = (x: tf.Tensor) => tf.mean(tf.square(centred(x)), -1, true)

/** Undefined if all targets or all outputs of a sample are equal. */
export const pearsonCorrelation = (): Metric =>
  meanOfDefined(
    'fitting',
    (target, { output }) => {
      const [a, b] = [target, output].map((x) => tf.div(centred(x), tf.sqrt(variance(centred(x)))))
      return tf.mean(tf.mul(a!, b!), -1)
    },
    'targets that differ within each sample, and outputs that do',
  )

export const concordanceCorrelation = (): Metric =>
  meanOf('fitting', (target, { output }) => {
    const [truth, found] = [tf.mean(target, -1, true), tf.mean(output, -1, true)]
    const covariance = tf.mul(tf.sub(target, found), tf.sub(output, found)) // as in Keras
    const norm = tf.add(tf.add(variance(target), variance(output)), tf.square(tf.sub(truth, found)))
    return tf.mean(tf.div(tf.mul(covariance, 2), tf.add(norm, EPSILON)), -1)
  })

/**
 * 1 - residual / total for each output, from sums over samples of y, y^2 and (y - found)^2. If the target never varies,
 * total is 0: the score is then 1 if the output is always right, else 0 (sklearn/metrics/_regression.py,
 * `force_finite`), and it has no weight in a mean by variance, unless no target varies. Keras gives NaN if the output
 * is right.
 */
export function r2Score({ class_aggregation, num_regressors }: MetricOf<'r2_score'>, output: Shape): Metric {
  return {
    target: 'fitting',
    parts: [SUM, 'squares', 'residual'],
    problem: output.length === 1 ? undefined : 'needs one vector for each sample',
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

/** Relative rounding error that a float32 sum of squares may have; a smaller variance counts as 0. */
const ROUNDING = 1e-5
