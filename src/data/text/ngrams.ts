/** Sequences of tokens that are tokens as well (`tf.strings.ngrams`). */
import type { TextSpec } from '../../spec/text.js'
import type { Tokens } from './tokens.js'

/** The lengths of the sequences, in their order. */
export const widthsOf = ({ ngrams }: Pick<TextSpec, 'ngrams'>): readonly number[] =>
  typeof ngrams === 'number' ? Array.from({ length: ngrams }, (_, index) => index + 1) : (ngrams ?? [1])

/** Number of sequences of these lengths in a text: all of the first length come first. */
export const countOf = ({ count }: Tokens, widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + Math.max(0, count - width + 1), 0)
