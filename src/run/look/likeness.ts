/** Finds columns that say the same as the target: the model would only have to copy them. */

import type { Values } from '../../data/column.js'
import { labelText } from '../../data/steps/labels.js'

export interface Likeness {
  see(values: Values, target: Values): void
  /** True if each value goes with one value of the target, and the other way round. */
  isAlike(): boolean
}

/** More pairs of values than this are no classes or codes. */
const MOST_PAIRS = 1000
/** How often a pair must be there on average, or else columns of different values would be alike by chance. */
const LEAST_ROWS = 2

export function likeness(): Likeness {
  const ahead = new Map<string, string>()
  const back = new Map<string, string>()
  // numbers of any kind are alike if all of them are equal
  let [rows, isPaired, isEqual] = [0, true, true]
  return {
    see(values, target) {
      if (!isPaired && !isEqual) return
      for (let row = 0; row < values.length; row++) {
        const [value, label] = [textOf(values[row]!), textOf(target[row]!)]
        rows++
        if (isEqual && value !== label) isEqual = false
        if (!isPaired) continue
        isPaired = goesWith(ahead, value, label) && goesWith(back, label, value) && ahead.size <= MOST_PAIRS
      }
    },
    isAlike: () =>
      rows > 0 && ahead.size !== 1 && (isEqual || (isPaired && ahead.size > 1 && rows >= LEAST_ROWS * ahead.size)),
  }
}

const textOf = (value: string | number | null): string => (value === null ? '' : labelText(value))

function goesWith(known: Map<string, string>, from: string, to: string): boolean {
  const found = known.get(from)
  if (found === undefined) known.set(from, to)
  return found === undefined || found === to
}
