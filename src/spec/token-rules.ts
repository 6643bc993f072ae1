/** Rules of vocabularies, which several steps have. */
import type { RuleIssue } from './family.js'

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
