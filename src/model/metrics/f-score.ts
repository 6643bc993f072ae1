/**
 * F-scores (keras/src/metrics/f_score_metrics.py). A class that is never a target and never predicted counts as 0 in a
 * mean, as in Keras. If all classes are so, the score is NaN; Keras gives 0.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import { EPSILON } from '../normalized.js'
import { type Metric, type MetricOf, sumOf, TRUE_TARGET } from './metric.js'

type FScore = Omit<MetricOf<'fbeta_score'>, 'type' | 'name'>

export function fBetaScore({ average, beta, threshold }: FScore, output: Shape): Metric {
  const score = (hits: number, yes: number, truths: number): number => {
    const precision = hits / (yes + EPSILON)
    const recall = hits / (truths + EPSILON)
    return ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall + EPSILON)
  }
  return {
    target: 'fitting',
    parts: ['hits', 'yes', 'truths'],
    needs: average === 'weighted' ? TRUE_TARGET : `${TRUE_TARGET}, or a positive prediction`,
    problem: output.length === 1 ? undefined : 'needs one vector for each sample',
    /** Each sum has shape (classes). */
    sums(target, { output }) {
      const yes = threshold === null ? largest(output) : tf.cast(tf.greater(output, threshold), 'float32')
      return { hits: tf.sum(tf.mul(yes, target), 0), yes: tf.sum(yes, 0), truths: tf.sum(target, 0) }
    },
    value({ hits, yes, truths }) {
      const [allHits, allYes, allTruths] = [hits!, yes!, truths!].map(sumOf)
      if (allTruths === 0 && (allYes === 0 || average === 'weighted')) return Number.NaN
      if (average === 'micro') return score(allHits!, allYes!, allTruths!)
      const scores = Array.from(hits!, (hit, index) => score(hit, yes![index]!, truths![index]!))
      if (average === 'macro') return sumOf(scores) / scores.length
      return sumOf(scores.map((one, index) => (one * truths![index]!) / (allTruths! + EPSILON)))
    },
  }
}

/** 1 at the largest output of a sample, unless that is 0; else 0. */
function largest(output: tf.Tensor): tf.Tensor {
  const first = tf.cast(tf.greaterEqual(output, tf.max(output, -1, true)), 'float32')
  return tf.mul(first, tf.cast(tf.greater(tf.abs(output), 1e-9), 'float32'))
}
