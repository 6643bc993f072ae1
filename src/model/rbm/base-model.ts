/** Where annealed importance sampling begins: a machine without weights, whose log Z is known. */
import { LogSum, softplus } from './log-domain.js'

/** Every visible unit is on half of the time. Of little use for a trained machine: chains do not find what it has learnt. */
export const uniformBase = (visibleUnits: number): Float32Array => new Float32Array(visibleUnits)

/** For each `ROWS` rows of data, so many more in which every unit is on; as in Salakhutdinov and Murray's base_rate.m. */
const ADDED = 5
const ROWS = 100

/**
 * Biases of the visible units, logit((count + 5B) / (N + 5B)) for N rows, `counts` of which have the unit on, and B
 * batches of 100 rows (Salakhutdinov and Murray, "On the quantitative analysis of deep belief networks", 2008). A unit
 * that is always on gets the bias of one that was off once.
 */
export function marginalBase(counts: ArrayLike<number>, rows: number): Float32Array {
  const added = ADDED * Math.ceil(rows / ROWS)
  return Float32Array.from(counts, (count) => {
    const on = Math.min(count, rows - 1) + added
    return Math.log(on / (rows + added - on))
  })
}

/** Biases of Gaussian units: their means over N rows, from sums over these. */
export const meanBase = (sums: ArrayLike<number>, rows: number): Float32Array =>
  Float32Array.from(sums, (sum) => sum / rows)

/** Biases of a label, from how often each class is there; as if each had been there once more. */
export const labelBase = (counts: ArrayLike<number>): Float32Array =>
  Float32Array.from(counts, (count) => Math.log(count + 1))

/** log Z_A = H log 2 + the sum of what each part of the visible side has, one of the following. */
export const baseLogPartition = (parts: readonly number[], hiddenUnits: number): number =>
  parts.reduce((sum, part) => sum + part, hiddenUnits * Math.LN2)

/** sum_i log(1 + e^b_i) */
export const bernoulliLogSum = (biases: Float32Array): number => biases.reduce((sum, bias) => sum + softplus(bias), 0)

/** sum_i log sqrt(2 pi sigma_i^2), from the logarithms of the variances. */
export const gaussianLogSum = (logVariances: ArrayLike<number>): number =>
  Array.from(logVariances).reduce((sum, z) => sum + (Math.log(2 * Math.PI) + z) / 2, 0)

/** log sum_y e^d_y */
export function labelLogSum(biases: ArrayLike<number>): number {
  const sum = new LogSum()
  for (const bias of Array.from(biases)) sum.add(bias)
  return sum.value
}
