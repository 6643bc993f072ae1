/** `TextVectorization` (keras/src/layers/preprocessing/text_vectorization.py). */
import type { Field, Numbers } from '../../base/field.js'
import type { StepOf } from '../../spec/steps.js'
import { LONGEST_SEQUENCE, MOST_TEXT_COLUMNS } from '../../spec/text.js'
import { ownTextTokens, specialTokens } from '../../spec/text-rules.js'
import type { Values } from '../column.js'
import { tokenCounts } from '../text/counts.js'
import type { Tokenizer } from '../text/given-tokenizer.js'
import { type NumbersOf, numbersIn } from '../text/numbers.js'
import { vocabularyIn } from '../text/vocabulary-file.js'
import { DROPPED } from './encode.js'
import { realField } from './numbers.js'
import { StepProblem } from './problem.js'
import type { Learning, RowOf, Step } from './step.js'
import { withFront } from './vocabulary.js'

type Spec = StepOf<'TextVectorization'>

export type LearntTexts = {
  /** The vocabulary without the tokens for padding and unseen ones; null with a tokenizer. */
  readonly tokens: readonly string[] | null
  /** Weights of all numbers, for `tf_idf`. */
  readonly weights: readonly number[] | null
  /** Number of different numbers. */
  readonly depth: number
  /** The number that fills a row up. */
  readonly padding: number
  /** Number of tokens in each row; null for vectors. */
  readonly length: number | null
}

export function textVectorization(spec: Spec): Step<LearntTexts> {
  const { output_mode } = spec
  const known = new WeakMap<LearntTexts, NumbersOf>()
  let tokenizer: Tokenizer | undefined

  function numbersOf(learnt: LearntTexts): NumbersOf {
    const found = known.get(learnt)
    if (found) return found
    const made = learnt.tokens === null ? tokenizer!.numbersOf : numbersIn(learnt.tokens, spec)
    known.set(learnt, made)
    return made
  }

  return {
    learning: () =>
      spec.tokenizer === null
        ? learningOwn(spec)
        : learningLength(spec, async () => {
            const { readTokenizer } = await import('../text/given-tokenizer.js')
            tokenizer = await readTokenizer(spec.tokenizer!)
            return tokenizer
          }),
    column: (_, learnt) => fieldOf(output_mode, learnt),
    apply(values, _, learnt) {
      const { padding, length, depth, weights } = learnt
      const texts = values as readonly (string | null)[]
      const numbers = numbersOf(learnt)
      if (length !== null) {
        const made = new Int32Array(texts.length * length).fill(padding)
        for (let row = 0; row < texts.length; row++) made.set(numbers(texts[row] ?? '', length), row * length)
        return made
      }
      return vectorsOf(output_mode, depth, weights, texts, numbers)
    },
  }
}

function fieldOf(mode: Spec['output_mode'], { depth, length }: LearntTexts): Field {
  if (mode === 'int') return { shape: [length!], dtype: 'int32', divisor: 1, values: 'class', classes: depth }
  if (depth > MOST_TEXT_COLUMNS) {
    const [found, most] = [depth, MOST_TEXT_COLUMNS].map((count) => count.toLocaleString('en'))
    throw new StepProblem(
      `found ${found} different tokens, must be at most ${most} for output_mode "${mode}"; "max_tokens" keeps the most frequent`,
    )
  }
  return mode === 'multi_hot' ? { shape: [depth], dtype: 'uint8', divisor: 1, values: 'binary' } : realField([depth])
}

function vectorsOf(
  mode: Spec['output_mode'],
  depth: number,
  weights: readonly number[] | null,
  texts: readonly (string | null)[],
  numbersOf: NumbersOf,
): Numbers {
  const made = new (mode === 'multi_hot' ? Uint8Array : Float32Array)(texts.length * depth)
  for (let row = 0; row < texts.length; row++) {
    const numbers = numbersOf(texts[row] ?? '', Number.POSITIVE_INFINITY)
    const start = row * depth
    for (const number of numbers) {
      if (number === DROPPED) continue
      if (mode === 'multi_hot') made[start + number] = 1
      else made[start + number]!++
    }
    for (let number = 0; weights && number < depth; number++) made[start + number]! *= weights[number] ?? 0
  }
  return made
}

/** Learns the vocabulary, unless it is given, and the length of the longest text, unless it is given or means nothing. */
function learningOwn(spec: Spec): Learning<LearntTexts> {
  const { vocabulary, pad_to_max_tokens, max_tokens, idf_weights } = spec
  const counts = vocabulary === null ? tokenCounts(spec) : null
  const countOf = counts?.see ?? (isLengthOpen(spec) ? lengthOf(numbersIn([], spec)) : null)
  const longest = longestText(spec)
  const first = specialTokens(spec).length
  return {
    ...(countOf && { see: longest.seen(countOf) }),
    async end() {
      const { tokens, weights } = counts ? counts.vocabulary() : await given()
      if (tokens.length === 0) throw new StepProblem('found no token in the training rows')
      const depth = pad_to_max_tokens ? max_tokens! : first + tokens.length
      return { learnt: { tokens, weights, depth, padding: 0, length: longest.length() } }
    },
  }

  async function given() {
    if (typeof vocabulary === 'string') return { tokens: await vocabularyIn(vocabulary, spec), weights: null }
    const tokens = ownTextTokens(vocabulary!, spec)
    const isWhole = idf_weights !== null && idf_weights.length > tokens.length
    return { tokens, weights: idf_weights && (isWhole ? idf_weights : withFront(idf_weights, first)) }
  }
}

/** Learns the length of the longest text, unless it is given or means nothing. */
function learningLength(spec: Spec, load: () => Promise<Tokenizer>): Learning<LearntTexts> {
  const longest = longestText(spec)
  let tokenizer: Tokenizer
  return {
    async begin() {
      tokenizer = await load()
    },
    ...(isLengthOpen(spec) && { see: longest.seen((text) => lengthOf(tokenizer.numbersOf)(text)) }),
    end() {
      const { depth, padding } = tokenizer
      return { learnt: { tokens: null, weights: null, depth, padding, length: longest.length() } }
    },
  }
}

const isLengthOpen = ({ output_mode, output_sequence_length }: Spec): boolean =>
  output_mode === 'int' && output_sequence_length === null

const lengthOf = (numbersOf: NumbersOf) => (text: string) => numbersOf(text, Number.POSITIVE_INFINITY).length

/** The number of tokens in each row: as many as the spec says, or as the longest text has; null for vectors. */
function longestText({ output_mode, output_sequence_length }: Spec) {
  let [most, row] = [0, 0]
  return {
    /** Returns how texts are seen: `countOf` counts the tokens of each. */
    seen: (countOf: (text: string) => number) => (values: Values, rowOf: RowOf) => {
      for (const [index, text] of (values as readonly (string | null)[]).entries()) {
        const tokens = countOf(text ?? '')
        if (tokens > most) [most, row] = [tokens, rowOf(index)]
      }
    },
    length(): number | null {
      if (output_mode !== 'int') return null
      if (output_sequence_length !== null) return output_sequence_length
      if (most <= LONGEST_SEQUENCE) return Math.max(1, most)
      const [found, limit] = [most, LONGEST_SEQUENCE].map((count) => count.toLocaleString('en'))
      throw new StepProblem(
        `found ${found} tokens in row ${row + 1}, must be at most ${limit}; "output_sequence_length" cuts texts`,
      )
    },
  }
}
