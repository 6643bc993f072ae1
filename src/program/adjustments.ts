/**
 * Changes to an RBM's gradient: weight penalty, sparsity and centering. Gradients here are those of a loss that is
 * minimized.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { Rbm, VisibleMeans } from '../model/rbm/rbm.js'
import type { TrainingSpec } from '../spec/rbm.js'
import type { DataPhase } from './model-phase.js'

/** Gradients of the kernel (visible, hidden), the visible bias and the hidden bias. */
export interface RbmGradient {
  readonly kernel: tf.Tensor
  readonly visibleBias: tf.Tensor
  readonly hiddenBias: tf.Tensor
}

export interface AdjustmentOptions {
  readonly rbm: Rbm
  readonly training: TrainingSpec
  readonly means: VisibleMeans
}

const OFFSETS = { visible: 'rbm/visible_offset', hidden: 'rbm/hidden_offset', activity: 'rbm/hidden_activity' } as const

/** Returns a function that makes the changes which the spec asks for, and the slots for its running means. */
export function adjustments({ rbm, training, means }: AdjustmentOptions): {
  readonly kept: readonly Slot[]
  adjust(gradient: RbmGradient, data: DataPhase, state: Tensors): { gradient: RbmGradient; updates: Tensors }
} {
  const { centered: isCentered, offset_rate: share, sparsity } = training
  const slot = (name: string, values: () => Float32Array, units: number): Slot => ({
    name,
    shape: [units],
    role: 'optimizer',
    initial: values,
  })
  const filled = (value: number) => () => new Float32Array(rbm.hiddenUnits).fill(value)
  return {
    kept: [
      ...(isCentered
        ? [
            slot(OFFSETS.visible, () => Float32Array.from(means()), rbm.visibleUnits),
            slot(OFFSETS.hidden, filled(0.5), rbm.hiddenUnits),
          ]
        : []),
      ...(sparsity ? [slot(OFFSETS.activity, filled(sparsity.target), rbm.hiddenUnits)] : []),
    ],
    adjust(given, { x, hidden }, state) {
      let gradient = given
      const updates: Record<string, tf.Tensor> = {}
      const { penalty } = rbm
      if (penalty) {
        const ofPenalty = tf.grad((kernel) => penalty(kernel))(state[RBM_WEIGHTS.kernel]!)
        gradient = { ...gradient, kernel: tf.add(gradient.kernel, ofPenalty) }
      }
      if (sparsity) {
        const activity = runningMean(state[OFFSETS.activity]!, hidden.mean, 1 - sparsity.rate)
        updates[OFFSETS.activity] = activity
        gradient = sparser(gradient, {
          ...sparsity,
          activity,
          meanVisible: tf.mean(rbm.visible.seen(x, rbm.own(state)), 0),
        })
      }
      if (isCentered) {
        const mu = runningMean(state[OFFSETS.visible]!, x, share)
        const lambda = runningMean(state[OFFSETS.hidden]!, hidden.mean, share)
        updates[OFFSETS.visible] = mu
        updates[OFFSETS.hidden] = lambda
        gradient = centered(gradient, mu, lambda)
      }
      return { gradient, updates }
    },
  }
}

/**
 * Centered gradient, with the running means mu of the visible and lambda of the hidden units (Melchior, Fischer and
 * Wiskott, JMLR 17(99), 2016): dW' = dW - mu dc' - db lambda', then db' = db - dW' lambda and dc' = dc - dW'^T mu with
 * the new dW'.
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

/**
 * Adds the gradient of sparsity, which lowers the total input of each hidden unit by cost (q - target): on its bias,
 * and times the mean of v on its weights. q is the running mean activity.
 */
function sparser(
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

/** Next value of a running mean over the rows of batches. */
const runningMean = (old: tf.Tensor, rows: tf.Tensor, share: number): tf.Tensor =>
  tf.add(tf.mul(old, 1 - share), tf.mul(tf.mean(rows, 0), share))
