/** Gradient clipping as in keras/src/optimizers/base_optimizer.py. */
import * as tf from '@tensorflow/tfjs-core'
import type { OptimizerSpec } from '../../spec/spec.js'

/** Clips by the one of the three fields that the spec sets. */
export function clipped(gradients: readonly tf.Tensor[], spec: OptimizerSpec): readonly tf.Tensor[] {
  const { clipnorm, global_clipnorm, clipvalue } = spec
  if (clipnorm !== null) return gradients.map((gradient) => clipByNorm(gradient, clipnorm))
  if (global_clipnorm !== null) return clipByGlobalNorm(gradients, global_clipnorm)
  if (clipvalue !== null) return gradients.map((gradient) => clipByValue(gradient, clipvalue))
  return gradients
}

/** L2 norm of all elements. */
export const norm = (x: tf.Tensor): tf.Tensor => tf.sqrt(sumOfSquares(x))

/** Limits elements to -most ... most. */
export const clipByValue = (x: tf.Tensor, most: number): tf.Tensor => tf.maximum(tf.minimum(x, most), -most)

const clipByNorm = (x: tf.Tensor, most: number): tf.Tensor => tf.div(tf.mul(x, most), tf.maximum(norm(x), most))

/**
 * Clips by the norm of all gradients together. If it is infinite they become NaN, so that the run reports divergence.
 */
function clipByGlobalNorm(gradients: readonly tf.Tensor[], most: number): tf.Tensor[] {
  const whole = tf.sqrt(gradients.map(sumOfSquares).reduce((sum, one) => tf.add(sum, one)))
  const scale = tf.mul(tf.minimum(tf.div(1, whole), 1 / most), most)
  const orNaN = tf.add(scale, tf.sub(whole, whole))
  return gradients.map((gradient) => tf.mul(gradient, orNaN))
}

const sumOfSquares = (x: tf.Tensor): tf.Tensor => tf.sum(tf.square(x))
