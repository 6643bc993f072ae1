/**
 * The two phases of an RBM's gradient: units of the data, and units of the model, which an algorithm gets in its own
 * way (the equations are those of docs/rbm.md).
 */
import * as tf from '@tensorflow/tfjs-core'
import { PURPOSE, RandomStream } from '../base/philox.js'
import { allStates } from '../model/rbm/enumeration.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { Conditional, Rbm } from '../model/rbm/rbm.js'
import { weightedSums } from '../model/rbm/units.js'
import type { TrainingSpec } from '../spec/rbm.js'
import { type Draw, drawOf, type Use } from './draws.js'
import type { Slot, Tensors } from './program.js'

/** The batch, its hidden units given it, and what is made of a sample of them. */
export interface DataPhase {
  readonly x: tf.Tensor2D
  readonly hidden: Conditional
  /** A sample of the hidden units: data-driven units are sampled, or they would carry more than a bit each. */
  sample(): tf.Tensor2D
  /** The visible units given that sample. */
  reconstruction(): Conditional
}

export interface ModelPhase {
  /** (n, visible), (n, hidden) */
  readonly visible: tf.Tensor2D
  readonly hidden: tf.Tensor2D
  /** What each of the n rows counts, together 1: a number, or (n, 1). */
  readonly share: number | tf.Tensor
  /** The visible units are not samples but their means given the hidden ones. */
  readonly areMeans?: boolean
  /** Minus the mean free energy of the rows, or log Z where it is known: with the data's it makes the loss. */
  readonly free: tf.Scalar
  /** New values of chains. */
  readonly updates: Tensors
  /** Share of the visible units that chains have changed. */
  flips?(): tf.Scalar
}

/** What a pass over a batch has at hand. */
export interface PhasePass {
  readonly data: DataPhase
  readonly state: Tensors
  readonly given: Tensors
}

export interface Algorithm {
  readonly chains: readonly Slot[]
  /** Whether it begins at a sample of the hidden units given the data. */
  readonly fromSample: boolean
  /** The numbers that `k` steps take. */
  draws(k: number, use: Use): readonly Draw[]
  phase(k: number, use: Use, pass: PhasePass): ModelPhase
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
  /** h0 ~ p(h | v0), then k times v ~ p(v | h), h ~ p(h | v); of the last h the mean is enough (Hinton, 2002). */
  cd(_, { rbm }) {
    const visibleDraw = (time: number, use: Use) =>
      drawOf(rbm, { owner: 'chain', side: 'visible', time, use, rows: null })
    const hiddenDraw = (time: number, use: Use) =>
      drawOf(rbm, { owner: 'chain', side: 'hidden', time, use, rows: null })
    return {
      chains: [],
      fromSample: true,
      draws: (k, use) =>
        steps(k).flatMap((time) => [visibleDraw(time, use), ...(time < k ? [hiddenDraw(time, use)] : [])]),
      phase(k, use, { data, state, given }) {
        let v = data.reconstruction().sample(visibleDraw(1, use).from(given))
        let hidden = rbm.hiddenGiven(v, state)
        for (const time of steps(k).slice(1)) {
          const h = hidden.sample(hiddenDraw(time - 1, use).from(given))
          v = rbm.visibleGiven(h, state).sample(visibleDraw(time, use).from(given))
          hidden = rbm.hiddenGiven(v, state)
        }
        return { ...ended(rbm, v, hidden, state), updates: {} }
      },
    }
  },

  /** The chains go on where the step before left them (Tieleman, 2008). */
  pcd({ chains }, { rbm, seed, batchSize }) {
    const rows = chains ?? batchSize
    const chain = chainSlot(rbm, rows, seed)
    const draw = (side: 'visible' | 'hidden', time: number, use: Use) =>
      drawOf(rbm, { owner: 'chain', side, time, use, rows })
    return {
      chains: [chain],
      fromSample: false,
      draws: (k, use) => steps(k).flatMap((time) => [draw('hidden', time, use), draw('visible', time, use)]),
      phase(k, use, { state, given }) {
        const before = state[chain.name] as tf.Tensor2D
        let v = before
        for (const time of steps(k)) {
          const h = rbm.hiddenGiven(v, state).sample(draw('hidden', time, use).from(given))
          v = rbm.visibleGiven(h, state).sample(draw('visible', time, use).from(given))
        }
        return {
          ...ended(rbm, v, rbm.hiddenGiven(v, state), state),
          updates: { [chain.name]: v },
          flips: () => tf.mean(tf.abs(tf.sub(v, before))),
        }
      },
    }
  },

  /** m_v = s(b + W m_h), m_h = s(c + W' m_v), from the data on (Welling and Hinton, 2002). */
  mean_field({ damping }, { rbm }) {
    const damped = (old: tf.Tensor2D, next: tf.Tensor2D) =>
      damping === 0 ? next : (tf.add(tf.mul(old, damping), tf.mul(next, 1 - damping)) as tf.Tensor2D)
    return {
      chains: [],
      fromSample: false,
      draws: () => [],
      phase(k, _, { data, state }) {
        let v = data.x
        let hidden = data.hidden
        let h = hidden.mean
        for (const _ of steps(k)) {
          v = damped(v, rbm.visibleGiven(h, state).mean)
          hidden = rbm.hiddenGiven(v, state)
          h = damped(h, hidden.mean)
        }
        return { ...ended(rbm, v, { ...hidden, mean: h }, state), areMeans: true, updates: {} }
      },
    }
  },

  /** Every state of the smaller side with its probability; the other side given it has a mean that is known. */
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

/** 1, 2, ... k */
const steps = (k: number): readonly number[] => Array.from({ length: k }, (_, index) => index + 1)

const ended = (rbm: Rbm, visible: tf.Tensor2D, { input, mean }: Conditional, state: Tensors) => ({
  visible,
  hidden: mean,
  share: 1 / visible.shape[0],
  free: tf.neg(tf.mean(rbm.freeEnergy(visible, state, input))) as tf.Scalar,
})

/** Chains begin as samples of the model while its kernel is as good as 0: of the visible biases alone. */
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
/** Weights have the first ones. */
const CHAIN_STREAM = 1000
