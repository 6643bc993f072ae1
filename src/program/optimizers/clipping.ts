/** Gradients made no larger than wanted, as keras/src/optimizers/base_optimizer.py does it. */
import * as tf from '@tensorflow/tfjs-core'
import type { OptimizerSpec } from '../../spec/spec.js'

/** By whichever of the three a spec has. */
export function clipped(gradients: readonly tf.Tensor[], spec: OptimizerSpec): readonly tf.Tensor[] {
  const { clipnorm, global_clipnorm, clipvalue } = spec
  if (clipnorm !== null) return gradients.map((gradient) => clipByNorm(gradient, clipnorm))
  if (global_clipnorm !== null) return clipByGlobalNorm(gradients, global_clipnorm)
  if (clipvalue !== null) return gradients.map((gradient) => clipByValue(gradient, clipvalue))
  return gradients
}

/** L2 norm of all elements. */
export const norm = (x: tf.Tensor): tf.Tensor => tf.sqrt(sumOfSquares(x))

/** Elements between -most and most. */
export const clipByValue = (x: tf.Tensor, most: number): tf.Tensor => tf.maximum(tf.minimum(x, most), -most)

const clipByNorm = (x: tf.Tensor, most: number): tf.Tensor => tf.div(tf.mul(x, most), tf.maximum(norm(x), most))

/** By the norm of all of them together; where that is infinite they become NaN, which shows. */
function clipByGlobalNorm(gradients: readonly tf.Tensor[], most: number): tf.Tensor[] {
  const whole = tf.sqrt(gradients.map(sumOfSquares).reduce((sum, one) => tf.add(sum, one)))
  const scale = tf.mul(tf.minimum(tf.div(1, whole), 1 / most), most)
  const orNaN = tf.add(scale, tf.sub(whole, whole))
  return gradients.map((gradient) => tf.mul(gradient, orNaN))
}

const sumOfSquares = (x: tf.Tensor): tf.Tensor => tf.sum(tf.square(x))
