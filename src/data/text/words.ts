/** Splits texts into words by the rules of Unicode (UAX 29), which `Intl.Segmenter` of Node.js has from ICU. */

import { REMOVED } from './standardize.js'
import { textOf } from './token-table.js'
import type { Split } from './tokens.js'

/**
 * Code units that are given to the segmenter at once: its time grows with the square of them. A piece ends where a word
 * ends in any case, or after this many code units.
 */
const MOST_AT_ONCE = 512

export function wordSplitter(ascii: Int32Array, locale: string): Split {
  const segmenter = new Intl.Segmenter(locale, { granularity: 'word' })
  let standardized = new Uint16Array(256)
  return (text, into, most) => {
    into.reset(text.length)
    if (standardized.length < text.length) standardized = new Uint16Array(2 * text.length)
    let length = 0
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      const unit = code < ascii.length ? ascii[code]! : code
      if (unit !== REMOVED) standardized[length++] = unit
    }
    for (let from = 0; from < length && into.count < most; ) {
      const to = endOfPiece(standardized, from, length)
      for (const { segment, index, isWordLike } of segmenter.segment(textOf(standardized, from, to))) {
        if (!isWordLike) continue
        const at = into.begin()
        const start = from + index
        into.units.set(standardized.subarray(start, start + segment.length), at)
        into.end(at + segment.length)
      }
      from = to
    }
  }
}

/** The end of the piece that begins at `from`: after the last place where a word ends in any case. */
function endOfPiece(units: Uint16Array, from: number, length: number): number {
  const latest = from + MOST_AT_ONCE
  if (latest >= length) return length
  for (let at = latest; at > from; at--) if (endsWords(units[at - 1]!)) return at
  // not between the halves of a character beyond U+FFFF
  return units[latest]! >= 0xdc00 && units[latest]! < 0xe000 ? latest - 1 : latest
}

/** White space of ASCII, the ideographic space, and the ideographic comma and full stop and their like. */
const endsWords = (unit: number): boolean =>
  unit === 0x20 ||
  (unit >= 0x09 && unit <= 0x0d) ||
  (unit >= 0x3000 && unit <= 0x3002) ||
  unit === 0xff01 ||
  unit === 0xff1f ||
  unit === 0xff61 ||
  unit === 0xff64
