/**
 * Block Gibbs sampling of a trained RBM, as programs for any engine: repeats h ~ p(h | v), then v ~ p(v | h). Clamped
 * visible units are reset to their given values after each step, so that the others are sampled given them.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'
import type { Rbm } from '../model/rbm/rbm.js'
import type { Program } from './program.js'
import { drawOf } from './unit-draws.js'

export interface GibbsOptions {
  readonly rbm: Rbm
  /** Weights of the machine, whose initial values are the trained ones. */
  readonly weights: readonly Slot[]
  readonly chains: number
  /** Number of Gibbs steps in one run of `walk`. */
  readonly steps: number
  /** First states of the chains, (chains, visible); without it, `start` draws v ~ p(v | h = 0). */
  readonly from?: Float32Array | undefined
  readonly held?: Held | undefined
}

export interface Held {
  /** (visible): 1 for a clamped unit, else 0. */
  readonly mask: Float32Array
  /** (chains, visible) */
  readonly values: Float32Array
}

export interface GibbsPrograms {
  readonly start: Program
  /** Outputs `visible`, the state of the chains, and `mean`, the means from which it was drawn: (chains, visible). */
  readonly walk: Program
}

const CHAINS = 'gibbs/chains'
const MASK = 'gibbs/mask'
const GIVEN = 'gibbs/given'

export function gibbsPrograms({ rbm, weights, chains, steps, from, held }: GibbsOptions): GibbsPrograms {
  const { visibleUnits } = rbm
  const shape = [chains, visibleUnits]
  const v: Slot = {
    name: CHAINS,
    shape,
    role: 'chain',
    initial: () => from ?? new Float32Array(chains * visibleUnits),
  }
  const given: Slot[] = held
    ? [
        { name: MASK, shape: [visibleUnits], role: 'chain', initial: () => held.mask },
        { name: GIVEN, shape, role: 'chain', initial: () => held.values },
      ]
    : []
  const state = [...weights, v, ...given]
  const draws = (time: number) => ({
    hidden: drawOf(rbm, { owner: 'chain', side: 'hidden', time, mode: 'sampling', rows: chains }),
    visible: drawOf(rbm, { owner: 'chain', side: 'visible', time, mode: 'sampling', rows: chains }),
  })
  const first = draws(0)
  const each = Array.from({ length: steps }, (_, step) => draws(step + 1))

  const kept = (free: tf.Tensor, values: Tensors): tf.Tensor2D =>
    (held ? tf.add(tf.mul(values[GIVEN]!, values[MASK]!), tf.mul(free, tf.sub(1, values[MASK]!))) : free) as tf.Tensor2D

  const start: Program = {
    state,
    inputs: first.visible.inputs,
    run(values, inputs) {
      const none = tf.zeros([chains, rbm.hiddenUnits]) as tf.Tensor2D
      const drawn = rbm.visibleGiven(none, values).sample(first.visible.from(inputs))
      return { state: { [CHAINS]: kept(from ? values[CHAINS]! : drawn, values) }, outputs: {} }
    },
  }

  const walk: Program = {
    state,
    inputs: each.flatMap(({ hidden, visible }) => [...hidden.inputs, ...visible.inputs]),
    run(values, inputs) {
      let chain = values[CHAINS] as tf.Tensor2D
      let mean = chain
      for (const { hidden, visible } of each) {
        const h = rbm.hiddenGiven(chain, values).sample(hidden.from(inputs))
        const next = rbm.visibleGiven(h, values)
        mean = next.mean
        chain = kept(next.sample(visible.from(inputs)), values)
      }
      return { state: { [CHAINS]: chain }, outputs: { visible: chain, mean: kept(mean, values) } }
    },
  }
  return { start, walk }
}
