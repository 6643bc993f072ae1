/** A metric: sums over batches, and a value computed from their totals. */
import * as tf from '@tensorflow/tfjs-core'
import type { MetricSpec } from '../../spec/spec.js'
import { ofOneRank } from '../masks.js'
import type { Prediction } from '../model.js'
import type { WantedTarget } from '../targets.js'

/** Name of the sum of a metric that has only one. */
export const SUM = 'sum'

/**
 * A metric that is exact over an epoch. `sums` is part of a program, and its results are added up over batches in
 * float64; `value` is plain arithmetic on the totals. Batches are joined in no other way; none of Keras' metrics needs
 * one.
 */
export interface Metric {
  readonly target: WantedTarget
  /** Names of its sums. */
  readonly parts: readonly string[]
  /** Sums of one batch by name, each of any small shape. Targets and predictions are (batch, ...). */
  sums(target: tf.Tensor, prediction: Prediction): Readonly<Record<string, tf.Tensor>>
  /** Value over all batches, from the totals in row-major order and the number of samples. */
  value(sums: Readonly<Record<string, Float64Array>>, samples: number): number
  /** Explains why it cannot measure the model's output, such as `looks at class 12`. */
  readonly problem?: string | undefined
  /**
   * The metric to use if the output carries a mask. Undefined if the mask makes no difference, as for Keras' metrics
   * that are no `MeanMetricWrapper`.
   */
  readonly masked?: Metric
  /** The content that the data or the outputs need, such as `a target that is 1`; without it the value is NaN. */
  readonly needs?: string | undefined
}

export type MetricOf<Type extends MetricSpec['type']> = Extract<MetricSpec, { type: Type }>

/** (batch, ...) */
type Values = (target: tf.Tensor, prediction: Prediction) => tf.Tensor

/**
 * The mean over samples of the mean of each sample's values; if the output has a mask, over the values that it lets
 * through.
 */
export const meanOf = (target: WantedTarget, values: Values): Metric => ({
  ...meanOfAll(target, values),
  masked: { ...maskedMean, target, sums: (truth, found) => maskedMean.sums(values(truth, found), found) },
})

/** The mean over all samples, even if the output has a mask. */
export const meanOfAll = (target: WantedTarget, values: Values): Metric => ({
  ...plainMean,
  target,
  sums: (truth, prediction) => plainMean.sums(values(truth, prediction), prediction),
})

/**
 * Like `meanOf`, for values that may be undefined, such as 0 / 0 or log 0. Then the mean is NaN as in Keras, but the
 * sums stay finite: a step with an output that is not finite would change no weight. An undefined value that is masked
 * makes the mean NaN too, because Keras multiplies by the mask.
 */
export function meanOfDefined(target: WantedTarget, values: Values, needs: string): Metric {
  const withUndefined = (mean: Mean): Metric => ({
    target,
    needs,
    parts: [...mean.parts, UNDEFINED],
    sums(truth, prediction) {
      const all = values(truth, prediction)
      const defined = tf.less(tf.abs(all), LARGEST)
      return {
        ...mean.sums(tf.where(defined, all, tf.zerosLike(all)), prediction),
        [UNDEFINED]: tf.sum(tf.sub(1, tf.cast(defined, 'float32'))),
      }
    },
    value: ({ [UNDEFINED]: without, ...sums }, samples) => (without![0]! > 0 ? Number.NaN : mean.value(sums, samples)),
  })
  return { ...withUndefined(plainMean), masked: withUndefined(maskedMean) }
}

const UNDEFINED = 'undefined'
const LARGEST = 3e38

/** Reduces values to a mean. */
interface Mean extends Pick<Metric, 'parts' | 'value' | 'needs'> {
  /** Sums of values (batch, ...). */
  sums(values: tf.Tensor, prediction: Prediction): Readonly<Record<string, tf.Tensor>>
}

const plainMean: Mean = {
  parts: [SUM],
  sums: (values, prediction) => ({ [SUM]: sumOfSamples(values, prediction) }),
  value: ({ [SUM]: sum }, samples) => sum![0]! / samples,
}

/** Name of the sum over samples of the share of each that counts. */
const COUNT = 'count'

/**
 * Sum of the values that count divided by their number, over the whole epoch (keras/src/metrics/reduction_metrics.py,
 * `reduce_to_samplewise_values`). NaN if none counts; Keras gives 0.
 */
const maskedMean: Mean = {
  parts: [SUM, COUNT],
  needs: 'a step that is not masked',
  sums(values, prediction) {
    const [all, mask] = ofOneRank(values, tf.cast(prediction.mask!, 'float32'))
    const inner = all.shape.flatMap((_, axis) => (axis < mask.rank ? [] : [axis]))
    const each = inner.length === 0 ? all : tf.mean(all, inner)
    return { [SUM]: sumOfSamples(tf.mul(each, mask), prediction), [COUNT]: sumOfSamples(mask, prediction) }
  },
  value: ({ [SUM]: sum, [COUNT]: count }) => sum![0]! / count![0]!,
}

/** Sum over samples of the mean of each sample's values. */
function sumOfSamples(values: tf.Tensor, { output }: Prediction): tf.Tensor {
  const batch = output.shape[0]!
  const sum = tf.sum(values)
  return values.size === batch ? sum : tf.div(sum, values.size / batch)
}

/** Needs of metrics that compare positive with negative targets. */
export const TRUE_TARGET = 'a target that is 1'
export const BOTH_TARGETS = 'targets that are 1 and targets that are 0'

/** a / b, or 0 if b is 0 (Keras' `divide_no_nan`). */
export const quotient = (a: number, b: number): number => (b === 0 ? 0 : a / b)

export const sumOf = (values: Iterable<number>): number => {
  let sum = 0
  for (const value of values) sum += value
  return sum
}
