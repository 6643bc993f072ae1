/**
 * Parallel tempering of Bernoulli units, in tfjs ops. Chains run at inverse temperatures t, each with p_t(v, h) ~ e^(-t
 * E). Swaps between neighbouring temperatures keep all of these distributions (Desjardins et al., "Tempered Markov
 * chain Monte Carlo for training of restricted Boltzmann machines", 2010).
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensors } from '../../base/tensors.js'
import type { TrainingSpec } from '../../spec/rbm.js'
import { hiddenInput, sampled, visibleInput } from './bernoulli.js'
import { RBM_WEIGHTS } from './parameters.js'
import { weightedSums } from './units.js'

/** As in a spec: the number of temperatures, or each inverse temperature. */
type Temperatures = Extract<TrainingSpec, { algorithm: 'parallel_tempering' }>['temperatures']

/** Inverse temperatures, the first of which is 1. A number n means n values, evenly spaced from 1 down to 0. */
export const inverseTemperatures = (given: Temperatures): readonly number[] =>
  typeof given === 'number' ? Array.from({ length: given }, (_, index) => 1 - index / Math.max(given - 1, 1)) : given

/** Uniform numbers of one step, in [0, 1), for T temperatures of n chains each. */
export interface TemperingUniforms {
  /** (T n, hidden) and (T n, visible) */
  readonly hidden: tf.Tensor2D
  readonly visible: tf.Tensor2D
  /** (T - 1, n): row i decides swaps between temperatures i and i + 1. */
  readonly swaps?: tf.Tensor2D | undefined
}

export interface Tempered {
  /** (T n, visible) */
  readonly visible: tf.Tensor2D
  /** (T - 1, n): 1 where two chains were swapped, else 0; null with a single temperature. */
  readonly swapped: tf.Tensor2D | null
}

/**
 * One step of every chain: samples hidden units, then visible units, then swaps temperatures 0 and 1, 2 and 3, ..., and
 * after these 1 and 2, 3 and 4, .... `visible` has n rows of the first temperature, then n of the second, and so on. If
 * the first inverse temperature is 1, the first n rows are samples of the machine itself.
 */
export function temperedStep(
  visible: tf.Tensor2D,
  weights: Tensors,
  inverse: readonly number[],
  uniforms: TemperingUniforms,
): Tempered {
  const chains = visible.shape[0] / inverse.length
  const t = tf.tensor2d(
    inverse.flatMap((value) => new Array<number>(chains).fill(value)),
    [visible.shape[0], 1],
  )
  const h = sampled(tf.mul(hiddenInput(visible, weights), t), uniforms.hidden)
  const input = visibleInput(h, weights)
  const v = sampled(tf.mul(input, t), uniforms.visible)
  if (inverse.length === 1) return { visible: v, swapped: null }
  // -b'v - v'Wh - c'h
  const energy = tf.neg(
    tf.add(tf.sum(tf.mul(v, input), 1), weightedSums(h, weights[RBM_WEIGHTS.hiddenBias]!)),
  ) as tf.Tensor1D
  return swapNeighbours(v, energy, inverse, uniforms.swaps!)
}

/**
 * Swaps neighbours with probability min(1, exp((t_i - t_j) (E_i - E_j))). Only visible units are swapped, because the
 * next step draws the hidden ones anew.
 */
function swapNeighbours(
  visible: tf.Tensor2D,
  energy: tf.Tensor1D,
  inverse: readonly number[],
  uniforms: tf.Tensor2D,
): Tempered {
  const chains = visible.shape[0] / inverse.length
  const rows = <T extends tf.Tensor>(of: T, index: number): T => tf.slice(of, [index * chains], [chains])
  const states = inverse.map((_, index) => rows(visible, index))
  const energies = inverse.map((_, index) => tf.reshape(rows(energy, index), [chains, 1]) as tf.Tensor2D)
  const swapped: tf.Tensor2D[] = []
  for (const parity of [0, 1]) {
    for (let i = parity; i + 1 < inverse.length; i += 2) {
      const gap = tf.mul(tf.sub(energies[i]!, energies[i + 1]!), inverse[i]! - inverse[i + 1]!)
      const uniform = tf.reshape(tf.slice(uniforms, [i, 0], [1, chains]), [chains, 1])
      const swap = tf.cast(tf.less(uniform, tf.exp(tf.minimum(gap, 0))), 'float32') as tf.Tensor2D
      for (const list of [states, energies]) [list[i], list[i + 1]] = exchanged(list[i]!, list[i + 1]!, swap)
      swapped[i] = tf.reshape(swap, [1, chains])
    }
  }
  return { visible: tf.concat(states, 0), swapped: tf.concat(swapped, 0) }
}

/** Exchanges the rows of a and b for which `swap` is 1, without rounding. */
function exchanged(a: tf.Tensor2D, b: tf.Tensor2D, swap: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
  const stay = tf.sub(1, swap)
  return [tf.add(tf.mul(a, stay), tf.mul(b, swap)), tf.add(tf.mul(b, stay), tf.mul(a, swap))]
}
