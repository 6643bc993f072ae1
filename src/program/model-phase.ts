/**
 * The two phases of an RBM's gradient: units given the data, and units of the model, which each algorithm obtains in
 * its own way (docs/rbm.md has the equations).
 */
import * as tf from '@tensorflow/tfjs-core'
import type { DrawMode } from '../base/mode.js'
import type { NoiseInput } from '../base/noise.js'
import { PURPOSE, RandomStream } from '../base/philox.js'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'
import { allStates } from '../model/rbm/enumeration.js'
import { type MeanFieldOrder, meanField, meanFieldLogPartition, pairCovariance } from '../model/rbm/mean-field.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { Conditional, Rbm } from '../model/rbm/rbm.js'
import { inverseTemperatures, temperedStep } from '../model/rbm/tempering.js'
import { weightedSums } from '../model/rbm/units.js'
import type { TrainingSpec } from '../spec/rbm.js'
import { type Draw, drawOf, streamOf } from './unit-draws.js'

/** The batch, its hidden units, and a sample of them with its reconstruction. */
export interface DataPhase {
  readonly x: tf.Tensor2D
  readonly hidden: Conditional
  /**
   * A sample of the hidden units given the data. Means would carry more than one bit per unit into the reconstruction.
   */
  sample(): tf.Tensor2D
  /** The visible units given that sample. */
  reconstruction(): Conditional
}

export interface ModelPhase {
  /** (n, visible), (n, hidden) */
  readonly visible: tf.Tensor2D
  readonly hidden: tf.Tensor2D
  /** Weight of each of the n rows, which sum to 1: one number for all, or (n, 1). */
  readonly share: number | tf.Tensor
  /** True if the visible units are means given the hidden ones, not samples. */
  readonly areMeans?: boolean
  /** (visible, hidden): the mean of v h' minus the mean of the products of rows; undefined if units are independent. */
  readonly covariance?: tf.Tensor
  /**
   * Minus the mean free energy of the rows, or log Z if it is known. Added to the data's free energy it gives the loss.
   */
  readonly free: tf.Scalar
  /** New values of chains. */
  readonly updates: Tensors
  /** Fraction of the visible units that chains have flipped. */
  flips?(): tf.Scalar
  /** Fraction of pairs of neighbouring temperatures that were swapped. */
  swaps?(): tf.Scalar
}

/** The arguments of a model phase. */
export interface PhasePass {
  readonly data: DataPhase
  readonly state: Tensors
  readonly given: Tensors
}

export interface Algorithm {
  readonly chains: readonly Slot[]
  /** True if it starts from a sample of the hidden units given the data. */
  readonly fromSample: boolean
  /** Random numbers for `k` steps. */
  draws(k: number, mode: DrawMode): readonly Draw[]
  phase(k: number, mode: DrawMode, pass: PhasePass): ModelPhase
}

type SpecOf<Name extends TrainingSpec['algorithm']> = Extract<TrainingSpec, { algorithm: Name }>

export interface AlgorithmOptions {
  readonly rbm: Rbm
  readonly seed: number
  readonly batchSize: number
}

