/** What is measured of an RBM beside the loss: sums over a batch, so that means over an epoch follow. */
import * as tf from '@tensorflow/tfjs-core'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { Rbm } from '../model/rbm/rbm.js'
import type { RbmMetricSpec } from '../spec/spec.js'
import { streamOf, type Use } from './draws.js'
import type { DataPhase, ModelPhase } from './model-phase.js'
import type { NoiseInput, Tensors } from './program.js'

interface Measuring {
  readonly rbm: Rbm
  readonly use: Use
  readonly data: DataPhase
  readonly model: ModelPhase
  readonly state: Tensors
  readonly given: Tensors
}

interface RbmMeasure {
  /** Looks at what is made of a sample of the hidden units. */
  readonly reconstructs?: true
  /** Looks at how chains move. */
  readonly followsChains?: true
  draws?(use: Use): readonly NoiseInput[]
  /** Summed over the batch. */
  sum(measuring: Measuring): tf.Tensor
}

export const MEASURES: { readonly [Type in RbmMetricSpec['type']]: RbmMeasure } = {
  reconstruction_error: {
    reconstructs: true,
    sum: ({ data }) => tf.sum(tf.mean(tf.square(tf.sub(data.x, data.reconstruction().mean)), 1)),
  },
  /** -sum_i x_i log p_i + (1 - x_i) log(1 - p_i), where p_i = s(input_i): softplus(input_i) - x_i input_i. */
  reconstruction_crossentropy: {
    reconstructs: true,
    sum({ data }) {
      const { input } = data.reconstruction()
      return tf.sum(tf.sub(tf.softplus(input), tf.mul(data.x, input)))
    },
  },
  /** visible log s(F(v~i) - F(v)), where bit i of v~i is flipped and i is drawn for each sample. */
  pseudo_likelihood: {
    draws: (use) => [unitDraw(use)],
    sum({ rbm, use, data: { x, hidden }, state, given }) {
      const index = tf.cast(tf.floor(tf.mul(given[unitDraw(use).name]!, rbm.visibleUnits)), 'int32') as tf.Tensor1D
      const chosen = tf.oneHot(index, rbm.visibleUnits, 1, 0, 'float32')
      const change = tf.sub(1, tf.mul(tf.sum(tf.mul(x, chosen), 1, true), 2))
      const flipped = tf.add(x, tf.mul(chosen, change)) as tf.Tensor2D
      // one row of the kernel is all that the hidden units see of it
      const seen = tf.mul(tf.gather(state[RBM_WEIGHTS.kernel]!, index), change)
      const energy = rbm.freeEnergy(flipped, state, tf.add(hidden.input, seen) as tf.Tensor2D)
      const difference = tf.sub(rbm.freeEnergy(x, state, hidden.input), energy)
      return tf.mul(tf.sum(tf.softplus(difference)), -rbm.visibleUnits)
    },
  },
  free_energy: { sum: ({ rbm, data: { x, hidden }, state }) => tf.sum(rbm.freeEnergy(x, state, hidden.input)) },
  flip_rate: { followsChains: true, sum: ({ data, model }) => tf.mul(model.flips!(), data.x.shape[0]) },
  hidden_activity: { sum: ({ data }) => tf.sum(tf.mean(data.hidden.mean, 1)) },
}

const unitDraw = (use: Use): NoiseInput => ({
  kind: 'noise',
  name: `${use}/flipped unit`,
  shape: [null],
  stream: streamOf('measure', use),
  distribution: { type: 'uniform' },
})
