/** Learns a vocabulary from training rows (keras/src/layers/preprocessing/index_lookup.py, `finalize_state`). */
import { byCodePoint } from '../../base/code-points.js'
import { StepProblem } from './problem.js'
import type { Token } from './tokens.js'

/** Tokens in the order of their numbers, and the weights of all numbers for `tf_idf`. */
export type Vocabulary = { readonly tokens: readonly Token[]; readonly weights: readonly number[] | null }

/** How often each token occurs. */
export type Counts<One extends Token = Token> = Map<One, number>

/** More different values than these are no categories, and would fill the memory. */
const MOST_DIFFERENT = 10_000_000

/** Counts a token once more. */
export function increase<One extends Token>(counts: Counts<One>, token: One): void {
  const count = counts.get(token) ?? 0
  counts.set(token, count + 1)
  expectFew(counts.size)
}

/** Throws a StepProblem if there are too many different values. */
export function expectFew(different: number): void {
  if (different <= MOST_DIFFERENT) return
  const most = MOST_DIFFERENT.toLocaleString('en')
  throw new StepProblem(`found more than ${most} different values, which are no categories`)
}

/** Returns the most frequent token, of several the smallest; undefined if there is none. */
export function mostFrequent<One extends Token>(counts: Counts<One>): One | undefined {
  let best: [One, number] | undefined
  for (const one of counts) {
    if (!best || one[1] > best[1] || (one[1] === best[1] && compare(one[0], best[0]) < 0)) best = one
  }
  return best?.[0]
}

/** Returns at most `most` tokens: the most frequent one first, of equally frequent ones the largest. */
export const byFrequency = <Given extends Counted>(counts: readonly Given[], most: number): Given[] =>
  counts.toSorted((a, b) => b.count - a.count || compare(b.token, a.token)).slice(0, most)

interface Counted {
  readonly token: Token
  readonly count: number
}

/** Texts by code point, numbers by value; a gap is before all. */
function compare(a: Token, b: Token): number {
  if (a === null || b === null) return +(a !== null) - +(b !== null)
  return typeof a === 'string' ? byCodePoint(a, b as string) : a - (b as number)
}

/**
 * Returns weights of all numbers, of which `places` come before those of the tokens and have the mean of their weights,
 * as in Keras.
 */
export function withFront(weights: readonly number[], places: number): readonly number[] {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / (weights.length || 1)
  return [...Array<number>(places).fill(mean), ...weights]
}
