/** What a metric is: sums over batches, and the value that follows from their totals. */
import * as tf from '@tensorflow/tfjs-core'
import type { MetricSpec } from '../../spec/spec.js'
import { ofOneRank } from '../masks.js'
import type { Prediction } from '../model.js'
import type { WantedTarget } from '../targets.js'

/** The name of the only sum of a metric that has one. */
export const SUM = 'sum'

/**
 * A metric that is exact over an epoch: `sums` is part of a program and is added up over batches in float64; `value` is
 * plain arithmetic on the totals. There is no other way to join batches; none of Keras' metrics needs one.
 */
export interface Metric {
  readonly target: WantedTarget
  /** The names of its sums. */
  readonly parts: readonly string[]
  /** What one batch adds, by part, each of any small shape. Targets and predictions are (batch, ...). */
  sums(target: tf.Tensor, prediction: Prediction): Readonly<Record<string, tf.Tensor>>
  /** The value of all batches together, from the sums in row-major order. */
  value(sums: Readonly<Record<string, Float64Array>>, samples: number): number
  /** Why it cannot measure the model's output: `looks at class 12`. */
  readonly problem?: string | undefined
  /** The metric of an output that carries a mask, where that matters to it: to means, as to Keras' `MeanMetricWrapper`. */
  readonly masked?: Metric
  /** What must be in the data or the outputs for it to have a value; without that it is NaN: `a target that is 1`. */
  readonly needs?: string | undefined
}

export type MetricOf<Type extends MetricSpec['type']> = Extract<MetricSpec, { type: Type }>

/** (batch, ...) */
type Values = (target: tf.Tensor, prediction: Prediction) => tf.Tensor

/** The mean over samples, and over whatever values a sample has; of those that a mask lets through, where there is one. */
export const meanOf = (target: WantedTarget, values: Values): Metric => ({
  ...meanOfAll(target, values),
  masked: { ...maskedMean, target, sums: (truth, found) => maskedMean.sums(values(truth, found), found) },
})

/** The mean whatever the mask. */
export const meanOfAll = (target: WantedTarget, values: Values): Metric => ({
  ...plainMean,
  target,
  sums: (truth, prediction) => plainMean.sums(values(truth, prediction), prediction),
})

/**
 * The same where a value may be undefined, 0 / 0 or the logarithm of 0: then the mean is NaN as in Keras, but the step
 * stays sound, for a step with an output that is not finite changes no weight. Keras multiplies by the mask, so that an
 * undefined value that does not count makes its mean NaN too.
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

/** Makes a number of values. */
interface Mean extends Pick<Metric, 'parts' | 'value' | 'needs'> {
  /** Of values (batch, ...). */
  sums(values: tf.Tensor, prediction: Prediction): Readonly<Record<string, tf.Tensor>>
}

const plainMean: Mean = {
  parts: [SUM],
  sums: (values, prediction) => ({ [SUM]: sumOfSamples(values, prediction) }),
  value: ({ [SUM]: sum }, samples) => sum![0]! / samples,
}

/** The name of the sum over samples of the share that counts. */
const COUNT = 'count'

/**
 * The sum of what counts over its number, in the epoch as a whole (keras/src/metrics/reduction_metrics.py,
 * `reduce_to_samplewise_values`): NaN where nothing counts, for which Keras has 0.
 */
const maskedMean: Mean = {
  parts: [SUM, COUNT],
  needs: 'a step that its mask lets through',
  sums(values, prediction) {
    const [all, mask] = ofOneRank(values, tf.cast(prediction.mask!, 'float32'))
    const inner = all.shape.flatMap((_, axis) => (axis < mask.rank ? [] : [axis]))
    const each = inner.length === 0 ? all : tf.mean(all, inner)
    return { [SUM]: sumOfSamples(tf.mul(each, mask), prediction), [COUNT]: sumOfSamples(mask, prediction) }
  },
  value: ({ [SUM]: sum, [COUNT]: count }) => sum![0]! / count![0]!,
}

/** The sum over samples of the mean of each sample's values. */
function sumOfSamples(values: tf.Tensor, { output }: Prediction): tf.Tensor {
  const batch = output.shape[0]!
  const sum = tf.sum(values)
  return values.size === batch ? sum : tf.div(sum, values.size / batch)
}

/** What a metric needs that compares what is true with what is not. */
export const TRUE_TARGET = 'a target that is 1'
export const BOTH_TARGETS = 'targets that are 1 and targets that are 0'

/** Keras' `divide_no_nan`: 0 where the divisor is. */
export const quotient = (a: number, b: number): number => (b === 0 ? 0 : a / b)

export const sumOf = (values: Iterable<number>): number => {
  let sum = 0
  for (const value of values) sum += value
  return sum
}
