/** Projections of weights by Keras' names (keras/src/constraints/constraints.py). */

import * as tf from '@tensorflow/tfjs-core'
import { type ByType, callByType } from '../base/by-type.js'
import type { ConstraintSpec } from '../spec/constraints.js'
import { EPSILON } from './normalized.js'
import { type Refusal, refusing } from './refusal.js'

export interface Projection {
  (weight: tf.Tensor): tf.Tensor
  /** Explains why a weight of a given shape cannot be constrained. */
  readonly refuses?: Refusal
}

const norms = (weight: tf.Tensor, axis: number | readonly number[]) =>
  tf.sqrt(tf.sum(tf.square(weight), axis as number | number[], true))

/** Scales the weight so that its norms `from` become `to`. */
const rescaled = (weight: tf.Tensor, from: tf.Tensor, to: tf.Tensor) =>
  tf.mul(weight, tf.div(to, tf.add(from, EPSILON)))

const CONSTRAINTS: ByType<ConstraintSpec, [], Projection> = {
  MaxNorm:
    ({ max_value, axis }) =>
    (weight) => {
      const found = norms(weight, axis)
      return rescaled(weight, found, tf.clipByValue(found, 0, max_value))
    },
  NonNeg: () => (weight) => tf.relu(weight),
  UnitNorm:
    ({ axis }) =>
    (weight) =>
      tf.div(weight, tf.add(norms(weight, axis), EPSILON)),
  MinMaxNorm:
    ({ min_value, max_value, rate, axis }) =>
    (weight) => {
      const found = norms(weight, axis)
      const wanted = tf.mul(tf.clipByValue(found, min_value, max_value), rate)
      return rescaled(weight, found, rate === 1 ? wanted : tf.add(wanted, tf.mul(found, 1 - rate)))
    },
}

export function projectionOf(spec: ConstraintSpec | null): Projection | undefined {
  if (spec === null) return undefined
  const projection = callByType(CONSTRAINTS, spec)
  return 'axis' in spec ? refusing(projection, lackedBy(spec)) : projection
}

const lackedBy =
  ({ type, axis }: Extract<ConstraintSpec, { axis: unknown }>): Refusal =>
  ({ length }) => {
    const lacking = ([] as number[]).concat(axis).find((one) => one >= length)
    return lacking === undefined ? undefined : `its constraint ${type} is over axis ${lacking}, which it does not have`
  }
