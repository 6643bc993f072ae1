/**
 * Losses by Keras' names (keras/src/losses/losses.py; crossentropies of probabilities as keras/src/backend/jax/nn.py
 * computes them). Targets and predictions may have any rank; the first axis is the batch.
 */

import * as tf from '@tensorflow/tfjs-core'
import { type ByType, callByType, type OfType } from '../base/by-type.js'
import type { Shape } from '../base/shape.js'
import type { ActivationName } from '../spec/activations.js'
import type { LossSpec } from '../spec/spec.js'
import { ctc } from './ctc.js'
import { abs, largest } from './kinks.js'
import { beside, ofOneRank } from './masks.js'
import type { Prediction } from './model.js'
import { EPSILON, normalizedVectors } from './normalized.js'
import type { Target, WantedTarget } from './targets.js'

export interface Loss {
  /** The form of target that the loss takes. */
  readonly target: WantedTarget
  /** Loss values, as Keras' `call`: (batch, ...), or any shape if `ofBatch` is set. */
  values(target: tf.Tensor, prediction: Prediction): tf.Tensor
  /**
   * A mask that the loss itself makes, of the shape of the values: 0 for a value that does not count, else 1. Values
   * that count are scaled up for those that do not (keras/src/losses/loss.py, `apply_mask`).
   */
  mask?(target: tf.Tensor, values: tf.Tensor): tf.Tensor
  /** Shape of the values of one sample, if it is not the output's shape without the last axis. */
  readonly shape?: Shape
  /** True if values belong to the batch as a whole and not to single samples. */
  readonly ofBatch?: boolean
  /** For a crossentropy: how it reads the output. */
  readonly takes?: Probabilities
  /** Explains why the loss cannot be computed for the model's output, such as `has axis 3`. */
  readonly problem?: string | undefined
}

export interface Probabilities {
  /** True if the output is logits, false if it is probabilities; null for a loss that has no such option. */
  readonly fromLogits: boolean | null
  /** The activation that makes probabilities from logits. */
  readonly by: 'softmax' | 'sigmoid'
  /** True if the loss divides the output by its sum, so that any numbers above 0 become probabilities. */
  readonly divides: boolean
}

const ofClasses = (fromLogits: boolean): Probabilities => ({ fromLogits, by: 'softmax', divides: true })
const ofYesOrNo = (fromLogits: boolean): Probabilities => ({ fromLogits, by: 'sigmoid', divides: false })

/**
 * Sum over the samples of a batch of each sample's loss, which is the mean of its values. (Keras' `sum_over_batch_size`
 * is the mean over samples.) `weights` has one number per sample. The output, the loss, or both may have a mask: the
 * values that count are scaled up to weigh as much as the whole batch (keras/src/losses/loss.py, `apply_mask`). If none
 * counts, the sum is 0.
 */
export function lossOfBatch(loss: Loss, target: tf.Tensor, prediction: Prediction, weights?: tf.Tensor): tf.Tensor {
  const batch = prediction.output.shape[0]!
  const all = loss.values(target, prediction)
  const mask = maskOf(loss, target, all, prediction)
  const scale = mask && tf.div(mask.size, tf.maximum(tf.sum(mask), 1))
  const weighed = (x: tf.Tensor) => (weights ? tf.mul(x, beside(weights, x.rank)) : x)
  if (loss.ofBatch) {
    const mean = tf.mean(all)
    if (!mask) return tf.mul(mean, weights ? tf.sum(weights) : batch)
    return tf.mul(mean, tf.mul(tf.mean(weighed(tf.mul(mask, scale!))), batch))
  }
  const values = weighed(mask ? tf.mul(tf.mul(...ofOneRank(all, mask)), scale!) : all)
  const sum = tf.sum(values)
  return values.size === batch ? sum : tf.div(sum, values.size / batch)
}

/** 1 for each value that counts, else 0; undefined if there is no mask. */
function maskOf(loss: Loss, target: tf.Tensor, values: tf.Tensor, { mask }: Prediction): tf.Tensor | undefined {
  const own = loss.mask?.(target, values)
  const given = mask && tf.cast(mask, 'float32')
  return own && given ? tf.mul(own, given) : (own ?? given)
}

/**
 * The logits from which this activation makes the output, if they are known: with them the loss is exact even if a
 * probability rounds to 0 or 1. Same choice as Keras on TensorFlow (keras/src/backend/tensorflow/nn.py, `_get_logits`).
 * `given`: the output itself is logits.
 */
function logitsOf({ output, logits }: Prediction, activation: ActivationName, given: boolean): tf.Tensor | undefined {
  if (logits?.activation === activation) return logits.value
  return given ? output : undefined
}