const ALGORITHMS: {
  readonly [Name in TrainingSpec['algorithm']]: (spec: SpecOf<Name>, options: AlgorithmOptions) => Algorithm
} = {
  /** h0 ~ p(h | v0), then k times v ~ p(v | h), h ~ p(h | v); the last h needs only its mean (Hinton, 2002). */
  cd(_, { rbm }) {
    const visibleDraw = (time: number, mode: DrawMode) =>
      drawOf(rbm, { owner: 'chain', side: 'visible', time, mode, rows: null })
    const hiddenDraw = (time: number, mode: DrawMode) =>
      drawOf(rbm, { owner: 'chain', side: 'hidden', time, mode, rows: null })
    return {
      chains: [],
      fromSample: true,
      draws: (k, mode) =>
        steps(k).flatMap((time) => [visibleDraw(time, mode), ...(time < k ? [hiddenDraw(time, mode)] : [])]),
      phase(k, mode, { data, state, given }) {
        let v = data.reconstruction().sample(visibleDraw(1, mode).from(given))
        let hidden = rbm.hiddenGiven(v, state)
        for (const time of steps(k).slice(1)) {
          const h = hidden.sample(hiddenDraw(time - 1, mode).from(given))
          v = rbm.visibleGiven(h, state).sample(visibleDraw(time, mode).from(given))
          hidden = rbm.hiddenGiven(v, state)
        }
        return { ...ended(rbm, v, hidden, state), updates: {} }
      },
    }
  },

  /** Persistent chains continue where the step before left them (Tieleman, 2008). */
  pcd({ chains }, { rbm, seed, batchSize }) {
    const rows = chains ?? batchSize
    const chain = chainSlot(rbm, rows, seed)
    const draw = (side: 'visible' | 'hidden', time: number, mode: DrawMode) =>
      drawOf(rbm, { owner: 'chain', side, time, mode, rows })
    return {
      chains: [chain],
      fromSample: false,
      draws: (k, mode) => steps(k).flatMap((time) => [draw('hidden', time, mode), draw('visible', time, mode)]),
      phase(k, mode, { state, given }) {
        const before = state[chain.name] as tf.Tensor2D
        let v = before
        for (const time of steps(k)) {
          const h = rbm.hiddenGiven(v, state).sample(draw('hidden', time, mode).from(given))
          v = rbm.visibleGiven(h, state).sample(draw('visible', time, mode).from(given))
        }
        return {
          ...ended(rbm, v, rbm.hiddenGiven(v, state), state),
          updates: { [chain.name]: v },
          flips: () => tf.mean(tf.abs(tf.sub(v, before))),
        }
      },
    }
  },

  /** Like `pcd`, with more chains at higher temperatures, which swap states with those of the machine itself. */
  parallel_tempering({ chains, temperatures }, { rbm, seed, batchSize }) {
    const inverse = inverseTemperatures(temperatures)
    const own = chains ?? batchSize
    const rows = own * inverse.length
    const chain = chainSlot(rbm, rows, seed)
    const draw = (side: 'visible' | 'hidden', time: number, mode: DrawMode) =>
      drawOf(rbm, { owner: 'chain', side, time, mode, rows })
    const swapDraw = (time: number, mode: DrawMode): Draw => {
      const input: NoiseInput = {
        kind: 'noise',
        name: `${mode}/swap/${time}`,
        shape: [inverse.length - 1, own],
        stream: streamOf('swap', mode, time),
        distribution: { type: 'uniform' },
      }
      return { inputs: inverse.length > 1 ? [input] : [], from: (given) => [given[input.name]!] }
    }
    return {
      chains: [chain],
      fromSample: false,
      draws: (k, mode) =>
        steps(k).flatMap((time) => [draw('hidden', time, mode), draw('visible', time, mode), swapDraw(time, mode)]),
      phase(k, mode, { state, given }) {
        const before = state[chain.name] as tf.Tensor2D
        let all = before
        let swapped: tf.Tensor | null = null
        for (const time of steps(k)) {
          const numbers = [draw('hidden', time, mode), draw('visible', time, mode), swapDraw(time, mode)]
          const [hidden, visible, swaps] = numbers.map((one) => one.from(given)[0] as tf.Tensor2D)
          const next = temperedStep(all, state, inverse, { hidden: hidden!, visible: visible!, swaps })
          all = next.visible
          swapped = next.swapped
        }
        const ofMachine = (rows: tf.Tensor2D): tf.Tensor2D =>
          inverse.length > 1 ? tf.slice(rows, [0, 0], [own, -1]) : rows
        const v = ofMachine(all)
        return {
          ...ended(rbm, v, rbm.hiddenGiven(v, state), state),
          updates: { [chain.name]: all },
          flips: () => tf.mean(tf.abs(tf.sub(v, ofMachine(before)))),
          swaps: () => (swapped ? tf.mean(swapped) : tf.scalar(0)),
        }
      },
    }
  },

  /**
   * m_v = s(b + W m_h), m_h = s(c + W' m_v), iterated from the data (Welling and Hinton, 2002), or the TAP equations
   * (`mean-field.ts`).
   */
  mean_field: ({ order: name, damping }, { rbm }) => ({
    chains: [],
    fromSample: false,
    draws: () => [],
    phase(k, _, { data, state }) {
      const order = MEAN_FIELD_ORDERS[name]
      const start = { visible: data.x, hidden: data.hidden.mean }
      const means = meanField(start, rbm, state, { order, damping, steps: k })
      const { visible, hidden } = means
      const share = 1 / visible.shape[0]
      if (order === 1) {
        const { input } = rbm.hiddenGiven(visible, state)
        return { ...ended(rbm, visible, { input, mean: hidden }, state), areMeans: true, updates: {} }
      }
      return {
        ...{ visible, hidden, share, areMeans: true, updates: {} },
        covariance: tf.mul(pairCovariance(means, state, order), share),
        free: tf.mean(meanFieldLogPartition(means, state, order)) as tf.Scalar,
      }
    },
  }),

  /** All states of the smaller side with their probabilities, and the mean of the other side given each. */
  exact: (_, { rbm }) => ({
    chains: [],
    fromSample: false,
    draws: () => [],
    phase(_k, _use, { state }) {
      const overHidden = !rbm.visible.isBinary || rbm.hiddenUnits <= rbm.visibleUnits
      const units = overHidden ? rbm.hiddenUnits : rbm.visibleUnits
      const states = tf.tensor2d(allStates(units), [2 ** units, units])
      const other = overHidden ? rbm.visibleGiven(states, state) : rbm.hiddenGiven(states, state)
      const logWeights = overHidden
        ? tf.add(
            weightedSums(states, state[RBM_WEIGHTS.hiddenBias]!),
            tf.sum(rbm.visible.logSum(other.input, rbm.own(state)), 1),
          )
        : tf.neg(rbm.freeEnergy(states, state, other.input))
      const [visible, hidden] = overHidden ? [other.mean, states] : [states, other.mean]
      const share = tf.reshape(tf.softmax(logWeights as tf.Tensor1D), [-1, 1])
      return { visible, hidden, share, free: tf.logSumExp(logWeights) as tf.Scalar, areMeans: overHidden, updates: {} }
    },
  }),
}

