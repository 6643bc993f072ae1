/**
 * Functions whose slope jumps, with TensorFlow's slopes at the jumps (tensorflow/python/ops: math_grad.py, nn_grad.py).
 * tfjs' own slopes differ there, so code that is differentiated uses these. The `maximum`, `minimum`, `relu`, `elu`,
 * `leakyRelu` and `clipByValue` of tfjs agree with TensorFlow.
 */
import * as tf from '@tensorflow/tfjs-core'

type Save = (tensors: tf.Tensor[]) => void
type Elementwise = (x: tf.Tensor) => tf.Tensor

/** `apply(x)` with the gradient `slope(dy, x)`. The result ignores further arguments, so it can be passed to `map`. */
const withSlope =
  (apply: Elementwise, slope: (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor): Elementwise =>
  (x) =>
    tf.customGrad((...given) => {
      const [x, save] = given as [tf.Tensor, Save]
      save([x])
      return { value: apply(x), gradFunc: (dy: tf.Tensor, [x]: tf.Tensor[]) => slope(dy, x!) }
    })(x)

/** |x|, with slope 0 at 0. */
export const abs = withSlope(
  (x) => tf.abs(x),
  (dy, x) => tf.mul(dy, tf.sign(x)),
)

/** Klambauer et al., 2017. */
const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 }

/** The limit of selu at minus infinity. */
export const SELU_LEAST = -SELU.scale * SELU.alpha

/** selu, with the slope at 0 of the part above 0. */
export const selu = withSlope(
  (x) => tf.selu(x),
  (dy, x) => {
    const below = tf.mul(tf.mul(dy, -SELU_LEAST), tf.exp(x))
    return tf.where(tf.greaterEqual(x, 0), tf.mul(dy, SELU.scale), below)
  },
)

/** x clipped to these limits. The slope at both limits is 0; `tf.clipByValue` has slope 1 there. */
export const clipped = (x: tf.Tensor, least: number, most: number): tf.Tensor =>
  withSlope(
    (x) => tf.clipByValue(x, least, most),
    (dy, x) => tf.where(tf.logicalAnd(tf.greater(x, least), tf.less(x, most)), dy, tf.zerosLike(dy)),
  )(x)

/** The maximum over these axes, by default over all. Elements that are equally large share the gradient evenly. */
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
