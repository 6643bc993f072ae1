/** Measures of one output of a model: its loss and its metrics, as sums over a batch and as values over an epoch. */
import * as tf from '@tensorflow/tfjs-core'
import type { Mode } from '../base/mode.js'
import type { Shape } from '../base/shape.js'
import type { Tensors } from '../base/tensors.js'
import { lossFor, lossOfBatch } from '../model/losses.js'
import { type Metric, SUM } from '../model/metrics/metric.js'
import { metricFor } from '../model/metrics/registry.js'
import type { Prediction } from '../model/model.js'
import { encodeTarget, type Target, type TargetForm, targetForm, type WantedTarget } from '../model/targets.js'
import type { LossSpec, MetricSpec } from '../spec/spec.js'
import { type Measured, meanOver } from './measured.js'

/** Weights of classes, by class number. */
export type ClassWeights = Readonly<Record<string, number>>

export interface OutputOptions {
  /** Prefix of each history key: empty for a model's only output, else the output's name and `_`. */
  readonly prefix: string
  /** Shape of the output for one sample. */
  readonly shape: Shape
  /** True if the output carries a mask. */
  readonly masked?: boolean
  readonly target: Target
  readonly loss: LossSpec
  readonly metrics: readonly MetricSpec[]
  /** Weight of each class in the loss of training, by its number; others weigh 1. */
  readonly classWeight: ClassWeights | null
}

export interface MeasuredOutput {
  /** Its entries in a history, the loss first. */
  readonly measured: readonly Measured[]
  /**
   * Sums over a batch, by the names of outputs in `measured`.
   */
  sums(batch: MeasuredBatch): Tensors
  /** The first of these sums, the loss. */
  loss(batch: MeasuredBatch): tf.Tensor
}

export interface MeasuredBatch {
  /** The labels or values of the samples (`targetTensor`). */
  readonly given: tf.Tensor
  readonly prediction: Prediction
  readonly mode: Mode
  /** A weight for each sample, (batch). It multiplies the loss, and no metric. */
  readonly weights?: tf.Tensor | undefined
}

export function measureOutput({
  prefix,
  shape,
  masked = false,
  target: compared,
  ...spec
}: OutputOptions): MeasuredOutput {
  const lossKey = `${prefix}loss`
  const rule = lossFor(spec.loss, shape, compared.kind)
  const ofClasses =
    spec.classWeight && compared.kind === 'labels' ? classWeights(spec.classWeight, compared.classes) : undefined
  const metrics = spec.metrics.map((one) => {
    const metric = metricFor(one, shape, compared.kind)
    return measuredMetric(`${prefix}${one.name}`, (masked && metric.masked) || metric)
  })

  const encoder = (given: tf.Tensor): Encoder => {
    const known = new Map<TargetForm, tf.Tensor>()
    return (wanted) => {
      const form = targetForm(wanted, shape, compared)
      if (form === null) throw new Error(`internal: no target for an output of shape ${shape}`)
      const target = known.get(form) ?? encodeTarget(given, form, shape, compared)
      known.set(form, target)
      return target
    }
  }
  const lossFrom = ({ given, prediction, mode, weights }: MeasuredBatch, target: Encoder) => {
    const ofClass = mode === 'training' && ofClasses ? ofClasses(given) : undefined
    const product = ofClass && weights ? tf.mul(ofClass, weights) : (ofClass ?? weights)
    return lossOfBatch(rule, target(rule.target), prediction, product)
  }

  return {
    measured: [meanOver(lossKey), ...metrics.map(({ measured }) => measured)],
    sums(batch) {
      const target = encoder(batch.given)
      const loss = lossFrom(batch, target)
      const others = metrics.map(({ sums }) => sums(target, batch.prediction))
      return Object.assign({ [lossKey]: loss }, ...others) as Tensors
    },
    loss: (batch) => lossFrom(batch, encoder(batch.given)),
  }
}

/** Returns the target of a batch in a form; each form is made once. */
type Encoder = (wanted: WantedTarget) => tf.Tensor

/** A metric under its history key. */
function measuredMetric(key: string, { target, parts, sums, value, needs }: Metric) {
  const outputOf = (part: string) => (part === SUM ? key : `${key}/${part}`)
  const measured: Measured = {
    key,
    outputs: parts.map(outputOf),
    needs,
    value: (totals, samples) => value(Object.fromEntries(parts.map((part, index) => [part, totals[index]!])), samples),
  }
  return {
    measured,
    sums(encoded: Encoder, prediction: Prediction): Tensors {
      const tensors = sums(encoded(target), prediction)
      return Object.fromEntries(parts.map((part) => [outputOf(part), tensors[part]!]))
    },
  }
}

/**
 * Returns a function from labels (batch), int32, to the weight of each sample. A class without a weight has 1
 * (keras/src/trainers/data_adapters/data_adapter_utils.py).
 */
function classWeights(weightOf: ClassWeights, classes: number) {
  const weights = Array.from({ length: classes }, (_, index) => weightOf[index] ?? 1)
  return (labels: tf.Tensor): tf.Tensor =>
    tf.sum(tf.mul(tf.oneHot(labels as tf.Tensor1D, classes, 1, 0, 'float32'), tf.tensor1d(weights)), -1)
}
