/**
 * Mean-field approximation in tfjs ops: fixed points for the mean of each unit, and the estimate of log Z there. Either
 * naive, or, for Bernoulli units, with TAP terms of second or third order in W (Thouless, Anderson and Palmer; for
 * RBMs: Gabrié, Tramel and Krzakala, "Training restricted Boltzmann machines via the Thouless-Anderson-Palmer free
 * energy", 2015; the third order for units of 0 and 1 is derived here from the third cumulants):
 *
 * m_v = s(b + W m_h + [W^2 (m_h - m_h^2)] (1/2 - m_v) + [W^3 ((m_h - m_h^2) (1/2 - m_h))] (1/3 - 2 (m_v - m_v^2)))
 *
 * and m_h likewise, with W^2 and W^3 taken element by element.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensors } from '../../base/tensors.js'
import { hiddenInput } from './bernoulli.js'
import { RBM_WEIGHTS } from './parameters.js'
import type { Conditional, Rbm } from './rbm.js'
import { weightedSums } from './units.js'

/** Means of the units: (batch, visible) and (batch, hidden). */
export interface Means {
  readonly visible: tf.Tensor2D
  readonly hidden: tf.Tensor2D
}

/** 1 is naive, 2 and 3 are TAP. */
export type MeanFieldOrder = 1 | 2 | 3

export interface MeanFieldOptions {
  readonly order: MeanFieldOrder
  /** Weight of the old means in each update; 0 for none. */
  readonly damping: number
  readonly steps: number
}

/** Runs `steps` iterations and returns the means. Each iteration updates the visible means, then the hidden ones. */
export function meanField(
  start: Means,
  rbm: Rbm,
  weights: Tensors,
  { order, damping, steps }: MeanFieldOptions,
): Means {
  const powers = powersOf(weights, order)
  const damped = (old: tf.Tensor2D, next: tf.Tensor2D): tf.Tensor2D =>
    damping === 0 ? next : tf.add(tf.mul(old, damping), tf.mul(next, 1 - damping))
  const meanOf = ({ input, mean }: Conditional, terms: readonly tf.Tensor[]): tf.Tensor2D =>
    terms.length === 0 ? mean : tf.sigmoid(plus(input, terms))
  let { visible, hidden } = start
  for (let step = 0; step < steps; step++) {
    const above = reaction(visible, hidden, (means, power) => tf.matMul(means, power, false, true), powers)
    visible = damped(visible, meanOf(rbm.visibleGiven(hidden, weights), above))
    const below = reaction(hidden, visible, (means, power) => tf.matMul(means, power), powers)
    hidden = damped(hidden, meanOf(rbm.hiddenGiven(visible, weights), below))
  }
  return { visible, hidden }
}

/**
 * Estimate of log Z at a fixed point, for each row: S(m_v) + S(m_h) + b'm_v + c'm_h + m_v'W m_h, with S the entropy;
 * TAP adds 1/2 sum W^2 (m_v - m_v^2) (m_h - m_h^2) + 2/3 sum W^3 (m_v - m_v^2) (1/2 - m_v) (m_h - m_h^2) (1/2 - m_h).
 * The naive estimate is a lower bound of log Z.
 */
export function meanFieldLogPartition(
  { visible, hidden }: Means,
  weights: Tensors,
  order: MeanFieldOrder,
): tf.Tensor1D {
  const [square, cube] = powersOf(weights, order)
  const joined = (a: tf.Tensor2D, power: tf.Tensor2D, b: tf.Tensor2D) => tf.sum(tf.mul(tf.matMul(a, power), b), 1)
  const terms = [
    entropy(visible),
    entropy(hidden),
    weightedSums(visible, weights[RBM_WEIGHTS.visibleBias]!),
    tf.sum(tf.mul(hiddenInput(visible, weights), hidden), 1),
    ...(square ? [tf.mul(joined(variance(visible), square, variance(hidden)), 1 / 2)] : []),
    ...(cube ? [tf.mul(joined(skewness(visible), cube, skewness(hidden)), 2 / 3)] : []),
  ]
  return terms.reduce((sum, term) => tf.add(sum, term)) as tf.Tensor1D
}

/**
 * Covariance of each visible with each hidden unit, summed over the rows: (visible, hidden). It is the part of the
 * derivative of log Z by W beyond m_v m_h': W (m_v - m_v^2) (m_h - m_h^2), plus 2 W^2 times the skewness of both.
 */
export function pairCovariance({ visible, hidden }: Means, weights: Tensors, order: MeanFieldOrder): tf.Tensor2D {
  const kernel = weights[RBM_WEIGHTS.kernel]!
  const second = tf.mul(kernel, tf.matMul(variance(visible), variance(hidden), true))
  if (order < 3) return second as tf.Tensor2D
  const third = tf.mul(tf.square(kernel), tf.matMul(skewness(visible), skewness(hidden), true))
  return tf.add(second, tf.mul(third, 2))
}

/** W^2 and W^3, as many as the order needs. */
const powersOf = (weights: Tensors, order: MeanFieldOrder): tf.Tensor2D[] => {
  const kernel = weights[RBM_WEIGHTS.kernel] as tf.Tensor2D
  const square = tf.square(kernel)
  return [square, tf.mul(square, kernel) as tf.Tensor2D].slice(0, order - 1)
}

/** TAP's terms for the input of units with means `own`: their reaction on themselves by way of the other side. */
function reaction(
  own: tf.Tensor2D,
  other: tf.Tensor2D,
  through: (means: tf.Tensor2D, power: tf.Tensor2D) => tf.Tensor2D,
  [square, cube]: readonly tf.Tensor2D[],
): tf.Tensor[] {
  const second = square && tf.mul(through(variance(other), square), tf.sub(1 / 2, own))
  const third = cube && tf.mul(through(skewness(other), cube), tf.sub(1 / 3, tf.mul(variance(own), 2)))
  return [second, third].filter((term) => term !== undefined)
}

const plus = (input: tf.Tensor2D, terms: readonly tf.Tensor[]): tf.Tensor2D =>
  terms.reduce<tf.Tensor2D>((sum, term) => tf.add(sum, term), input)

/** m - m^2 */
const variance = (means: tf.Tensor2D): tf.Tensor2D => tf.sub(means, tf.square(means))

/** (m - m^2) (1/2 - m): half of the third cumulant. */
const skewness = (means: tf.Tensor2D): tf.Tensor2D => tf.mul(variance(means), tf.sub(1 / 2, means))

/** Keeps 0 log 0 at 0. */
const LEAST = 1e-30

const entropy = (means: tf.Tensor2D): tf.Tensor => {
  const part = (p: tf.Tensor) => tf.mul(p, tf.log(tf.maximum(p, LEAST)))
  return tf.neg(tf.sum(tf.add(part(means), part(tf.sub(1, means))), 1))
}
