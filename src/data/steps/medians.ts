/** Exact medians of float32 values in little memory: four passes, each of which finds eight bits of the result. */
import type { Numbers } from '../../base/field.js'
import type { Learning } from './step.js'

const BITS = 8
const DIGITS = 2 ** BITS
const PASSES = 32 / BITS
/** The median of an even number of values is the mean of the two in the middle. */
const MIDDLES = 2

/** Learns the median of each element of a row; NaN if it has only gaps. */
export function learningMedians(width: number): Learning<{ readonly fills: readonly number[] }> {
  const ranks = new Float64Array(width * MIDDLES)
  const prefixes = new Uint32Array(width * MIDDLES)
  let counts = new Float64Array(width * MIDDLES * DIGITS)
  let pass = 0
  return {
    see(values) {
      const keys = sortable(values as Numbers)
      const shift = 32 - BITS * (pass + 1)
      for (let at = 0; at < keys.length; at++) {
        if (Number.isNaN(values[at])) continue
        const key = keys[at]!
        const first = (at % width) * MIDDLES
        for (let slot = first; slot < first + MIDDLES; slot++) {
          if (pass > 0 && key >>> (shift + BITS) !== prefixes[slot]) continue
          counts[slot * DIGITS + ((key >>> shift) % DIGITS)]!++
        }
      }
    },
    end() {
      for (const slot of ranks.keys()) {
        const own = counts.subarray(slot * DIGITS, (slot + 1) * DIGITS)
        if (pass === 0) {
          const total = own.reduce((sum, count) => sum + count, 0)
          ranks[slot] = Math.floor((total - 1 + (slot % MIDDLES)) / 2)
        }
        let digit = 0
        while (digit < DIGITS - 1 && ranks[slot]! >= own[digit]!) ranks[slot]! -= own[digit++]!
        prefixes[slot] = prefixes[slot]! * DIGITS + digit
      }
      if (++pass === PASSES)
        return { learnt: { fills: Array.from({ length: width }, (_, element) => median(prefixes, element)) } }
      counts = new Float64Array(counts.length)
      return 'again'
    },
  }
}

const SIGN = 0x80000000

/** Whole numbers without a sign in the order of the numbers whose float32 they stand for. */
const sortable = (values: Numbers): Uint32Array =>
  new Uint32Array(Float32Array.from(values).buffer).map((bits) => (bits >= SIGN ? ~bits : bits | SIGN))

function median(keys: Uint32Array, element: number): number {
  const middles = keys.slice(element * MIDDLES, (element + 1) * MIDDLES)
  const [a, b] = new Float32Array(middles.map((key) => (key >= SIGN ? key & ~SIGN : ~key)).buffer)
  return (a! + b!) / 2
}
