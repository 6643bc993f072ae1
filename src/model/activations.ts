/**
 * Activation functions by Keras' names, with Keras 3's formulas and default arguments
 * (keras/src/activations/activations.py).
 */
import * as tf from '@tensorflow/tfjs-core'
import type { ActivationName } from '../spec/activations.js'
import { abs, clipped, selu } from './kinks.js'

export type ActivationFunction = (x: tf.Tensor) => tf.Tensor

interface Activation {
  readonly apply: ActivationFunction
  /** Name of the same function in plain tfjs-layers; `null` if it has none, or a different one. */
  readonly tfjs: string | null
  /** Range of the output: `unit` is 0 to 1, `positive` is above 0. Undefined means any number. */
  readonly range?: 'unit' | 'positive'
}

const relu6 = (x: tf.Tensor) => clipped(x, 0, 6)
const silu = (x: tf.Tensor) => tf.mul(x, tf.sigmoid(x))
const hardSigmoid = (x: tf.Tensor) => tf.div(relu6(tf.add(x, 3)), 6)
const hardSilu = (x: tf.Tensor) => tf.mul(x, hardSigmoid(x))
/** As Keras writes it; the slope at 0 is therefore 2. */
const celu = (x: tf.Tensor) => tf.add(tf.maximum(x, 0), tf.elu(tf.minimum(x, 0)))
/**
 * 0 below -1, (x + 1)^2 / 4 up to 1, x above: "From softmax to sparsemax" (Martins and Astudillo, 2016) for two
 * classes.
 */
function sparsePlus(x: tf.Tensor): tf.Tensor {
  const middle = tf.mul(tf.square(tf.add(tf.clipByValue(x, -1, 1), 1)), 0.25)
  return tf.where(tf.greaterEqual(x, 1), x, middle)
}

/**
 * Projection onto the simplex (Martins and Astudillo, 2016). Its gradient (their proposition 2) is the incoming
 * gradient on the support, minus the mean of that gradient over the support. It is written out because tfjs cannot
 * differentiate the comparison that finds the support.
 */
const sparsemax = (x: tf.Tensor): tf.Tensor =>
  tf.customGrad((...given) => {
    const [z, save] = given as [tf.Tensor, (tensors: tf.Tensor[]) => void]
    const support = simplexSupport(z)
    save([support])
    const excess = tf.div(tf.sub(sumLast(tf.mul(support, z)), 1), sumLast(support))
    const gradFunc = (dy: tf.Tensor, [support]: tf.Tensor[]) =>
      tf.mul(support!, tf.sub(dy, tf.div(sumLast(tf.mul(support!, dy)), sumLast(support!))))
    return { value: tf.relu(tf.sub(z, excess)), gradFunc }
  })(x)

/**
 * The support: 1 where the projection is above 0, else 0 (algorithm 1, without sorting). An element z is in the support
 * if 1 + k z > s, where k and s are the number and the sum of the elements that are not below z.
 */
function simplexSupport(z: tf.Tensor): tf.Tensor {
  const row = tf.expandDims(z, -2)
  const notBelow = tf.cast(tf.greaterEqual(row, tf.expandDims(z, -1)), 'float32')
  const count = tf.sum(notBelow, -1)
  const total = tf.sum(tf.mul(notBelow, row), -1)
  return tf.cast(tf.greater(tf.add(tf.mul(count, z), 1), total), 'float32')
}

const sumLast = (x: tf.Tensor) => tf.sum(x, -1, true)

export const ACTIVATION_FUNCTIONS: { readonly [Name in ActivationName]: Activation } = {
  linear: { apply: (x) => x, tfjs: 'linear' },
  relu: { apply: (x) => tf.relu(x), tfjs: 'relu' },
  relu6: { apply: relu6, tfjs: 'relu6' },
  leaky_relu: { apply: (x) => tf.leakyRelu(x, 0.2), tfjs: null },
  elu: { apply: (x) => tf.elu(x), tfjs: 'elu' },
  celu: { apply: celu, tfjs: 'elu' },
  selu: { apply: selu, tfjs: 'selu' },
  sigmoid: { apply: (x) => tf.sigmoid(x), tfjs: 'sigmoid', range: 'unit' },
  hard_sigmoid: { apply: hardSigmoid, tfjs: null, range: 'unit' },
  log_sigmoid: { apply: (x) => tf.neg(tf.softplus(tf.neg(x))), tfjs: null },
  sparse_sigmoid: { apply: (x) => tf.mul(tf.add(clipped(x, -1, 1), 1), 0.5), tfjs: null, range: 'unit' },
  tanh: { apply: (x) => tf.tanh(x), tfjs: 'tanh' },
  hard_tanh: { apply: (x) => tf.clipByValue(x, -1, 1), tfjs: null },
  tanh_shrink: { apply: (x) => tf.sub(x, tf.tanh(x)), tfjs: null },
  softmax: { apply: (x) => tf.softmax(x), tfjs: 'softmax', range: 'unit' },
  log_softmax: { apply: (x) => tf.logSoftmax(x), tfjs: 'logSoftmax' },
  sparsemax: { apply: sparsemax, tfjs: null, range: 'unit' },
  softplus: { apply: (x) => tf.softplus(x), tfjs: 'softplus', range: 'positive' },
  sparse_plus: { apply: sparsePlus, tfjs: null },
  squareplus: { apply: (x) => tf.mul(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 0.5), tfjs: null, range: 'positive' },
  softsign: { apply: (x) => tf.div(x, tf.add(abs(x), 1)), tfjs: 'softsign' },
  silu: { apply: silu, tfjs: 'swish' },
  swish: { apply: silu, tfjs: 'swish' },
  hard_silu: { apply: hardSilu, tfjs: null },
  hard_swish: { apply: hardSilu, tfjs: null },
  gelu: {
    apply: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
    tfjs: 'gelu',
  },
  mish: { apply: (x) => tf.mul(x, tf.tanh(tf.softplus(x))), tfjs: 'mish' },
  exponential: { apply: (x) => tf.exp(x), tfjs: null, range: 'positive' },
  hard_shrink: { apply: (x) => tf.mul(x, tf.step(tf.sub(abs(x), 0.5))), tfjs: null },
  soft_shrink: { apply: (x) => tf.sub(x, tf.clipByValue(x, -0.5, 0.5)), tfjs: null },
}
