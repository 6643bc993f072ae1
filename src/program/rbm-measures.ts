/** Measures of an RBM beside the loss, as sums over a batch from which means over an epoch are made. */
import * as tf from '@tensorflow/tfjs-core'
import { type ByType, callByType } from '../base/by-type.js'
import type { ValueKind } from '../base/field.js'
import type { DrawMode } from '../base/mode.js'
import type { NoiseInput } from '../base/noise.js'
import type { Tensors } from '../base/tensors.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { Rbm } from '../model/rbm/rbm.js'
import type { RbmMetricSpec } from '../spec/spec.js'
import type { DataPhase, ModelPhase } from './model-phase.js'
import { streamOf } from './unit-draws.js'

interface Measuring {
  readonly rbm: Rbm
  readonly mode: DrawMode
  readonly data: DataPhase
  readonly model: ModelPhase
  readonly state: Tensors
  readonly given: Tensors
}

export interface RbmMeasure {
  /** Set if it needs the reconstruction from a sample of the hidden units. */
  readonly reconstructs?: true
  /** Set if it needs the chains to move. */
  readonly followsChains?: true
  /** Set if its value is that of validation minus that of training. */
  readonly isGap?: true
  draws?(mode: DrawMode): readonly NoiseInput[]
  /** Sum over the batch. */
  sum(measuring: Measuring): tf.Tensor
}

/** A measure of the last update, from its mean |dW| and the kernel. */
export interface UpdateMeasure {
  ofUpdate(size: tf.Scalar, kernel: tf.Tensor): tf.Tensor
}

const MEASURES: ByType<RbmMetricSpec, [values: ValueKind], RbmMeasure | UpdateMeasure> = {
  reconstruction_error: () => ({
    reconstructs: true,
    sum: ({ data }) => tf.sum(tf.mean(tf.square(tf.sub(data.x, data.reconstruction().mean)), 1)),
  }),
  /** -sum_i x_i log p_i + (1 - x_i) log(1 - p_i), where p_i = s(input_i): softplus(input_i) - x_i input_i. */
  reconstruction_crossentropy: () => ({
    reconstructs: true,
    sum({ data }) {
      const { input } = data.reconstruction()
      return tf.sum(tf.sub(tf.softplus(input), tf.mul(data.x, input)))
    },
  }),
  pseudo_likelihood: ({ exact }, values) => {
    const measure = exact ? exactPseudoLikelihood : stochasticPseudoLikelihood
    return values === 'binary' ? measure : { ...measure, sum: (measuring) => measure.sum(rounded(measuring)) }
  },
  free_energy: () => freeEnergy,
  /** log Z is in both free energies and cancels (Hinton, UTML TR 2010-003, section 6). */
  free_energy_gap: () => ({ ...freeEnergy, isGap: true }),
  flip_rate: () => ({ followsChains: true, sum: ({ data, model }) => tf.mul(model.flips!(), data.x.shape[0]) }),
  swap_rate: () => ({ followsChains: true, sum: ({ data, model }) => tf.mul(model.swaps!(), data.x.shape[0]) }),
  hidden_activity: () => ({ sum: ({ data }) => tf.sum(tf.mean(data.hidden.mean, 1)) }),
  dead_units: () => ({
    sum({ data: { x, hidden } }) {
      const isOff = tf.lessEqual(tf.max(hidden.input, 0), -CERTAIN)
      const isOn = tf.greaterEqual(tf.min(hidden.input, 0), CERTAIN)
      return tf.mul(tf.mean(tf.cast(tf.logicalOr(isOff, isOn), 'float32')), x.shape[0])
    },
  }),
  weight_size: () => ({
    sum: ({ data: { x }, state }) => tf.mul(tf.mean(tf.abs(state[RBM_WEIGHTS.kernel]!)), x.shape[0]),
  }),
  update_size: () => ({ ofUpdate: (size) => size }),
  update_ratio: () => ({ ofUpdate: (size, kernel) => tf.div(size, tf.maximum(tf.mean(tf.abs(kernel)), LEAST)) }),
}

export const measureOf = (spec: RbmMetricSpec, values: ValueKind): RbmMeasure | UpdateMeasure =>
  callByType(MEASURES, spec, values)

const freeEnergy: RbmMeasure = {
  sum: ({ rbm, data: { x, hidden }, state }) => tf.sum(rbm.freeEnergy(x, state, hidden.input)),
}

/** Total input with which a unit is on with probability .95. */
const CERTAIN = Math.log(0.95 / 0.05)
/** Avoids division by 0 if all weights are 0. */
const LEAST = 1e-30

/** Estimate visible * log s(F(v~i) - F(v)), where v~i is v with bit i flipped and i is drawn for each sample. */
const stochasticPseudoLikelihood: RbmMeasure = {
  draws: (mode) => [unitDraw(mode)],
  sum({ rbm, mode, data: { x, hidden }, state, given }) {
    const index = tf.cast(tf.floor(tf.mul(given[unitDraw(mode).name]!, rbm.visibleUnits)), 'int32') as tf.Tensor1D
    const chosen = tf.oneHot(index, rbm.visibleUnits, 1, 0, 'float32')
    const change = tf.sub(1, tf.mul(tf.sum(tf.mul(x, chosen), 1, true), 2))
    const flipped = tf.add(x, tf.mul(chosen, change)) as tf.Tensor2D
    // a flip changes the input of the hidden units by one row of the kernel
    const seen = tf.mul(tf.gather(state[RBM_WEIGHTS.kernel]!, index), change)
    const energy = rbm.freeEnergy(flipped, state, tf.add(hidden.input, seen) as tf.Tensor2D)
    const difference = tf.sub(rbm.freeEnergy(x, state, hidden.input), energy)
    return tf.mul(tf.sum(tf.softplus(difference)), -rbm.visibleUnits)
  },
}

/** sum_i log s(F(v~i) - F(v)), with the hidden inputs of all flips computed side by side. */
const exactPseudoLikelihood: RbmMeasure = {
  sum({ rbm, data: { x, hidden }, state }) {
    const [batch, units] = x.shape
    const change = tf.sub(1, tf.mul(x, 2))
    const seen = tf.mul(tf.reshape(change, [batch, units, 1]), state[RBM_WEIGHTS.kernel]!)
    const inputs = tf.reshape(tf.add(tf.reshape(hidden.input, [batch, 1, -1]), seen), [batch * units, -1])
    const logSums = tf.reshape(tf.sum(rbm.hidden.logSum(inputs as tf.Tensor2D), 1), [batch, units])
    const before = tf.sum(rbm.hidden.logSum(hidden.input), 1, true)
    // F(v) - F(v~i)
    const difference = tf.add(tf.mul(change, state[RBM_WEIGHTS.visibleBias]!), tf.sub(logSums, before))
    return tf.neg(tf.sum(tf.softplus(difference)))
  },
}

/** Rounds values to 0 or 1 as the Deep Learning Tutorials do (code/rbm.py), so that bits can be flipped. */
function rounded(measuring: Measuring): Measuring {
  const { rbm, data, state } = measuring
  const x = tf.cast(tf.greaterEqual(data.x, 0.5), 'float32') as tf.Tensor2D
  return { ...measuring, data: { ...data, x, hidden: rbm.hiddenGiven(x, state) } }
}

const unitDraw = (mode: DrawMode): NoiseInput => ({
  kind: 'noise',
  name: `${mode}/flipped unit`,
  shape: [null],
  stream: streamOf('measure', mode),
  distribution: { type: 'uniform' },
})