/** Clips probabilities away from 0 and 1, so that their logarithms are finite. */
const probability = (p: tf.Tensor) => tf.clipByValue(p, EPSILON, 1 - EPSILON)
const normalized = (p: tf.Tensor) => probability(tf.div(p, tf.sum(p, -1, true)))

/** -sum(target log p), with p normalized to sum 1 and clipped. */
function crossentropy(target: tf.Tensor, prediction: Prediction, fromLogits: boolean): tf.Tensor {
  const logits = logitsOf(prediction, 'softmax', fromLogits)
  const logarithm = logits ? tf.logSoftmax(logits) : tf.log(normalized(prediction.output))
  return tf.neg(tf.sum(tf.mul(target, logarithm), -1))
}

/** -t log p - (1 - t) log(1 - p) for each output. Computed from logits z it is softplus(z) - z t. */
function binaryCrossentropy(target: tf.Tensor, prediction: Prediction, fromLogits: boolean): tf.Tensor {
  const logits = logitsOf(prediction, 'sigmoid', fromLogits)
  if (logits) return tf.sub(tf.softplus(logits), tf.mul(logits, target))
  const p = probability(prediction.output)
  const ones = tf.mul(target, tf.log(p))
  const zeros = tf.mul(tf.sub(1, target), tf.log(tf.sub(1, p)))
  return tf.neg(tf.add(ones, zeros))
}

const smoothed = (target: tf.Tensor, share: number, classes: number) =>
  share === 0 ? target : tf.add(tf.mul(target, 1 - share), share / classes)

const oneHot = (target: tf.Tensor, { output }: Prediction) =>
  tf.oneHot(target as tf.Tensor1D, output.shape.at(-1)!, 1, 0, 'float32')

const meanLast = (x: tf.Tensor) => tf.mean(x, -1)
const difference = (target: tf.Tensor, { output }: Prediction) => tf.sub(target, output)

/**
 * If every label of the batch is 0 or 1, they become -1 or 1; otherwise they stay (`convert_binary_labels_to_hinge`).
 */
function hingeTarget(target: tf.Tensor): tf.Tensor {
  const far = largest(abs(tf.mul(target, tf.sub(target, 1))))
  const binary = tf.cast(tf.equal(far, 0), 'float32')
  return tf.add(target, tf.mul(binary, tf.sub(target, 1)))
}

/** max(x, 0) with slope 1 at 0, where relu has slope 0. */
const aboveZero = (x: tf.Tensor) => tf.maximum(x, 0)
const hinge = (target: tf.Tensor, { output }: Prediction) => aboveZero(tf.sub(1, tf.mul(hingeTarget(target), output)))

/** 1 - overlap / (overlap + alpha missed + beta excess). */
function overlapLoss(target: tf.Tensor, { output }: Prediction, alpha: number, beta: number, axis?: number[]) {
  const overlap = tf.sum(tf.mul(target, output), axis)
  const missed = tf.sum(tf.mul(tf.sub(1, output), target), axis)
  const excess = tf.sum(tf.mul(output, tf.sub(1, target)), axis)
  const whole = tf.add(tf.add(overlap, tf.mul(missed, alpha)), tf.add(tf.mul(excess, beta), EPSILON))
  return tf.sub(1, tf.div(overlap, whole))
}

/**
 * Axes over which Dice and Tversky sum: those of the spec, or all. If the batch is among them, the loss belongs to the
 * batch as a whole.
 */
function overlapAxes(axis: number | readonly number[] | null, output: Shape) {
  const axes = axis === null ? undefined : [axis].flat()
  const ofBatch = axes === undefined || axes.some((one) => one === 0 || one === -output.length - 1)
  return { axes, ofBatch, problem: axisProblem(axes ?? [], output) }
}

/** Reports an axis that the output does not have; axis 0 is the batch. */
function axisProblem(axes: readonly number[], output: Shape): string | undefined {
  const rank = output.length + 1
  const outside = axes.find((axis) => axis < -rank || axis >= rank)
  return outside === undefined ? undefined : `has axis ${outside}`
}

/** log(sum(exp x)) over the last axis, of the elements for which `chosen` is 1; about -1e30 if there are none. */
const logSumExp = (x: tf.Tensor, chosen: tf.Tensor) =>
  tf.logSumExp(tf.add(tf.mul(x, chosen), tf.mul(tf.sub(chosen, 1), 1e30)), -1)

/**
 * Circle loss: compares every sample of a batch with every other. Takes labels (batch) and embeddings (batch, n) of
 * length 1, returns (batch).
 */
