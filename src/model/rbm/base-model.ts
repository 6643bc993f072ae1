/** Base models of annealed importance sampling: machines without weights, whose log Z is known. */
import { LogSum, softplus } from './log-domain.js'

/**
 * Smoothing: adds this many rows with every unit on per `ROWS` rows of data, as in Salakhutdinov and Murray's
 * base_rate.m.
 */
const ADDED = 5
const ROWS = 100

/**
 * Biases of the visible units, logit((count + 5B) / (N + 5B)), where `counts` has the number of rows in which each unit
 * is on, N is the number of rows and B that of batches of 100 rows (Salakhutdinov and Murray, "On the quantitative
 * analysis of deep belief networks", 2008). A unit that is on in every row gets the bias of one that was off once.
 */
export function marginalBase(counts: ArrayLike<number>, rows: number): Float32Array {
  const added = ADDED * Math.ceil(rows / ROWS)
  return Float32Array.from(counts, (count) => {
    const on = Math.min(count, rows - 1) + added
    return Math.log(on / (rows + added - on))
  })
}

/** Biases of Gaussian units: the means over N rows, from the sums over the rows. */
export const meanBase = (sums: ArrayLike<number>, rows: number): Float32Array =>
  Float32Array.from(sums, (sum) => sum / rows)

/** Biases of the label units from the number of samples of each class; one more is added to each count. */
export const labelBase = (counts: ArrayLike<number>): Float32Array =>
  Float32Array.from(counts, (count) => Math.log(count + 1))

/**
 * log Z of the base model: H log 2 + the log sums of the parts of the visible side, each from one of the functions
 * below.
 */
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
