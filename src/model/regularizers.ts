/** Penalties by Keras' names (keras/src/regularizers/regularizers.py). */

import * as tf from '@tensorflow/tfjs-core'
import { type ByType, callByType } from '../base/by-type.js'
import type { RegularizerSpec } from '../spec/regularizers.js'
import { abs } from './kinks.js'
import { normalizedVectors } from './normalized.js'
import { type Refusal, refusing } from './refusal.js'

/** A scalar to be added to the loss. */
export interface Penalty {
  (x: tf.Tensor): tf.Tensor
  /** Explains why a tensor of a given shape cannot be penalized. */
  readonly refuses?: Refusal
}

const absolute = (x: tf.Tensor, factor: number) => tf.mul(tf.sum(abs(x)), factor)
const squares = (x: tf.Tensor, factor: number) => tf.mul(tf.sum(tf.square(x)), factor)

const REGULARIZERS: ByType<RegularizerSpec, [], Penalty> = {
  L1:
    ({ l1 }) =>
    (x) =>
      absolute(x, l1),
  L2:
    ({ l2 }) =>
    (x) =>
      squares(x, l2),
  L1L2:
    ({ l1, l2 }) =>
    (x) =>
      tf.add(absolute(x, l1), squares(x, l2)),
  /**
   * Sum of |product of two unit rows| over all pairs of different rows, times factor / number of pairs; 0 for one row.
   */
  OrthogonalRegularizer: ({ factor, mode }) =>
    refusing(
      (x) => {
        const rows = mode === 'rows'
        const axis = rows ? 1 : 0
        const size = x.shape[1 - axis]!
        const unit = normalizedVectors(x, axis) as tf.Tensor2D
        const products = tf.matMul(unit, unit, !rows, rows)
        const between = tf.sub(1, tf.eye(size))
        return tf.mul(tf.sum(abs(tf.mul(products, between))), factor / Math.max(1, size * (size - 1)))
      },
      ({ length }) => (length === 2 ? undefined : 'its regularizer OrthogonalRegularizer needs 2 axes'),
    ),
}

export const penaltyOf = (spec: RegularizerSpec | null): Penalty | undefined =>
  spec === null ? undefined : callByType(REGULARIZERS, spec)
