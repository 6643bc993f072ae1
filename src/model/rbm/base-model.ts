/** Where annealed importance sampling begins: a machine without weights, whose log Z is known. */
import { softplus } from './log-domain.js'

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

/** log Z_A = sum_i log(1 + e^b_i) + H log 2 */
export const baseLogPartition = (biases: Float32Array, hiddenUnits: number): number =>
  biases.reduce((sum, bias) => sum + softplus(bias), hiddenUnits * Math.LN2)
