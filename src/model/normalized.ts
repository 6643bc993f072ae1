/** Keras' fuzz factor, and vectors of length 1 by it. */
import * as tf from '@tensorflow/tfjs-core'

/** keras.config.epsilon() */
export const EPSILON = 1e-7

/** Vectors of length 1 along an axis; those shorter than the fuzz factor stay short (keras/src/ops/nn.py, `normalize`). */
export const normalizedVectors = (x: tf.Tensor, axis: number) =>
  tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), axis, true), EPSILON ** 2)))
