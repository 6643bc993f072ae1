/** The numbers of the tokens of a text in a vocabulary. */
import type { TextSpec } from '../../spec/text.js'
import { specialTokens } from '../../spec/text-rules.js'
import { DROPPED } from '../steps/encode.js'
import { countOf, widthsOf } from './ngrams.js'
import { splitter } from './split.js'
import { TokenTable } from './token-table.js'
import { Tokens } from './tokens.js'

/**
 * Returns the numbers of at most the first `most` tokens of a text; `DROPPED` for one that counts for nothing. The array
 * is used again for the next text.
 */
export type NumbersOf = (text: string, most: number) => Int32Array

/** `vocabulary`: the tokens without those for padding and unseen ones. */
export function numbersIn(vocabulary: readonly string[], spec: TextSpec): NumbersOf {
  const table = tableOf(vocabulary)
  const first = specialTokens(spec).length
  const unseen = first - 1
  const empty = spec.output_mode === 'int' ? 0 : DROPPED
  const split = splitter(spec)
  const widths = widthsOf(spec)
  const isSingle = widths.length === 1 && widths[0] === 1
  const tokens = new Tokens()
  let numbers = new Int32Array(256)
  return (text, most) => {
    split(text, tokens, isSingle ? most : Number.POSITIVE_INFINITY)
    const count = Math.min(most, countOf(tokens, widths))
    if (numbers.length < count) numbers = new Int32Array(2 * count)
    const { units, starts, ends } = tokens
    let made = 0
    for (const width of widths) {
      for (let at = 0; at + width <= tokens.count && made < count; at++) {
        const [from, to] = [starts[at]!, ends[at + width - 1]!]
        const place = table.find(units, from, to)
        numbers[made++] = place >= 0 ? first + place : from === to ? empty : unseen
      }
    }
    return numbers.subarray(0, count)
  }
}

function tableOf(vocabulary: readonly string[]): TokenTable {
  const table = new TokenTable()
  for (const token of vocabulary) {
    const units = Uint16Array.from({ length: token.length }, (_, at) => token.charCodeAt(at))
    table.add(units, 0, units.length)
  }
  return table
}
