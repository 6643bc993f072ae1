/** Counts rows that are there more than once, in one part or in two, by a hash of 8 bytes for each row. */
import type { Lanes } from './row-hash.js'

/** The rows of a part. */
export interface RowHashes {
  /** Adds a row, by the hash of its inputs and the hash of its targets. */
  add(inputs: Lanes, targets: Lanes): void
  /** All rows, sorted. */
  sorted(): SortedRows
}

/**
 * A row is a number of 64 bits: 48 of the hash of its inputs, then 16 of the hash of its targets. Among 10 million rows,
 * the chance that two different ones have the same 48 bits is 0.16; a million makes it 0.002.
 */
export type SortedRows = BigUint64Array

const TARGET_BITS = 16
/** All machines that Node supports here store the low half of a number first. */
const [LOW, HIGH] = [0, 1]

export function rowHashes(): RowHashes {
  let halves = new Uint32Array(2048)
  let count = 0
  return {
    add(inputs, targets) {
      if (2 * count === halves.length) {
        const longer = new Uint32Array(2 * halves.length)
        longer.set(halves)
        halves = longer
      }
      halves[2 * count + HIGH] = inputs[0]!
      halves[2 * count + LOW] = (inputs[1]! << TARGET_BITS) | (targets[0]! >>> TARGET_BITS)
      count++
    },
    sorted: () => new BigUint64Array(halves.buffer, 0, count).sort(),
  }
}

export interface Repeats {
  /** Rows that equal another row of the part that stands before them, in inputs and targets. */
  readonly duplicates: number
  /** Rows whose inputs are also in a row with other targets. */
  readonly contradictions: number
}

export function repeatsIn(rows: SortedRows): Repeats {
  let [duplicates, contradictions] = [0, 0]
  for (let from = 0; from < rows.length; ) {
    const inputs = inputsOf(rows[from]!)
    let to = from + 1
    let labels = 1
    for (; to < rows.length && inputsOf(rows[to]!) === inputs; to++) {
      if (rows[to] === rows[to - 1]) duplicates++
      else labels++
    }
    if (labels > 1) contradictions += to - from
    from = to
  }
  return { duplicates, contradictions }
}

/** Number of rows of `others` whose inputs are those of a row of `rows`. */
export function sharedWith(rows: SortedRows, others: SortedRows): number {
  let [shared, at] = [0, 0]
  for (const other of others) {
    const inputs = inputsOf(other)
    while (at < rows.length && inputsOf(rows[at]!) < inputs) at++
    if (at < rows.length && inputsOf(rows[at]!) === inputs) shared++
  }
  return shared
}

const inputsOf = (row: bigint): bigint => row >> BigInt(TARGET_BITS)
