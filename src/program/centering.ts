/** What is done to an RBM's gradient beside the difference of its two phases. Gradients here are of what is made small. */
import * as tf from '@tensorflow/tfjs-core'

/** Of kernel (visible, hidden), visible bias and hidden bias. */
export interface RbmGradient {
  readonly kernel: tf.Tensor
  readonly visibleBias: tf.Tensor
  readonly hiddenBias: tf.Tensor
}

/**
 * Around the means mu of the visible and lambda of the hidden units (Melchior, Fischer and Wiskott, JMLR 17(99), 2016):
 * dW' = dW - mu dc' - db lambda', db' = db - dW' lambda, dc' = dc - dW'^T mu, where dW' stands for the new one.
 */
export function centered(
  { kernel, visibleBias, hiddenBias }: RbmGradient,
  mu: tf.Tensor,
  lambda: tf.Tensor,
): RbmGradient {
  const [row, column] = [(x: tf.Tensor) => tf.reshape(x, [1, -1]), (x: tf.Tensor) => tf.reshape(x, [-1, 1])]
  const around = tf.sub(tf.sub(kernel, tf.mul(column(mu), row(hiddenBias))), tf.mul(column(visibleBias), row(lambda)))
  const byRow = tf.reshape(tf.matMul(around as tf.Tensor2D, column(lambda) as tf.Tensor2D), visibleBias.shape)
  const byColumn = tf.reshape(tf.matMul(row(mu) as tf.Tensor2D, around as tf.Tensor2D), hiddenBias.shape)
  return { kernel: around, visibleBias: tf.sub(visibleBias, byRow), hiddenBias: tf.sub(hiddenBias, byColumn) }
}

/** The total input of each hidden unit is drawn down by cost (q - target): for its bias, and by the mean v for its weights. */
export function sparser(
  { kernel, visibleBias, hiddenBias }: RbmGradient,
  {
    activity,
    target,
    cost,
    meanVisible,
  }: { activity: tf.Tensor; target: number; cost: number; meanVisible: tf.Tensor },
): RbmGradient {
  const force = tf.mul(tf.sub(activity, target), cost)
  return {
    kernel: tf.add(kernel, tf.mul(tf.reshape(meanVisible, [-1, 1]), tf.reshape(force, [1, -1]))),
    visibleBias,
    hiddenBias: tf.add(hiddenBias, force),
  }
}

/** The next running mean of the rows of a batch. */
export const runningMean = (old: tf.Tensor, rows: tf.Tensor, share: number): tf.Tensor =>
  tf.add(tf.mul(old, 1 - share), tf.mul(tf.mean(rows, 0), share))
