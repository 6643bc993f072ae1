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
  const { max_tokens, num_oov_indices, mask_token, vocabulary, output_mode, pad_to_max_tokens } = spec
  const mask = mask_token !== null && output_mode === 'int' ? 1 : 0
  const first = mask + num_oov_indices
  const fixed = vocabulary === null ? null : givenVocabulary(spec, first)
  const placeOutside = placesOutside(spec)
  const places = new WeakMap<Vocabulary, ReadonlyMap<Token, number>>()

  const encodingOf = ({ tokens, weights }: Vocabulary): Encoding => ({
    mode: output_mode,
    depth: pad_to_max_tokens ? max_tokens! : first + tokens.length,
    ...(weights && { weights }),
  })

  function placesOf(known: Vocabulary): ReadonlyMap<Token, number> {
    const found = places.get(known)
    if (found) return found
    const made = new Map(known.tokens.map((token, index) => [token, first + index]))
    if (mask_token !== null) made.set(mask_token, mask === 1 ? 0 : DROPPED)
    places.set(known, made)
    return made
  }

  return {
    ...(!fixed && {
      learning: (given) => learningVocabulary(given, spec, first),
    }),
    column: (given, learnt) => encodedField(given, encodingOf(fixed ?? learnt!)),
    apply(values, given, learnt, { row }) {
      const rowOf = (index: number) => row + index
      const known = fixed ?? learnt!
      const placeOf = placesOf(known)
      const tokenAt = tokensOf(values, given, rowOf)
      const numbers = new Int32Array(values.length)
      for (let index = 0; index < numbers.length; index++) {
        const token = tokenAt(index)
        numbers[index] = placeOf.get(token) ?? mask + placeOutside(token, rowOf(Math.floor(index / widthOf(given))))
      }
      return encoded(numbers, given, encodingOf(known))
    },
  }
}

/** Counts tokens; for weights also the rows that have each. */
function learningVocabulary(given: Column, spec: Spec, first: number): Learning<Vocabulary> {
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

function givenVocabulary(spec: Spec, first: number): Vocabulary {
  const tokens = ownTokens(spec)
  const { idf_weights: weights } = spec
  if (weights === null) return { tokens, weights: null }
  return { tokens, weights: weights.length > tokens.length ? weights : withFront(weights, first) }
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
