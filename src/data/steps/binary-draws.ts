/** Draws 0 or 1 with the probabilities that values from 0 to `one` stand for. */
import type { Numbers } from '../../base/field.js'
import { PURPOSE, philox4x32 } from '../../base/philox.js'

/** Together with the epoch, this determines the draw of each value. */
export interface Draws {
  readonly seed: number
  /** Separates the draws of training samples from those of test samples. */
  readonly stream: number
  /** Separates the draws of columns. */
  readonly chain: number
  /** The stored value that stands for a probability of 1. */
  readonly one: number
  /** Index of the first value among those of the stream. */
  readonly first: number
}

/** The epoch of values that are drawn only once. */
export const ONCE = 0

/** Bits of a draw, and the number of draws in a block of random bits. Probabilities are exact to within 2^-17. */
const BITS = 16
const A_BLOCK = 128 / BITS

/** The values to draw, and the number that is written for a 1. */
interface DrawnRange {
  readonly epoch: number
  readonly from: number
  readonly count: number
  readonly as: number
}

/** Writes 0 or `as` for `count` values from `from` on. The draw of a value does not depend on the other values. */
export function drawBinary(
  values: ArrayLike<number>,
  draws: Draws,
  { epoch, from, count, as }: DrawnRange,
  out: Numbers,
  at: number,
): void {
  const { seed, stream, chain, one, first } = draws
  const key = [seed >>> 0, PURPOSE.binarize] as const
  const words = new Uint32Array(4)
  const halves = new Uint16Array(words.buffer)
  let drawn = -1
  for (let index = 0; index < count; index++) {
    const value = values[from + index]!
    // most values of a picture are black or white, and need no random number
    if (value <= 0 || value >= one) {
      out[at + index] = value <= 0 ? 0 : as
      continue
    }
    const place = first + from + index
    const block = Math.floor(place / A_BLOCK)
    if (block !== drawn) {
      philox4x32([block, chain, stream, epoch], key, words)
      drawn = block
    }
    out[at + index] = halves[place % A_BLOCK]! * one < value * 2 ** BITS ? as : 0
  }
}
