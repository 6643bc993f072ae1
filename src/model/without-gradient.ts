/** Stops gradients. */
import * as tf from '@tensorflow/tfjs-core'

/**
 * Returns what `make` returns, and stops gradients there. `make` may use operations without a gradient, such as
 * comparisons. tfjs sees a function without inputs, so values that `make` uses get no gradient, rather than a gradient
 * of 0.
 */
export const withoutGradient = (make: () => tf.Tensor): tf.Tensor =>
  tf.customGrad(() => ({ value: make(), gradFunc: () => [] }))()
