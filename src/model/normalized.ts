/** Keras' fuzz factor, and normalization of vectors that uses it. */
import * as tf from '@tensorflow/tfjs-core'

/** keras.config.epsilon() */
export const EPSILON = 1e-7

/**
 * Scales vectors along an axis to length 1; a vector shorter than the fuzz factor stays shorter (keras/src/ops/nn.py,
 * `normalize`).
 */
export const normalizedVectors = (x: tf.Tensor, axis: number) =>
  tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), axis, true), EPSILON ** 2)))
