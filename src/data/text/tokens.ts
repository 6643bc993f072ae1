/** The tokens of one text: its units after standardizing, with one space between tokens, so that an n-gram is a range. */
import { grown } from './token-table.js'

export class Tokens {
  /** UTF-16 code units; those of a token may be written once it has begun. */
  units = new Uint16Array(256)
  /** The place of the first unit of each token. */
  starts = new Int32Array(64)
  /** The place after the last one. */
  ends = new Int32Array(64)
  /** Number of tokens. */
  count = 0
  #end = 0

  /** Forgets the tokens. Makes room for those of a text of so many code units: each may need a space. */
  reset(length: number): void {
    const needed = 2 * length + 1
    if (this.units.length < needed) this.units = new Uint16Array(Math.max(needed, 2 * this.units.length))
    this.count = 0
    this.#end = 0
  }

  /** Begins a token, and returns the place of its first unit. */
  begin(): number {
    if (this.count === this.starts.length) {
      this.starts = grown(this.starts, 2 * this.count)
      this.ends = grown(this.ends, 2 * this.count)
    }
    if (this.count > 0) this.units[this.#end++] = SPACE
    this.starts[this.count] = this.#end
    return this.#end
  }

  /** Ends the token that was begun, before this place. */
  end(at: number): void {
    this.ends[this.count++] = at
    this.#end = at
  }
}

const SPACE = 0x20

/** Puts the tokens of a text into `into`; at least the first `most`, if it has more. */
export type Split = (text: string, into: Tokens, most: number) => void
