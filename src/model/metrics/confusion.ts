/**
 * Counts of true and false positives and negatives, and metrics made of them (keras/src/metrics/confusion_metrics.py,
 * metrics_utils.py).
 */
import * as tf from '@tensorflow/tfjs-core'
import { type Shape, sizeOf } from '../../base/shape.js'
import type { Prediction } from '../model.js'
import { BOTH_TARGETS, type Metric, type MetricOf, sumOf, TRUE_TARGET } from './metric.js'

/** Counts for each threshold; if labels are counted apart, a row of labels for each threshold, row-major. */
export interface Confusion {
  readonly truePositives: readonly number[]
  readonly falsePositives: readonly number[]
  readonly trueNegatives: readonly number[]
  readonly falseNegatives: readonly number[]
}

export interface Counting {
  /** The condition for a value, such as `a target that is 1`. */
  readonly needs?: string
  /** In ascending order. An output above a threshold is a positive prediction. */
  readonly thresholds: readonly number[]
  readonly topK?: number | null
  readonly classId?: number | null
  /** Counts each label (element of the last axis) separately. */
  readonly byLabel?: boolean
  readonly labelWeights?: readonly number[] | null
  readonly fromLogits?: boolean
}

/** A metric computed from counts over all outputs of all samples. */
export function confusionMetric(counting: Counting, output: Shape, value: (confusion: Confusion) => number): Metric {
  const { classId = null, labelWeights = null, byLabel = false } = counting
  const labels = output.at(-1) ?? 1
  const outside = classId !== null && classId >= labels
  const weighed = labelWeights !== null && labelWeights.length !== labels
  return {
    target: 'fitting',
    parts: ['hits', 'yes', 'truths'],
    needs: counting.needs,
    problem: outside
      ? `looks at class ${classId}`
      : weighed
        ? `has ${labelWeights.length} label_weights`
        : byLabel && output.length !== 1
          ? 'needs one vector for each sample, for multi_label'
          : undefined,
    sums: (target, prediction) => counts(target, prediction, counting),
    value({ hits, yes, truths }, samples) {
      const each = sizeOf(output) / labels // outputs of a sample for one label
      const weightOf = (label: number) => labelWeights?.[label] ?? 1
      const together = classId === null ? sumOf(Array.from({ length: labels }, (_, label) => weightOf(label))) : 1
      const columns = byLabel ? labels : 1
      const all = byLabel ? samples : samples * each * together
      const truth = (index: number) => truths![index % columns]!
      return value({
        truePositives: Array.from(hits!),
        falsePositives: Array.from(yes!, (count, index) => count - hits![index]!),
        falseNegatives: Array.from(hits!, (hit, index) => truth(index) - hit),
        trueNegatives: Array.from(yes!, (count, index) => all - count - truth(index) + hits![index]!),
      })
    },
  }
}

/**
 * Counts of one batch. `hits` (true positives) and `yes` (positive predictions) have a row for each threshold, with one
 * number or one for each label. `truths` (positive targets) is one number, or one for each label.
 */
function counts(target: tf.Tensor, { output: given }: Prediction, counting: Counting) {
  const { thresholds, topK = null, classId = null, byLabel, labelWeights, fromLogits } = counting
  const prediction = fromLogits ? tf.sigmoid(given) : given
  const labels = given.shape.at(-1)!
  const chosen = classId === null ? null : tf.oneHot(tf.scalar(classId, 'int32'), labels, 1, 0, 'float32')
  const column = (x: tf.Tensor) => (chosen ? tf.sum(tf.mul(x, chosen), -1, true) : x)
  // one row of all outputs, or one row for each label; sums go over the last axis
  const laid = (x: tf.Tensor) => (byLabel ? tf.expandDims(tf.transpose(x), 0) : tf.reshape(x, [1, x.size]))
  const perThreshold = (numbers: readonly number[]) =>
    tf.tensor([...numbers], byLabel ? [numbers.length, 1, 1] : [numbers.length, 1], 'float32')

  const { scale, above } = evenThresholds(thresholds) ?? { scale: null, above: thresholds }
  const scaled = scale === null ? prediction : tf.mul(tf.clipByValue(prediction, 0, 1), scale)
  let yes = tf.cast(tf.greater(laid(column(scaled)), perThreshold(above)), 'float32')
  if (topK !== null) yes = tf.mul(yes, laid(column(largest(prediction, topK))))
  let truth = tf.cast(tf.notEqual(laid(column(target)), 0), 'float32')
  if (labelWeights && !byLabel) {
    const weights = laid(column(tf.mul(tf.onesLike(given), tf.tensor1d([...labelWeights]))))
    truth = tf.mul(truth, weights)
    return { hits: tf.sum(tf.mul(yes, truth), -1), yes: tf.sum(tf.mul(yes, weights), -1), truths: tf.sum(truth, -1) }
  }
  return { hits: tf.sum(tf.mul(yes, truth), -1), yes: tf.sum(yes, -1), truths: tf.sum(truth, -1) }
}

/**
 * For evenly spaced thresholds: clips outputs to [0, 1] and multiplies them by the number of steps, as Keras'
 * `_update_confusion_matrix_variables_optimized` does, so that rounding is the same. `above` are the thresholds after
 * that scaling. `null` if thresholds are not even.
 */
