/**
 * Hashes of rows. A hash has two lanes of 32 bits, each the hash of Murmur's kind (A. Appleby, MurmurHash3), with a
 * multiplier of its own.
 */
import { type Column, type Values, widthOf } from '../../data/column.js'

/** Two 32-bit lanes. */
export type Lanes = Int32Array

const FIRST = [0x9e3779b9, 0x243f6a88] as const
const FACTORS = [0xcc9e2d51, 0x85ebca6b] as const

const startOf = (): Lanes => Int32Array.from(FIRST)

function mix(lanes: Lanes, word: number): void {
  for (let lane = 0; lane < 2; lane++) {
    let part = Math.imul(word, FACTORS[lane]!)
    part = (part << 15) | (part >>> 17)
    let hash = lanes[lane]! ^ Math.imul(part, 0x1b873593)
    hash = (hash << 13) | (hash >>> 19)
    lanes[lane] = Math.imul(hash, 5) + 0xe6546b64
  }
}

function finish(lanes: Lanes): Lanes {
  for (let lane = 0; lane < 2; lane++) {
    let hash = lanes[lane]!
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    lanes[lane] = hash ^ (hash >>> 16)
  }
  return lanes
}

/** A column as it is hashed. */
export interface Hashed {
  readonly column: Column
  readonly values: Values
}

/** Hash of one row over these columns. */
export function rowHash(columns: readonly Hashed[], row: number): Lanes {
  const lanes = startOf()
  for (const { column, values } of columns) {
    const width = widthOf(column)
    for (let at = row * width; at < (row + 1) * width; at++) mixValue(lanes, values[at]!)
  }
  return finish(lanes)
}

const number = new Float64Array(1)
const words = new Int32Array(number.buffer)
/** Stand for a gap, and for the end of a text, after its length. */
const GAP = -1
const TEXT = -2

function mixValue(lanes: Lanes, value: string | number | null): void {
  if (value === null || Number.isNaN(value)) mix(lanes, GAP)
  else if (typeof value === 'string') mixText(lanes, value)
  // whole numbers of 32 bits, such as pixels, are one word
  else if ((value | 0) === value) mix(lanes, value)
  else {
    number[0] = value
    mix(lanes, words[0]!)
    mix(lanes, words[1]!)
  }
}

function mixText(lanes: Lanes, text: string): void {
  mix(lanes, TEXT)
  mix(lanes, text.length)
  for (let at = 0; at < text.length; at++) mix(lanes, text.charCodeAt(at))
}

/** Hash of a text, a whole number below 2^53. */
export function textHash(text: string): number {
  const lanes = startOf()
  mixText(lanes, text)
  finish(lanes)
  return (lanes[0]! >>> 0) * 2 ** 21 + (lanes[1]! >>> 11)
}
