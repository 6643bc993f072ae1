/**
 * Annealed importance sampling (Neal, 2001; of RBMs: Salakhutdinov and Murray, 2008) as programs of any engine. Between
 * a base machine without weights (visible biases a, hidden biases 0) at t = 0 and the machine itself at t = 1 lies
 *   p*_t(v) = exp((1 - t) a'v + t b'v) prod_j (1 + exp(t (c_j + v'W_j)))
 */
import * as tf from '@tensorflow/tfjs-core'
import { hiddenInput, sampled, visibleInput } from '../model/rbm/bernoulli.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import { weightedSums } from '../model/rbm/units.js'
import type { BatchInput, NoiseInput, Program, ScalarInput, Slot, Tensors } from './program.js'

export interface AisOptions {
  /** The machine's, by the names of `RBM_WEIGHTS`. */
  readonly weights: readonly Slot[]
  /** Biases of the base machine's visible units. */
  readonly base: Float32Array
  readonly chains: number
  /** Betas that one run of `anneal` goes through. */
  readonly steps: number
}

export interface AisPrograms {
  /** Draws the chains from the base machine. */
  readonly start: Program
  /**
   * Goes from beta_0 by beta_1 to the last: for each of these the weights grow by p*_to(v) / p*_from(v), then the
   * chains are sampled there once. Gives `log_weights`, what each chain's logarithm has grown by.
   */
  readonly anneal: Program
}

export const betaName = (index: number): string => `beta_${index}`

export function aisPrograms({ weights, base, chains, steps }: AisOptions): AisPrograms {
  const hiddenUnits = weights.find(({ name }) => name === RBM_WEIGHTS.hiddenBias)!.shape[0]!
  const v: Slot = {
    name: 'ais/chains',
    shape: [chains, base.length],
    role: 'chain',
    initial: () => new Float32Array(chains * base.length),
  }
  const a: Slot = { name: 'ais/base_bias', shape: [base.length], role: 'weight', initial: () => base }
  const uniforms = (name: string, units: number, stream: number): NoiseInput => ({
    kind: 'noise',
    name,
    shape: [chains, units],
    stream,
    distribution: { type: 'uniform' },
  })
  const first = uniforms('ais/first', base.length, 0)
  const draws = Array.from({ length: steps }, (_, step) => ({
    hidden: uniforms(`ais/hidden_${step}`, hiddenUnits, 2 * step + 1),
    visible: uniforms(`ais/visible_${step}`, base.length, 2 * step + 2),
  }))
  const betas = Array.from({ length: steps + 1 }, (_, step): ScalarInput => ({ kind: 'scalar', name: betaName(step) }))

  const start: Program = {
    state: [v, a],
    inputs: [first],
    run: (state, inputs) => ({
      state: { [v.name]: sampled(state[a.name]!, inputs[first.name]!) },
      outputs: {},
    }),
  }

  const anneal: Program = {
    state: [...weights, v, a],
    inputs: [...betas, ...draws.flatMap(({ hidden, visible }) => [hidden, visible])],
    run(state, inputs) {
      const beta = (index: number) => inputs[betaName(index)] as tf.Scalar
      const bias = state[a.name]!
      const apart = tf.sub(state[RBM_WEIGHTS.visibleBias]!, bias)
      let chain = state[v.name] as tf.Tensor2D
      let grown: tf.Tensor | undefined
      for (const [step, { hidden, visible }] of draws.entries()) {
        const [from, to] = [beta(step), beta(step + 1)]
        const input = hiddenInput(chain, state)
        const warm = tf.mul(input, to)
        // unit by unit, before they are summed: float32 keeps little of a difference of large sums
        const risen = tf.sum(tf.sub(tf.softplus(warm), tf.softplus(tf.mul(input, from))), 1)
        const growth = tf.add(risen, tf.mul(weightedSums(chain, apart), tf.sub(to, from)))
        grown = grown ? tf.add(grown, growth) : growth
        const h = sampled(warm, inputs[hidden.name]!)
        const mixed = tf.add(tf.mul(visibleInput(h, state), to), tf.mul(bias, tf.sub(1, to)))
        chain = sampled(mixed, inputs[visible.name]!)
      }
      return { state: { [v.name]: chain }, outputs: { log_weights: grown! } }
    },
  }
  return { start, anneal }
}

/** Gives `free_energy`, F(v) of each sample of the batch `x`. */
export function freeEnergyProgram(weights: readonly Slot[], x: BatchInput): Program {
  return {
    state: weights,
    inputs: [x],
    run(state: Tensors, inputs: Tensors) {
      const v = inputs[x.name] as tf.Tensor2D
      const hidden = tf.sum(tf.softplus(hiddenInput(v, state)), 1)
      const value = tf.neg(tf.add(hidden, weightedSums(v, state[RBM_WEIGHTS.visibleBias]!)))
      return { state: {}, outputs: { free_energy: value } }
    },
  }
}