function evenThresholds(thresholds: readonly number[]): { scale: number; above: number[] } | null {
  const steps = thresholds.length - 1
  const even = steps >= 2 && thresholds.every((one, index) => isClose(one, Math.fround(index / steps)))
  if (!even) return null
  const beyond = thresholds[0]! < 0 || thresholds[steps]! > 1
  return { scale: steps, above: thresholds.map((_, index) => (beyond && index === 0 ? -1 : index)) }
}

/** NumPy's `allclose`. */
const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= EPSILON + 1e-5 * Math.abs(b)
const EPSILON = 1e-7

/**
 * 1 at the k largest outputs of the last axis, else 0; of equal ones the first count. Compares every output with every
 * other.
 */
function largest(output: tf.Tensor, k: number): tf.Tensor {
  const labels = output.shape.at(-1)!
  const before = tf.tensor2d(
    Float32Array.from({ length: labels ** 2 }, (_, at) => (at % labels < Math.floor(at / labels) ? 1 : 0)),
    [labels, labels],
  )
  const [own, others] = [tf.expandDims(output, -1), tf.expandDims(output, -2)]
  const larger = tf.cast(tf.greater(others, own), 'float32')
  const equal = tf.mul(tf.cast(tf.equal(others, own), 'float32'), before)
  return tf.cast(tf.less(tf.sum(tf.add(larger, equal), -1), k), 'float32')
}

/** Number of true or false positives or negatives at one threshold. */
export const countOf = (kind: keyof Confusion, threshold: number, output: Shape): Metric =>
  confusionMetric({ thresholds: [threshold] }, output, ({ [kind]: counts }) => counts[0]!)

/** A threshold below any output: with `top_k` alone, every output among the k largest is a positive prediction. */
const NONE = -1e10

type Retrieval = MetricOf<'precision'> | MetricOf<'recall'>

const retrieval = ({ thresholds, top_k, class_id }: Retrieval): Counting => ({
  thresholds: [thresholds ?? (top_k === null ? 0.5 : NONE)],
  topK: top_k,
  classId: class_id,
})

export const precision = (spec: MetricOf<'precision'>, output: Shape): Metric =>
  confusionMetric(
    { ...retrieval(spec), needs: 'a positive prediction' },
    output,
    (confusion) => precisions(confusion)[0]!,
  )

export const recall = (spec: MetricOf<'recall'>, output: Shape): Metric =>
  confusionMetric({ ...retrieval(spec), needs: TRUE_TARGET }, output, (confusion) => recalls(confusion)[0]!)

/** of / (of + and) for each threshold; NaN for 0 / 0, where Keras gives 0. */
const shares = (of: readonly number[], and: readonly number[]) =>
  of.map((count, index) => count / (count + and[index]!))

const precisions = ({ truePositives, falsePositives }: Confusion) => shares(truePositives, falsePositives)
/** Recall, also called sensitivity. */
const recalls = ({ truePositives, falseNegatives }: Confusion) => shares(truePositives, falseNegatives)
const specificities = ({ trueNegatives, falsePositives }: Confusion) => shares(trueNegatives, falsePositives)

type Shares = (confusion: Confusion) => readonly number[]

/**
 * Largest `wanted` over the thresholds at which `bound` is at least `least`, compared as float32 as in Keras; 0 if
 * there is no such threshold. NaN if `wanted` or `bound` is 0 / 0 at every threshold.
 */
const best =
  (wanted: Shares, bound: Shares, least: number) =>
  (confusion: Confusion): number => {
    const [values, bounds] = [wanted(confusion), bound(confusion)]
    if (values.every(Number.isNaN) || bounds.every(Number.isNaN)) return Number.NaN
    const isEnough = (index: number) => Math.fround(bounds[index]!) >= Math.fround(least)
    return Math.max(0, ...values.filter((value, index) => isEnough(index) && !Number.isNaN(value)))
  }

interface Points {
  readonly num_thresholds: number
  readonly class_id: number | null
}

/** Evenly spaced thresholds from 0 to 1. */
const between = (count: number) => (count === 1 ? [0.5] : Array.from({ length: count }, (_, i) => i / (count - 1)))

const atPoint = (spec: Points, needs: string, output: Shape, value: (confusion: Confusion) => number) =>
  confusionMetric({ thresholds: between(spec.num_thresholds), classId: spec.class_id, needs }, output, value)

export const sensitivityAtSpecificity = (spec: MetricOf<'sensitivity_at_specificity'>, output: Shape): Metric =>
  atPoint(spec, BOTH_TARGETS, output, best(recalls, specificities, spec.specificity))

export const specificityAtSensitivity = (spec: MetricOf<'specificity_at_sensitivity'>, output: Shape): Metric =>
  atPoint(spec, BOTH_TARGETS, output, best(specificities, recalls, spec.sensitivity))

export const precisionAtRecall = (spec: MetricOf<'precision_at_recall'>, output: Shape): Metric =>
  atPoint(spec, TRUE_TARGET, output, best(precisions, recalls, spec.recall))

export const recallAtPrecision = (spec: MetricOf<'recall_at_precision'>, output: Shape): Metric =>
  atPoint(spec, TRUE_TARGET, output, best(recalls, precisions, spec.precision))
