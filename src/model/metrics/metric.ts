/** What a metric is: sums over batches, and the value that follows from their totals. */
import * as tf from '@tensorflow/tfjs-core'
import type { MetricSpec } from '../../spec/spec.js'
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
}

export type MetricOf<Type extends MetricSpec['type']> = Extract<MetricSpec, { type: Type }>

/** (batch, ...) */
type Values = (target: tf.Tensor, prediction: Prediction) => tf.Tensor

/** The mean over samples, and over whatever values a sample has. */
export const meanOf = (target: WantedTarget, values: Values): Metric => ({
  target,
  parts: [SUM],
  sums: (truth, prediction) => ({ [SUM]: sumOfSamples(values(truth, prediction), prediction) }),
  value: ({ [SUM]: sum }, samples) => sum![0]! / samples,
})

/**
 * The same where a value may be undefined, 0 / 0 or the logarithm of 0: then the mean is NaN as in Keras, but the step
 * stays sound, for a step with an output that is not finite changes no weight.
 */
export const meanOfDefined = (target: WantedTarget, values: Values): Metric => ({
  target,
  parts: [SUM, 'undefined'],
  sums(truth, prediction) {
    const all = values(truth, prediction)
    const defined = tf.less(tf.abs(all), LARGEST)
    return {
      [SUM]: sumOfSamples(tf.where(defined, all, tf.zerosLike(all)), prediction),
      undefined: tf.sum(tf.sub(1, tf.cast(defined, 'float32'))),
    }
  },
  value: ({ [SUM]: sum, undefined: without }, samples) => (without![0]! > 0 ? Number.NaN : sum![0]! / samples),
})

const LARGEST = 3e38

/** The sum over samples of the mean of each sample's values. */
function sumOfSamples(values: tf.Tensor, { output }: Prediction): tf.Tensor {
  const batch = output.shape[0]!
  const sum = tf.sum(values)
  return values.size === batch ? sum : tf.div(sum, values.size / batch)
}

/** Keras' `divide_no_nan`: 0 where the divisor is. */
export const quotient = (a: number, b: number): number => (b === 0 ? 0 : a / b)

export const sumOf = (values: Iterable<number>): number => {
  let sum = 0
  for (const value of values) sum += value
  return sum
}
