/**
 * Functions whose slope jumps, with the slopes that TensorFlow gives where it does (tensorflow/python/ops: math_grad.py,
 * nn_grad.py). tfjs gives others there, so that whatever is differentiated takes these; its own `maximum`, `minimum`,
 * `relu`, `elu`, `leakyRelu` and `clipByValue` agree with TensorFlow's.
 */
import * as tf from '@tensorflow/tfjs-core'

type Save = (tensors: tf.Tensor[]) => void
type Elementwise = (x: tf.Tensor) => tf.Tensor

/** `apply(x)`, with the gradient `slope(dy, x)`: of one array, also where it is handed more, as `map` does. */
const withSlope =
  (apply: Elementwise, slope: (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor): Elementwise =>
  (x) =>
    tf.customGrad((...given) => {
      const [x, save] = given as [tf.Tensor, Save]
      save([x])
      return { value: apply(x), gradFunc: (dy: tf.Tensor, [x]: tf.Tensor[]) => slope(dy, x!) }
    })(x)

/** The slope at 0 is 0. */
export const abs = withSlope(
  (x) => tf.abs(x),
  (dy, x) => tf.mul(dy, tf.sign(x)),
)

/** Klambauer et al., 2017. */
const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 }

/** What selu gives for minus infinity. */
export const SELU_LEAST = -SELU.scale * SELU.alpha

/** The slope at 0 is that above it. */
export const selu = withSlope(
  (x) => tf.selu(x),
  (dy, x) => {
    const below = tf.mul(tf.mul(dy, -SELU_LEAST), tf.exp(x))
    return tf.where(tf.greaterEqual(x, 0), tf.mul(dy, SELU.scale), below)
  },
)

/** Clipped to these limits; the slope at both is 0, where that of a `clipByValue` is 1. */
export const clipped = (x: tf.Tensor, least: number, most: number): tf.Tensor =>
  withSlope(
    (x) => tf.clipByValue(x, least, most),
    (dy, x) => tf.where(tf.logicalAnd(tf.greater(x, least), tf.less(x, most)), dy, tf.zerosLike(dy)),
  )(x)

/** The largest along these axes, or of all; equal ones share the gradient evenly. */
export function largest(x: tf.Tensor, axes: number | number[] = [...x.shape.keys()], keepDims = false): tf.Tensor {
  const most = tf.customGrad((...given) => {
    const [x, save] = given as [tf.Tensor, Save]
    const value = tf.max(x, axes, true)
    save([x, value])
    const gradFunc = (dy: tf.Tensor, [x, value]: tf.Tensor[]) => {
      const chosen = tf.cast(tf.equal(x!, value!), 'float32')
      return tf.mul(chosen, tf.div(dy, tf.sum(chosen, axes, true)))
    }
    return { value, gradFunc }
  })(x)
  return keepDims ? most : tf.squeeze(most, [axes].flat())
}