export const algorithmOf = (spec: TrainingSpec, options: AlgorithmOptions): Algorithm =>
  (ALGORITHMS[spec.algorithm] as (spec: TrainingSpec, options: AlgorithmOptions) => Algorithm)(spec, options)

const MEAN_FIELD_ORDERS: { readonly [Name in SpecOf<'mean_field'>['order']]: MeanFieldOrder } = {
  naive: 1,
  tap2: 2,
  tap3: 3,
}

/** 1, 2, ... k */
const steps = (k: number): readonly number[] => Array.from({ length: k }, (_, index) => index + 1)

const ended = (
  rbm: Rbm,
  visible: tf.Tensor2D,
  { input, mean }: Pick<Conditional, 'input' | 'mean'>,
  state: Tensors,
) => ({
  visible,
  hidden: mean,
  share: 1 / visible.shape[0],
  free: tf.neg(tf.mean(rbm.freeEnergy(visible, state, input))) as tf.Scalar,
})

/** Chains start as samples of a machine with the visible biases alone, because the first kernel is close to 0. */
function chainSlot(rbm: Rbm, rows: number, seed: number): Slot {
  const shape = [rows, rbm.visibleUnits]
  return {
    name: CHAINS,
    shape,
    role: 'chain',
    initial() {
      const random = new RandomStream({ seed, purpose: PURPOSE.initial, stream: CHAIN_STREAM, step: 0 })
      const bias = rbm.weights.find(({ name }) => name === RBM_WEIGHTS.visibleBias)!.initial()
      return Float32Array.from({ length: rows * bias.length }, (_, at) =>
        rbm.visible.first(bias[at % bias.length]!, random),
      )
    },
  }
}

export const CHAINS = 'rbm/chains'
/** Lower streams belong to the weights. */
const CHAIN_STREAM = 1000
