/** Answers for test rows, for plots. */
import type { TestAnswers } from '../../../src/export/test-answers.js'

/** `given`: a list for each row. */
export const answersOf = (
  kind: TestAnswers['kind'],
  names: readonly string[],
  given: readonly (readonly number[])[],
  right: readonly number[],
): TestAnswers => ({
  ...{ name: 'y', kind, names, rows: given.length },
  ...{ given: Float32Array.from(given.flat()), right: Float32Array.from(right) },
})

/** Answers about two classes, given the probability of the second. */
export const binary = (probabilities: readonly number[], right: readonly number[]): TestAnswers =>
  answersOf(
    'classes',
    ['no', 'yes'],
    probabilities.map((one) => [1 - one, one]),
    right,
  )
