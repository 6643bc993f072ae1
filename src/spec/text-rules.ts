/** Checks that the arguments of TextVectorization fit one another. */
import type { RuleIssue } from './family.js'
import { TEXT_DEFAULTS, type TextSpec } from './text.js'
import { paddingRules, repeatedToken, tokenRules, weightRules, withoutSpecial } from './token-rules.js'

/** Rules across these fields. */
export function* textRules(spec: TextSpec): Iterable<RuleIssue> {
  const { output_mode, output_sequence_length, max_tokens, tokenizer, split, locale } = spec
  if (output_mode !== 'int' && output_sequence_length !== null) {
    const message = `found ${output_sequence_length}, but output_mode "${output_mode}" gives vectors; leave it out`
    yield { code: 'order', path: ['output_sequence_length'], message }
  }
  if (tokenizer !== null) return yield* tokenizerRules(spec)
  if (split === 'words') yield* localeRules(locale)
  yield* tokenRules({ max_tokens, num_oov_indices: 1 }, masksOf(spec))
  yield* paddingRules(spec)
  yield* vocabularyRules(spec)
}

function* localeRules(locale: string): Iterable<RuleIssue> {
  let known: readonly string[]
  try {
    known = Intl.Segmenter.supportedLocalesOf(locale)
  } catch {
    known = []
  }
  if (known.length > 0) return
  const message = `found ${JSON.stringify(locale)}, which is no language that Node.js knows; must be a code such as "ja" or "th"`
  yield { code: 'value', path: ['locale'], message }
}

/** Fields that a tokenizer takes the place of, with their defaults. */
const REPLACED = [
  ...(['max_tokens', 'standardize', 'split', 'ngrams'] as const),
  ...(['pad_to_max_tokens', 'vocabulary', 'idf_weights'] as const),
]

function* tokenizerRules(spec: TextSpec): Iterable<RuleIssue> {
  for (const name of REPLACED) {
    if (spec[name] === TEXT_DEFAULTS[name]) continue
    yield { code: 'order', path: [name], message: `found "${name}" in addition to "tokenizer", which decides it` }
  }
  if (spec.output_mode !== 'tf_idf') return
  const message = 'found "tf_idf", must be "int", "multi_hot" or "count" with a tokenizer'
  yield { code: 'order', path: ['output_mode'], message }
}

function* vocabularyRules(spec: TextSpec): Iterable<RuleIssue> {
  const { vocabulary, output_mode } = spec
  yield* weightRules(spec)
  if (vocabulary === null) return
  if (typeof vocabulary === 'string') {
    if (output_mode !== 'tf_idf') return
    const message = 'found a file, but output_mode "tf_idf" needs a list with a weight for each token, as in Keras'
    yield { code: 'order', path: ['vocabulary'], message }
    return
  }
  for (const message of vocabularyProblems(vocabulary, spec)) yield { code: 'range', path: ['vocabulary'], message }
}

/** Lists what is wrong with the tokens of a given vocabulary. */
export function* vocabularyProblems(vocabulary: readonly string[], spec: TextSpec): Iterable<string> {
  const { max_tokens } = spec
  const tokens = ownTextTokens(vocabulary, spec)
  const least = specialTokens(spec).length + tokens.length
  if (max_tokens !== null && max_tokens < least) {
    yield `found ${least} tokens, must be at most ${max_tokens}, as in max_tokens`
  }
  if (tokens.length === 0) yield 'found no token beside those for padding and unseen ones'
  yield* repeatedToken(tokens)
  if (tokens.includes('')) yield 'found an empty token, which stands for padding'
}

/** Number 0 is for padding, where tokens are numbers. */
const masksOf = ({ output_mode }: TextSpec): number => (output_mode === 'int' ? 1 : 0)

/** The tokens that come before those of a vocabulary: the one of padding, where tokens are numbers, and unseen ones. */
export const specialTokens = (spec: TextSpec): readonly string[] => [...(masksOf(spec) === 1 ? [''] : []), UNSEEN_TOKEN]

/** Stands for tokens outside the vocabulary. */
export const UNSEEN_TOKEN = '[UNK]'

/** A given vocabulary without the tokens for padding and unseen ones, which it may begin with. */
export const ownTextTokens = (vocabulary: readonly string[], spec: TextSpec): readonly string[] =>
  withoutSpecial(vocabulary, specialTokens(spec))
