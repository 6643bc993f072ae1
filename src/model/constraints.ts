/** Projections of weights by Keras' names (keras/src/constraints/constraints.py). */
import * as tf from '@tensorflow/tfjs-core'
import type { ConstraintSpec } from '../spec/constraints.js'

export type Projection = (weight: tf.Tensor) => tf.Tensor

type SpecOf<Type extends ConstraintSpec['type']> = Extract<ConstraintSpec, { type: Type }>

const EPSILON = 1e-7

const norms = (weight: tf.Tensor, axis: number | readonly number[]) =>
  tf.sqrt(tf.sum(tf.square(weight), axis as number | number[], true))

/** The weight with norms that were `from` made `to`. */
const rescaled = (weight: tf.Tensor, from: tf.Tensor, to: tf.Tensor) =>
  tf.mul(weight, tf.div(to, tf.add(from, EPSILON)))

const CONSTRAINTS: { readonly [Type in ConstraintSpec['type']]: (spec: SpecOf<Type>) => Projection } = {
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

export const projectionOf = (spec: ConstraintSpec | null): Projection | undefined =>
  spec === null ? undefined : (CONSTRAINTS[spec.type] as (spec: ConstraintSpec) => Projection)(spec)
