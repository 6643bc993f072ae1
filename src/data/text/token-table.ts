/** A set of tokens with numbers from 0, in the order in which they were added. A token is a range of UTF-16 code units. */

const FIRST_SLOTS = 1024

/**
 * Integers of a slot. All that a search reads lies side by side, because a large table is not in the processor's cache:
 * the number of the token plus 1, or 0 if the slot is free; its hash; the place and the number of its units.
 */
const WIDTH = 4
const [HASH, START, LENGTH] = [1, 2, 3]

export class TokenTable {
  /** The units of all tokens, one after another. */
  #units = new Uint16Array(8 * FIRST_SLOTS)
  #end = 0
  /** The slot of a token follows from its hash; if that is taken, it is one of the next. */
  #slots = new Int32Array(WIDTH * FIRST_SLOTS)
  #mask = FIRST_SLOTS - 1
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Returns the number of a token, or -1. */
  find(units: Uint16Array, from: number, to: number): number {
    return this.#slots[this.#slotOf(units, from, to, hashOf(units, from, to))]! - 1
  }

  /** Returns the number of a token, which is added if it is new. */
  add(units: Uint16Array, from: number, to: number): number {
    const hash = hashOf(units, from, to)
    const slot = this.#slotOf(units, from, to, hash)
    const found = this.#slots[slot]!
    if (found > 0) return found - 1
    const [start, length] = [this.#end, to - from]
    this.#end += length
    if (this.#end > this.#units.length) this.#units = grown(this.#units, 2 * this.#end)
    this.#units.set(units.subarray(from, to), start)
    this.#slots.set([++this.#size, hash, start, length], slot)
    if (2 * this.#size > this.#mask) this.#spread()
    return this.#size - 1
  }

  /** The tokens for whose numbers `wanted` is true, by number. */
  texts(wanted: (number: number) => boolean): string[] {
    const texts: string[] = []
    for (let slot = 0; slot < this.#slots.length; slot += WIDTH) {
      const number = this.#slots[slot]! - 1
      if (number < 0 || !wanted(number)) continue
      const start = this.#slots[slot + START]!
      texts[number] = textOf(this.#units, start, start + this.#slots[slot + LENGTH]!)
    }
    return texts
  }

  /** The slot of a token, or the free one that it would have. */
  #slotOf(units: Uint16Array, from: number, to: number, hash: number): number {
    const slots = this.#slots
    for (let place = hash & this.#mask; ; place = (place + 1) & this.#mask) {
      const slot = WIDTH * place
      if (slots[slot] === 0) return slot
      if (slots[slot + HASH] !== hash || slots[slot + LENGTH] !== to - from) continue
      if (this.#equals(slots[slot + START]!, units, from, to)) return slot
    }
  }

  #equals(start: number, units: Uint16Array, from: number, to: number): boolean {
    const own = this.#units
    for (let at = from; at < to; at++) if (own[start + at - from] !== units[at]) return false
    return true
  }

  /** Doubles the slots, so that at most half of them are taken. */
  #spread(): void {
    const before = this.#slots
    this.#slots = new Int32Array(2 * before.length)
    this.#mask = 2 * this.#mask + 1
    for (let slot = 0; slot < before.length; slot += WIDTH) {
      if (before[slot] === 0) continue
      let place = before[slot + HASH]! & this.#mask
      while (this.#slots[WIDTH * place] !== 0) place = (place + 1) & this.#mask
      this.#slots.set(before.subarray(slot, slot + WIDTH), WIDTH * place)
    }
  }
}

/** FNV-1a over 16-bit units; the last steps spread its bits to the low ones, which choose the slot. */
function hashOf(units: Uint16Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ units[at]!, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return hash ^ (hash >>> 13)
}

export function grown<Numbers extends Uint16Array | Int32Array>(values: Numbers, length: number): Numbers {
  const longer = new (values.constructor as new (length: number) => Numbers)(length)
  longer.set(values)
  return longer
}

/** The text of UTF-16 code units. */
export const textOf = (units: Uint16Array, from: number, to: number): string =>
  Buffer.from(units.buffer, units.byteOffset + 2 * from, 2 * (to - from)).toString('utf16le')