function circle(
  labels: tf.Tensor,
  { output }: Prediction,
  { gamma, margin, remove_diagonal }: OfType<LossSpec, 'circle'>,
) {
  const batch = output.shape[0]!
  const same = tf.equal(tf.reshape(labels, [batch, 1]), tf.reshape(labels, [1, batch]))
  const negative = tf.cast(tf.logicalNot(same), 'float32')
  const positive = tf.cast(same, 'float32')
  const pairs = remove_diagonal ? tf.mul(positive, tf.sub(1, tf.eye(batch))) : positive
  const distance = aboveZero(tf.sub(1, tf.matMul(output as tf.Tensor2D, output as tf.Tensor2D, false, true)))
  const toPositive = tf.mul(tf.mul(tf.add(distance, margin), -gamma), tf.sub(margin, distance))
  const toNegative = tf.mul(tf.mul(aboveZero(tf.sub(1 + margin, distance)), gamma), tf.sub(1 - margin, distance))
  return tf.softplus(tf.add(logSumExp(toPositive, pairs), logSumExp(toNegative, negative)))
}

/** Makes a loss from its spec, from the shape of the model's output, without the batch, and from the kind of target. */
export const LOSS_FUNCTIONS: ByType<LossSpec, [output: Shape, target: Target['kind']], Loss> = {
  // keras/src/trainers/compile_utils.py, `get_loss`: our labels are class indices
  crossentropy(_, ...rest) {
    const [output, target] = rest
    const settings = { from_logits: false, label_smoothing: 0 }
    if (output.at(-1) === 1)
      return LOSS_FUNCTIONS.binary_crossentropy({ type: 'binary_crossentropy', ...settings }, ...rest)
    if (target === 'values') {
      return LOSS_FUNCTIONS.categorical_crossentropy({ type: 'categorical_crossentropy', ...settings }, ...rest)
    }
    const sparse = { type: 'sparse_categorical_crossentropy', from_logits: false, ignore_class: null } as const
    return LOSS_FUNCTIONS.sparse_categorical_crossentropy(sparse, ...rest)
  },
  categorical_crossentropy: ({ from_logits, label_smoothing }, output) => ({
    target: 'one_hot',
    takes: ofClasses(from_logits),
    values: (target, prediction) =>
      crossentropy(smoothed(target, label_smoothing, output.at(-1)!), prediction, from_logits),
  }),
  sparse_categorical_crossentropy: ({ from_logits, ignore_class }) => {
    const values = (target: tf.Tensor, prediction: Prediction) =>
      crossentropy(oneHot(target, prediction), prediction, from_logits)
    const takes = ofClasses(from_logits)
    if (ignore_class === null) return { target: 'class_index', takes, values }
    const mask = (target: tf.Tensor) => tf.cast(tf.notEqual(target, tf.scalar(ignore_class, 'int32')), 'float32')
    return {
      target: 'class_index',
      takes,
      values: (target, prediction) => tf.mul(values(target, prediction), mask(target)),
      mask,
    }
  },
  binary_crossentropy: ({ from_logits, label_smoothing }) => ({
    target: 'fitting',
    takes: ofYesOrNo(from_logits),
    values: (target, prediction) =>
      meanLast(binaryCrossentropy(smoothed(target, label_smoothing, 2), prediction, from_logits)),
  }),
  categorical_focal_crossentropy: ({ alpha, gamma, from_logits, label_smoothing }, classes) => ({
    target: 'one_hot',
    takes: ofClasses(from_logits),
    problem:
      typeof alpha === 'number' || alpha.length === classes.at(-1)
        ? undefined
        : `has alpha for ${alpha.length} classes`,
    values(target, { output }) {
      const p = normalized(from_logits ? tf.softmax(output) : output)
      const entropy = tf.mul(smoothed(target, label_smoothing, classes.at(-1)!), tf.neg(tf.log(p)))
      const weight = typeof alpha === 'number' ? alpha : tf.tensor1d([...alpha])
      return tf.sum(tf.mul(tf.mul(tf.pow(tf.sub(1, p), gamma), weight), entropy), -1)
    },
  }),
  binary_focal_crossentropy: ({ apply_class_balancing, alpha, gamma, from_logits, label_smoothing }) => ({
    target: 'fitting',
    takes: ofYesOrNo(from_logits),
    values(given, { output, logits }) {
      const target = smoothed(given, label_smoothing, 2)
      const after: Prediction = from_logits
        ? { output: tf.sigmoid(output), logits: { value: output, activation: 'sigmoid' } }
        : { output, ...(logits && { logits }) }
      const entropy = binaryCrossentropy(target, after, false)
      const either = (yes: tf.Tensor | number, no: tf.Tensor | number) =>
        tf.add(tf.mul(target, yes), tf.mul(tf.sub(1, target), no))
      const right = either(after.output, tf.sub(1, after.output))
      const focal = tf.mul(tf.pow(tf.sub(1, right), gamma), entropy)
      return meanLast(apply_class_balancing ? tf.mul(either(alpha, 1 - alpha), focal) : focal)
    },
  }),
  categorical_generalized_cross_entropy: ({ q }) => ({
    target: 'class_index',
    takes: { fromLogits: null, by: 'softmax', divides: false },
    values(target, prediction) {
      const p = tf.sum(tf.mul(prediction.output, oneHot(target, prediction)), -1)
      return tf.div(tf.sub(1, tf.pow(p, q)), q)
    },
  }),
  mean_squared_error: () => ({
    target: 'fitting',
    values: (target, prediction) => meanLast(tf.square(difference(target, prediction))),
  }),
  mean_absolute_error: () => ({
    target: 'fitting',
    values: (target, prediction) => meanLast(abs(difference(target, prediction))),
  }),
  mean_absolute_percentage_error: () => ({
    target: 'fitting',
    values: (target, prediction) =>
      tf.mul(meanLast(abs(tf.div(difference(target, prediction), tf.maximum(abs(target), EPSILON)))), 100),
  }),
  mean_squared_logarithmic_error: () => ({
    target: 'fitting',
    values(target, { output }) {
      const logarithm = (x: tf.Tensor) => tf.log(tf.add(tf.maximum(x, EPSILON), 1))
      return meanLast(tf.square(tf.sub(logarithm(output), logarithm(target))))
    },
  }),
  huber: ({ delta }) => ({
    target: 'fitting',
    values(target, prediction) {
      const error = difference(target, prediction)
      const near = tf.clipByValue(error, -delta, delta)
      return meanLast(tf.mul(near, tf.sub(error, tf.mul(near, 0.5))))
    },
  }),
  log_cosh: () => ({
    target: 'fitting',
    values(target, { output }) {
      const error = tf.sub(output, target)
      return meanLast(tf.sub(tf.add(error, tf.softplus(tf.mul(error, -2))), Math.LN2))
    },
  }),
  cosine_similarity: ({ axis }, output) => ({
    target: 'fitting',
    shape: output.filter((_, index) => index !== (axis < 0 ? axis + output.length : axis - 1)),
    problem:
      axisProblem([axis], output) ??
      (axis === 0 || axis === -output.length - 1 ? 'has the batch as its axis' : undefined),
    values: (target, { output }) =>
      tf.neg(tf.sum(tf.mul(normalizedVectors(target, axis), normalizedVectors(output, axis)), axis)),
  }),
  hinge: () => ({ target: 'fitting', values: (target, prediction) => meanLast(hinge(target, prediction)) }),
  squared_hinge: () => ({
    target: 'fitting',
    values: (target, prediction) => meanLast(tf.square(hinge(target, prediction))),
  }),
  categorical_hinge: () => ({
    target: 'fitting',
    values(target, { output }) {
      const right = tf.sum(tf.mul(target, output), -1)
      const wrong = largest(tf.mul(tf.sub(1, target), output), -1)
      return aboveZero(tf.add(tf.sub(wrong, right), 1))
    },
  }),
  kl_divergence: () => ({
    target: 'fitting',
    values(target, { output }) {
      const [truth, found] = [target, output].map((x) => tf.clipByValue(x, EPSILON, 1))
      return tf.sum(tf.mul(truth!, tf.log(tf.div(truth!, found!))), -1)
    },
  }),
  poisson: () => ({
    target: 'fitting',
    values: (target, { output }) => meanLast(tf.sub(output, tf.mul(target, tf.log(tf.add(output, EPSILON))))),
  }),
  dice: ({ axis }, output) => {
    const { axes, ...rest } = overlapAxes(axis, output)
    return { target: 'fitting', ...rest, values: (target, prediction) => diceLoss(target, prediction, axes) }
  },
  tversky: ({ alpha, beta, axis }, output) => {
    const { axes, ...rest } = overlapAxes(axis, output)
    const values: Loss['values'] = (target, prediction) => overlapLoss(target, prediction, alpha, beta, axes)
    return { target: 'fitting', ...rest, values }
  },
  circle: (spec) => ({
    target: 'class_of_vector',
    values: (labels, prediction) => circle(labels, prediction, spec),
    mask: (_, values) => tf.step(values),
  }),
  ctc: () => ({
    target: 'class_sequence',
    shape: [],
    takes: ofClasses(true),
    values: (labels, { output }) => ctc(labels, output),
  }),
}

/** 1 - 2 overlap / (sum of both). */
function diceLoss(target: tf.Tensor, { output }: Prediction, axis?: number[]) {
  const overlap = tf.sum(tf.mul(target, output), axis)
  const both = tf.add(tf.add(tf.sum(target, axis), tf.sum(output, axis)), EPSILON)
  return tf.sub(1, tf.div(tf.mul(overlap, 2), both))
}

/** The loss of this spec for a model output of this shape, without the batch, and for this kind of target. */
export const lossFor = (spec: LossSpec, output: Shape, target: Target['kind'] = 'labels'): Loss =>
  callByType(LOSS_FUNCTIONS, spec, output, target)
