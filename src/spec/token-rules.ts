/** Fields and rules of vocabularies, which several steps have. */
import { z } from 'zod'
import type { RuleIssue } from './family.js'

/** Fields of a vocabulary beside its tokens. */
export const vocabularyFields = {
  idf_weights: z
    .union([z.null(), z.array(z.number()).min(1)])
    .default(null)
    .describe('Weights of the given vocabulary for output_mode tf_idf. null: learned.'),
  pad_to_max_tokens: z
    .boolean()
    .default(false)
    .describe('Whether vectors have max_tokens elements, even if the vocabulary is smaller.'),
}

/** The fields that rules of several steps look at. */
interface VocabularySpec {
  readonly max_tokens: number | null
  readonly pad_to_max_tokens: boolean
  readonly vocabulary: string | readonly (string | number)[] | null
  readonly idf_weights: readonly number[] | null
  readonly output_mode: string
}

export function* paddingRules({ max_tokens, pad_to_max_tokens }: VocabularySpec): Iterable<RuleIssue> {
  if (!pad_to_max_tokens || max_tokens !== null) return
  yield { code: 'order', path: ['pad_to_max_tokens'], message: 'found true without "max_tokens"' }
}

/** Weights belong to a given vocabulary, one to each token. */
export function* weightRules({ vocabulary, idf_weights, output_mode }: VocabularySpec): Iterable<RuleIssue> {
  if (idf_weights !== null && (vocabulary === null || output_mode !== 'tf_idf')) {
    const message = 'found weights, but only a given vocabulary with output_mode "tf_idf" has them'
    yield { code: 'order', path: ['idf_weights'], message }
  }
  if (typeof vocabulary !== 'object' || vocabulary === null || output_mode !== 'tf_idf') return
  if (idf_weights?.length === vocabulary.length) return
  const message = `found ${idf_weights?.length ?? 'no'} weights, must be ${vocabulary.length}, as in vocabulary`
  yield { code: 'shape', path: ['idf_weights'], message }
}

/** Lists a token that is in a vocabulary more than once. */
export function* repeatedToken(tokens: readonly (string | number)[]): Iterable<string> {
  const seen = new Set<string | number>()
  const repeated = tokens.find((token) => seen.size === seen.add(token).size)
  if (repeated !== undefined) yield `found ${JSON.stringify(repeated)} more than once`
}

/** The places of unseen values and of the mask must leave one for a category. */
export function* tokenRules(
  { max_tokens, num_oov_indices }: { readonly max_tokens: number | null; readonly num_oov_indices: number },
  masks: number,
): Iterable<RuleIssue> {
  if (max_tokens === null || max_tokens > num_oov_indices + masks) return
  const message = `found ${max_tokens}, must be above ${num_oov_indices + masks}, the places that are not for categories`
  yield { code: 'range', path: ['max_tokens'], message }
}

/** A vocabulary without these tokens, if it begins with all of them. */
export const withoutSpecial = <Token>(
  vocabulary: readonly Token[],
  special: readonly (Token | null)[],
): readonly Token[] =>
  special.every((token, index) => vocabulary[index] === token) ? vocabulary.slice(special.length) : vocabulary
