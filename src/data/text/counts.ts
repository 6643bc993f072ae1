/** Counts the tokens of training texts (keras/src/layers/preprocessing/index_lookup.py, `update_state`, `finalize_state`). */
import type { TextSpec } from '../../spec/text.js'
import { specialTokens, UNSEEN_TOKEN } from '../../spec/text-rules.js'
import { byFrequency, expectFew, withFront } from '../steps/vocabulary.js'
import { countOf, widthsOf } from './ngrams.js'
import { splitter } from './split.js'
import { grown, TokenTable } from './token-table.js'
import { Tokens } from './tokens.js'

/** Counts while texts are seen. */
export interface TokenCounts {
  /** Counts the tokens of a text, and returns how many there are. */
  see(text: string): number
  /** The vocabulary without the tokens for padding and unseen ones, and for `tf_idf` the weights of all numbers. */
  vocabulary(): { readonly tokens: readonly string[]; readonly weights: readonly number[] | null }
}

/** Integers of a token: how often it occurs, the texts that have it, and the last of these. */
const WIDTH = 4
const [TEXTS, LAST] = [1, 2]

export function tokenCounts(spec: TextSpec): TokenCounts {
  const split = splitter(spec)
  const widths = widthsOf(spec)
  const table = new TokenTable()
  const tokens = new Tokens()
  let counts = new Int32Array(WIDTH * 1024)
  let texts = 0
  return {
    see(text) {
      texts++
      split(text, tokens, Number.POSITIVE_INFINITY)
      const { units, starts, ends } = tokens
      for (const width of widths) {
        for (let at = 0; at + width <= tokens.count; at++) {
          const place = WIDTH * table.add(units, starts[at]!, ends[at + width - 1]!)
          if (place === counts.length) counts = grown(counts, 2 * place)
          counts[place]!++
          if (counts[place + LAST] !== texts) {
            counts[place + LAST] = texts
            counts[place + TEXTS]!++
          }
        }
      }
      expectFew(table.size)
      return countOf(tokens, widths)
    },
    vocabulary() {
      const first = specialTokens(spec).length
      const most = (spec.max_tokens ?? Number.POSITIVE_INFINITY) - first
      const own = counts.filter((_, at) => at % WIDTH === 0 && at < WIDTH * table.size)
      // one more for each token that is left out below
      const fewest = own.length <= most + 2 ? 1 : own.toSorted().at(-(most + 2))!
      const all: { token: string; count: number; rows: number }[] = []
      for (const [number, token] of table.texts((number) => own[number]! >= fewest).entries()) {
        if (token === undefined || token === '' || token === UNSEEN_TOKEN) continue
        all.push({ token, count: own[number]!, rows: counts[WIDTH * number + TEXTS]! })
      }
      const kept = byFrequency(all, most)
      const weights = kept.map(({ rows }) => Math.log(1 + texts / (1 + rows)))
      return {
        tokens: kept.map(({ token }) => token),
        weights: spec.output_mode === 'tf_idf' ? withFront(weights, first) : null,
      }
    },
  }
}
