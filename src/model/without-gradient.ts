/** Values that gradients do not go through. */
import * as tf from '@tensorflow/tfjs-core'

/**
 * What `make` gives; it may be made by operations that have no gradient, such as comparisons. To tfjs it is a function of
 * nothing, so that what it is made of has no gradient by it, not one of 0.
 */
export const withoutGradient = (make: () => tf.Tensor): tf.Tensor =>
  tf.customGrad(() => ({ value: make(), gradFunc: () => [] }))()
