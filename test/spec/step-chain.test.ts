/** Chains of steps fit together, and the arguments of a step fit one another, as its layer demands in Keras. */
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { featureSchema } from '../../src/spec/features.js'
import { chainRules, type StepValues, stepSchema } from '../../src/spec/step-chain.js'
import { readText } from '../support/read-spec.js'

const problemsOf = (given: unknown, schema: z.ZodType = stepSchema) => {
  const { error } = schema.safeParse(given)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('/')}: ${message}`)
}

test.each([
  [{ type: 'Normalization', mean: 1 }, 'mean: found mean without variance, must be both or none'],
  [{ type: 'Normalization', variance: 1 }, 'variance: found variance without mean, must be both or none'],
  [{ type: 'Normalization', mean: [1, 2], variance: [1] }, 'variance: must have as many numbers as mean'],
  [
    { type: 'Normalization', axis: null, mean: [1], variance: [1] },
    'mean: found a list, must be one number if axis is null',
  ],
  [{ type: 'Normalization', mean: 1, variance: -1 }, 'variance: must be at least 0'],
  [{ type: 'Discretization' }, ': found neither "num_bins" nor "bin_boundaries", must be one of them'],
  [
    { type: 'Discretization', num_bins: 2, bin_boundaries: [1] },
    'num_bins: found in addition to "bin_boundaries", must be one of them',
  ],
  [{ type: 'Discretization', bin_boundaries: [1, 2, 2] }, 'bin_boundaries/2: found 2 after 2, must rise'],
  [{ type: 'Discretization', num_bins: 200 }, 'num_bins: found 200, must be at most 100, which is 1 / epsilon'],
  [
    { type: 'StringLookup', max_tokens: 2, num_oov_indices: 2 },
    'max_tokens: found 2, must be above 2, the places that are not for categories',
  ],
  [
    { type: 'StringLookup', max_tokens: 2, mask_token: '' },
    'max_tokens: found 2, must be above 2, the places that are not for categories',
  ],
  [{ type: 'StringLookup', pad_to_max_tokens: true }, 'pad_to_max_tokens: found true without "max_tokens"'],
  [{ type: 'StringLookup', vocabulary: ['a', 'b', 'a'] }, 'vocabulary: found "a" more than once'],
  [{ type: 'StringLookup', vocabulary: ['a', 'b'], mask_token: 'b' }, 'vocabulary: found mask_token "b" in it'],
  [
    { type: 'StringLookup', vocabulary: ['a', 'b'], max_tokens: 2 },
    'max_tokens: found 2, must be at least 3 for the given vocabulary',
  ],
  [
    { type: 'StringLookup', idf_weights: [1], output_mode: 'tf_idf' },
    'idf_weights: found weights, but only a given vocabulary with output_mode "tf_idf" has them',
  ],
  [
    { type: 'StringLookup', vocabulary: ['a', 'b'], output_mode: 'tf_idf' },
    'idf_weights: found no weights, must be 2, as in vocabulary',
  ],
  [{ type: 'IntegerLookup', salt: 5 }, 'salt: found a key, but only oov_method "farmhash" uses one'],
  [{ type: 'FillMissing', strategy: 'constant' }, 'value: found no value, but strategy "constant" needs one'],
  [{ type: 'FillMissing', value: 3 }, 'value: found a value, but only strategy "constant" uses it'],
  [{ type: 'MinMax', feature_range: [1, 1] }, 'feature_range: found 1, 1, must rise'],
])('%j: %s', (step, problem) => expect(problemsOf(step)).toEqual([problem]))

test.each([
  ['numbers', ['Log', 'Normalization'], undefined],
  ['numbers', ['StringLookup'], '0: found "StringLookup", which takes text, but gets numbers'],
  ['text', ['StringLookup', 'Log'], undefined],
  ['text', ['Log'], '0: found "Log", which takes numbers, but gets text'],
  [
    'text',
    ['FillMissing'],
    '0/strategy: found "mean", which text does not have; must be "most_frequent" or "constant"',
  ],
  [
    'text',
    [{ type: 'FillMissing', strategy: 'constant', value: 1 }, 'StringLookup'],
    '0/value: found 1, must be a text',
  ],
  [
    'integers',
    [{ type: 'FillMissing', strategy: 'constant', value: 0.5 }, 'IntegerLookup'],
    '0/value: found 0.5, must be a whole number',
  ],
  ['numbers', [{ type: 'FillMissing', strategy: 'constant', value: 'x' }], '0/value: found "x", must be a number'],
  [
    'text',
    [{ type: 'FillMissing', strategy: 'most_frequent' }],
    ': found no step that makes numbers of text; add "StringLookup", "TextVectorization" or "Hashing"',
  ],
  [
    'integers',
    [{ type: 'FillMissing', strategy: 'most_frequent' }],
    ': found no step that makes numbers of integers; add "IntegerLookup", "Hashing" or "CategoryEncoding"',
  ],
  ['numbers', [{ type: 'Hashing', num_bins: 3, mask_value: 'a' }], '0/mask_value: found "a", must be a whole number'],
  ['text', [{ type: 'Hashing', num_bins: 3, mask_value: 1 }], '0/mask_value: found 1, must be a text'],
] as [StepValues, unknown[], string | undefined][])('%s through %j: %s', (first, steps, problem) => {
  const found = [
    ...chainRules(
      steps.map((step) => stepSchema.parse(step)),
      first,
      [],
    ),
  ]
  expect(found.map(({ path, message }) => `${path.join('/')}: ${message}`)[0]).toBe(problem)
})

test.each([
  [{ type: 'float', steps: ['StringLookup'] }, 'steps/0: found "StringLookup", which takes text, but gets numbers'],
  [{ type: 'float_discretized', num_bins: 101 }, 'num_bins: found 101, must be at most 100, which is 1 / epsilon'],
  [{ type: 'float_discretized', bin_boundaries: [1, 0] }, 'bin_boundaries/1: found 0 after 1, must rise'],
  [
    { type: 'string_categorical', max_tokens: 3, num_oov_indices: 3 },
    'max_tokens: found 3, must be above 3, the places that are not for categories',
  ],
])('feature %j: %s', (feature, problem) => expect(problemsOf(feature, featureSchema)).toEqual([problem]))

test('steps of a data set are checked at their place', () => {
  const text = (steps: string) =>
    `{ "data": { "dataset": "digits", "steps": ${steps} }, "loss": "mse", "target": "input", "model": { "type": "Sequential", "layers": ["Identity"] } }`
  const problems = (steps: string) =>
    readText(text(steps)).issues.map(({ pointer, message }) => `${pointer} ${message}`)
  expect(problems('["Log", { "type": "ZCAWhitening", "epsilon": 1 }]')).toEqual([])
  expect(problems('["StringLookup"]')).toEqual([
    '/data/steps/0 found "StringLookup", which takes text, but gets numbers',
  ])
  expect(problems('["IntegerLookup"]')).toEqual([
    '/data/steps/0 found no "vocabulary", which a data set that comes with the program needs',
  ])
  expect(problems('["Lg"]')).toEqual(['/data/steps/0 found "Lg", must be one of 23 names'])
})
