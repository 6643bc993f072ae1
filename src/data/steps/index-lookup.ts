/**
 * `StringLookup` and `IntegerLookup` (keras/src/layers/preprocessing/index_lookup.py). A gap is a token of its own if
 * training rows have gaps; otherwise it is outside the vocabulary.
 */
import { ownTokens } from '../../spec/step-rules.js'
import type { StepOf } from '../../spec/steps.js'
import { type Column, widthOf } from '../column.js'
import { DROPPED, type Encoding, encoded, encodedField } from './encode.js'
import { hashedPlace } from './hashing.js'
import { StepProblem } from './problem.js'
import type { Learning, Step } from './step.js'
import { type Token, tokensOf } from './tokens.js'
import { byFrequency, type Counts, increase, type Vocabulary, withFront } from './vocabulary.js'

type Spec = StepOf<'StringLookup' | 'IntegerLookup'>

export function indexLookup(spec: Spec): Step<Vocabulary | null> {
  const fixed = spec.vocabulary === null ? null : givenVocabulary(spec)
  const placeOutside = placesOutside(spec)
  const known = new WeakMap<Vocabulary, Lookup>()

  function lookup(learnt: Vocabulary | null): Lookup {
    const vocabulary = fixed ?? learnt!
    const found = known.get(vocabulary) ?? lookupIn(spec, vocabulary)
    known.set(vocabulary, found)
    return found
  }

  return {
    ...(!fixed && {
      learning: (given) => learningVocabulary(given, spec),
    }),
    column: (given, learnt) => encodedField(given, lookup(learnt).encoding),
    apply(values, given, learnt, { row }) {
      const rowOf = (index: number) => row + index
      const { places, outside, encoding } = lookup(learnt)
      const tokenAt = tokensOf(values, given, rowOf)
      const numbers = new Int32Array(values.length)
      for (let index = 0; index < numbers.length; index++) {
        const token = tokenAt(index)
        numbers[index] = places.get(token) ?? outside + placeOutside(token, rowOf(Math.floor(index / widthOf(given))))
      }
      return encoded(numbers, given, encoding)
    },
  }
}

/** The places of a vocabulary. */
export interface Lookup {
  readonly places: ReadonlyMap<Token, number>
  /** The first place of tokens outside of the vocabulary. */
  readonly outside: number
  readonly encoding: Encoding
}

/** `learnt` is the vocabulary of a spec that has none itself. */
export const lookupOf = (spec: Spec, learnt: Vocabulary | null): Lookup =>
  lookupIn(spec, spec.vocabulary === null ? learnt! : givenVocabulary(spec))

function lookupIn(spec: Spec, { tokens, weights }: Vocabulary): Lookup {
  const { mask_token, output_mode, pad_to_max_tokens, max_tokens } = spec
  const first = firstPlace(spec)
  const outside = first - spec.num_oov_indices
  const places = new Map(tokens.map((token, index) => [token, first + index]))
  if (mask_token !== null) places.set(mask_token, outside === 1 ? 0 : DROPPED)
  const depth = pad_to_max_tokens ? max_tokens! : first + tokens.length
  return { places, outside, encoding: { mode: output_mode, depth, ...(weights && { weights }) } }
}

/** The place of the first token of a vocabulary, after those of the mask and of tokens outside. */
const firstPlace = ({ mask_token, num_oov_indices, output_mode }: Spec): number =>
  (mask_token !== null && output_mode === 'int' ? 1 : 0) + num_oov_indices

/** Counts tokens; for weights also the rows that have each. */
function learningVocabulary(given: Column, spec: Spec): Learning<Vocabulary> {
  const first = firstPlace(spec)
  const { max_tokens, mask_token, oov_token, output_mode } = spec
  const counts: Counts = new Map()
  const rowsWith: Counts = new Map()
  const width = widthOf(given)
  let rows = 0
  return {
    see(values, rowOf) {
      const tokenAt = tokensOf(values, given, rowOf)
      for (let at = 0; at < values.length; at++) increase(counts, tokenAt(at))
      rows += values.length / width
      if (output_mode !== 'tf_idf') return
      for (let from = 0; from < values.length; from += width) {
        const tokens = new Set(Array.from({ length: width }, (_, index) => tokenAt(from + index)))
        for (const token of tokens) increase(rowsWith, token)
      }
    },
    end() {
      for (const token of [mask_token, oov_token]) if (token !== null) counts.delete(token)
      const all = Array.from(counts, ([token, count]) => ({ token, count }))
      const tokens = byFrequency(all, (max_tokens ?? Number.POSITIVE_INFINITY) - first).map(({ token }) => token)
      if (output_mode !== 'tf_idf') return { learnt: { tokens, weights: null } }
      const weights = tokens.map((token) => Math.log(1 + rows / (1 + rowsWith.get(token)!)))
      return { learnt: { tokens, weights: withFront(weights, first) } }
    },
  }
}

function givenVocabulary(spec: Spec): Vocabulary {
  const tokens = ownTokens(spec)
  const { idf_weights: weights } = spec
  if (weights === null) return { tokens, weights: null }
  return { tokens, weights: weights.length > tokens.length ? weights : withFront(weights, firstPlace(spec)) }
}

/** Returns a function that chooses among the places of tokens outside the vocabulary, from 0. */
function placesOutside(spec: Spec): (token: Token, row: number) => number {
  const { num_oov_indices: count } = spec
  if (count === 0) {
    return (token, row) => {
      const found = token === null ? 'a gap' : JSON.stringify(token)
      throw new StepProblem(
        `found ${found} in row ${row + 1}, which the vocabulary lacks; num_oov_indices 1 gives such values a place`,
      )
    }
  }
  if (count === 1) return () => 0
  const hashed = hashedPlace(count, spec.salt)
  const byRest = spec.type === 'IntegerLookup' && spec.oov_method === 'floormod'
  return (token) => {
    if (token === null) return 0
    return byRest ? (((token as number) % count) + count) % count : hashed(String(token))
  }
}
