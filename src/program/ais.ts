/**
 * Annealed importance sampling (Neal, 2001; for RBMs: Salakhutdinov and Murray, 2008) as programs for any engine.
 * Chains move from a base machine without weights (visible biases a, hidden biases 0) at t = 0 to the machine itself at
 * t = 1, through the distributions
 * p*_t(v) = exp(-(1 - t) e_a(v) - t e_b(v)) prod_j (1 + exp(t (c_j + v'W_j))).
 * e_b(v) is the energy of the visible units alone with biases b: -b'v for binary units. A label is one more visible
 * unit. Gaussian units have their variances in the base machine too, so that v | h has the same variances at any t.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { NoiseInput } from '../base/noise.js'
import type { Slot } from '../base/slot.js'
import { oneHot } from '../model/rbm/class-rbm.js'
import type { VisibleSide } from '../model/rbm/visible-side.js'
import type { BatchInput, Program, ScalarInput } from './program.js'

export interface AisOptions {
  readonly side: VisibleSide
  /** Weights of the machine, named as in `RBM_WEIGHTS`. */
  readonly weights: readonly Slot[]
  /** Biases of the base machine, for each part of its visible side. */
  readonly base: readonly Float32Array[]
  readonly chains: number
  /** Number of betas that one run of `anneal` steps through. */
  readonly steps: number
}

export type AisPrograms = {
  /** Draws the chains from the base machine. */
  readonly start: Program
  /**
   * Steps from beta_0 through beta_1 to the last one. Each step multiplies the weight of a chain by p*_to(v) /
   * p*_from(v), then samples the chain once at the new beta. Outputs `log_weights`: the increase of each chain's log
   * weight.
   */
  readonly anneal: Program
}

const betaName = (index: number): string => `beta_${index}`

export function aisPrograms({ side, weights, base, chains, steps }: AisOptions): AisPrograms {
  const { parts, hidden, hiddenUnits } = side
  const slots = parts.map(({ units }, part): { chain: Slot; bias: Slot } => ({
    chain: {
      name: `ais/chains_${part}`,
      shape: [chains, units],
      role: 'chain',
      initial: () => new Float32Array(chains * units),
    },
    bias: { name: `ais/base_${part}`, shape: [units], role: 'weight', initial: () => base[part]! },
  }))
  const state = [...weights, ...slots.flatMap(({ chain, bias }) => [chain, bias])]
  let streams = 0
  const draw = (name: string, units: number, uniforms: number) =>
    Array.from(
      { length: uniforms },
      (_, index): NoiseInput => ({
        kind: 'noise',
        name: `ais/${name}/${index}`,
        shape: [chains, units],
        stream: streams++,
        distribution: { type: 'uniform' },
      }),
    )
  const drawParts = (name: string) => parts.map(({ units, uniforms }, part) => draw(`${name}_${part}`, units, uniforms))
  const first = drawParts('first')
  const draws = Array.from({ length: steps }, (_, step) => ({
    hidden: draw(`hidden_${step}`, hiddenUnits, hidden.uniforms),
    visible: drawParts(`visible_${step}`),
  }))
  const betas = Array.from({ length: steps + 1 }, (_, step): ScalarInput => ({ kind: 'scalar', name: betaName(step) }))
  const chainsOf = (values: readonly tf.Tensor2D[]) =>
    Object.fromEntries(values.map((value, part) => [slots[part]!.chain.name, value]))

  const start: Program = {
    state,
    inputs: first.flat(),
    run(values, inputs) {
      const rows = tf.zeros([chains, 1])
      const drawn = parts.map(({ sample }, part) => {
        const input = tf.add(rows, values[slots[part]!.bias.name]!) as tf.Tensor2D
        const uniforms = first[part]!.map(({ name }) => inputs[name]!)
        return sample(input, uniforms, values)
      })
      return { state: chainsOf(drawn), outputs: {} }
    },
  }

  const anneal: Program = {
    state,
    inputs: [...betas, ...draws.flatMap((one) => [...one.hidden, ...one.visible.flat()])],
    run(values, inputs) {
      const beta = (index: number) => inputs[betaName(index)] as tf.Scalar
      const bases = slots.map(({ bias }) => values[bias.name]!)
      const given = (noise: readonly NoiseInput[]) => noise.map(({ name }) => inputs[name]!)
      /** e_a - e_b */
      const apart = (chain: readonly tf.Tensor2D[]) =>
        parts
          .map(({ bias, energy }, part) => {
            const [inBase, inMachine] = [bases[part]!, values[bias]!].map((one) => energy(chain[part]!, one, values))
            return tf.sub(inBase!, inMachine!)
          })
          .reduce((sum, one) => tf.add(sum, one))
      let chain = slots.map((slot) => values[slot.chain.name] as tf.Tensor2D)
      let grown: tf.Tensor | undefined
      for (const [step, one] of draws.entries()) {
        const [from, to] = [beta(step), beta(step + 1)]
        const input = side.hiddenInput(chain, values)
        const warm = tf.mul(input, to) as tf.Tensor2D
        const cold = tf.mul(input, from) as tf.Tensor2D
        // subtract unit by unit before the sum: float32 keeps little of a difference of large sums
        const risen = tf.sum(tf.sub(hidden.logSum(warm), hidden.logSum(cold)), 1)
        const growth = tf.add(risen, tf.mul(apart(chain), tf.sub(to, from)))
        grown = grown ? tf.add(grown, growth) : growth
        const h = hidden.given(warm).sample(given(one.hidden))
        chain = parts.map((part, at) => {
          const mixed = tf.add(tf.mul(part.input(h, values), to), tf.mul(bases[at]!, tf.sub(1, to)))
          return part.sample(mixed as tf.Tensor2D, given(one.visible[at]!), values)
        })
      }
      return { state: chainsOf(chain), outputs: { log_weights: grown! } }
    },
  }
  return { start, anneal }
}

export interface FreeEnergyOptions extends Pick<AisOptions, 'side' | 'weights'> {
  /** The samples. */
  readonly x: BatchInput
  /** Their labels, if the side has labels. */
  readonly y: BatchInput | null
}

/** Outputs `free_energy`: F(v) of each sample of the batch, or F(v, y) with labels. */
export function freeEnergyProgram({ side, weights, x, y }: FreeEnergyOptions): Program {
  const { parts, hidden } = side
  const label = parts[1]
  const labels = y ? [y] : []
  return {
    state: weights,
    inputs: [x, ...labels],
    run(state, inputs) {
      const values = [
        inputs[x.name] as tf.Tensor2D,
        ...labels.map(({ name }) => oneHot(inputs[name] as tf.Tensor1D, label!.units)),
      ]
      const energies = parts.map(({ bias, energy }, part) => energy(values[part]!, state[bias]!, state))
      const own = energies.reduce((sum, one) => tf.add(sum, one))
      const sums = tf.sum(hidden.logSum(side.hiddenInput(values, state)), 1)
      return { state: {}, outputs: { free_energy: tf.sub(own, sums) } }
    },
  }
}
