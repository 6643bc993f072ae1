/** Values from 0 to `one` as the probabilities of a 1, and the draws of 0 and 1 by them. */
import { PURPOSE, philox4x32 } from '../base/philox.js'

/** What a value's draw follows from, with the epoch. */
export interface Draws {
  readonly seed: number
  /** Tells the draws of one seed apart: training and test samples. */
  readonly stream: number
  /** What a probability of 1 is stored as. */
  readonly one: number
  /** Place of the first value among those of the stream. */
  readonly first: number
}

/** The epoch of what is drawn once. */
export const ONCE = 0

/** Bits of a draw, and how many of them a block of random numbers has: probabilities are right to within 2^-17. */
const BITS = 16
const A_BLOCK = 128 / BITS

/** Which values are drawn, and what a 1 is written as. */
export interface Drawn {
  readonly epoch: number
  readonly from: number
  readonly count: number
  readonly as: number
}

/** Writes 0 or `as` for `count` values from `from` on; a value has the same draw whatever is drawn beside it. */
export function drawBinary(
  values: Uint8Array | Float32Array,
  draws: Draws,
  { epoch, from, count, as }: Drawn,
  out: Uint8Array | Float32Array,
  at: number,
): void {
  const { seed, stream, one, first } = draws
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
      philox4x32([block, 0, stream, epoch], key, words)
      drawn = block
    }
    out[at + index] = halves[place % A_BLOCK]! * one < value * 2 ** BITS ? as : 0
  }
}
