/** Values that gradients do not go through. */
import * as tf from '@tensorflow/tfjs-core'

/** What `make` gives; it may be made by operations that have no gradient, such as comparisons. */
export const withoutGradient = (make: () => tf.Tensor): tf.Tensor =>
  tf.customGrad(() => ({ value: make(), gradFunc: () => [] }))()
