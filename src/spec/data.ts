/** The field `data` of a spec: the data set, and how its values are prepared. */
import { z } from 'zod'
import { augment } from './augmentation.js'
import { valueRangeRules } from './augmentation-rules.js'
import { BINARIZATIONS } from './binarizations.js'
import { byKey } from './by-key.js'
import { type DeepReadonly, nameIn, type RuleIssue, rules } from './family.js'
import { ownData, ownDataRules } from './own-data.js'
import { stringAs, withShortForm } from './short-forms.js'
import { chainRules, sizeRules, stepChain } from './step-chain.js'
import { whole } from './whole.js'

export const DATASETS = {
  mnist: 'Handwritten digits: 60,000 for training, 10,000 for the test; 28 x 28 bytes, scaled to 0 ... 1.',
  'mnist-10k': '10,000 digits of MNIST, for quick trials; 28 x 28 bytes, scaled to 0 ... 1.',
  digits:
    '1,797 handwritten digits of 8 x 8 pixels, in random order, 80 % for training. Each pixel is divided by the largest value at its place, so that values are 0 ... 1. The test set of "Optical Recognition of Handwritten Digits" (E. Alpaydin and C. Kaynak, UCI, CC BY 4.0), as in scikit-learn.',
  'bars-and-stripes':
    'All pictures of 0 and 1 in which each row has one value (stripes, label 0) or each column has one value (bars, label 1). The test set is the training set. All 0 and all 1 are in it twice, once with each label.',
  'go-positions':
    "Generated positions of Go, 9 x 9 points by 4 planes (own stones, opponent's stones, empty points, last move): 24,000 for training, 2,000 for the test. The label is the point where a simple player moves, 0 to 80.",
} as const

const shared = {
  flatten: z.boolean().default(false).describe('Make each sample a vector: (28, 28) becomes (784).'),
  binarize: nameIn(BINARIZATIONS)
    .nullable()
    .default(null)
    .describe(
      'How values between 0 and 1 become 0 or 1, in training, validation and test. null: they stay as they are.',
    ),
  standardize: z
    .boolean()
    .default(false)
    .describe(
      'Give each element of a sample mean 0 and variance 1 over the training samples, without those of `validation_split`. A constant element becomes 0. Values then take 4 bytes each.',
    ),
  steps: stepChain
    .default([])
    .describe('Further steps that prepare samples, one after another, after "flatten", "standardize" and "binarize".'),
}

/** The schema of a data set: the options that only it has, and those that all data sets have. */
const set = <const Name extends keyof typeof DATASETS, Own extends z.core.$ZodShape>(name: Name, own: Own) =>
  z.strictObject({ dataset: z.literal(name).describe(DATASETS[name]), ...own, ...shared }).describe(DATASETS[name])

const sets = z.discriminatedUnion('dataset', [
  set('mnist', { augment }),
  set('mnist-10k', { augment }),
  set('digits', {
    augment,
    shifted: z
      .boolean()
      .default(false)
      .describe(
        'Add each digit moved by one pixel up, left, right and down, 8,985 in all. A digit and its copies may then be in both training and test set.',
      ),
  }),
  set('bars-and-stripes', {
    size: whole(2).max(8).default(4).describe('Pixels along an edge; there are 2^(size + 1) pictures.'),
  }),
  set('go-positions', {}),
])

/** JSON Schema tells the two kinds of object apart by the key `source`. */
const object = byKey('source', ownData, sets)

export const dataSchema = withShortForm(z.union([nameIn(DATASETS), object]), stringAs('dataset'))
  .transform((data) => (typeof data === 'string' ? sets.parse({ dataset: data }) : data))
  .superRefine(rules(dataRules))
  .describe('The data to train on: the name of a data set that comes with the program, or an object.')

function* dataRules(data: z.output<typeof object>): Iterable<RuleIssue> {
  if ('source' in data) {
    yield* ownDataRules(data)
    return
  }
  const { binarize, standardize, steps } = data
  if ('augment' in data) yield* valueRangeRules(data.augment, [0, 1])
  yield* chainRules(steps, 'numbers', ['steps'])
  yield* sizeRules(steps, ['steps'])
  if (binarize !== null && standardize) {
    const message = 'found true in addition to "binarize", but standardized values are not probabilities of a 1'
    yield { code: 'order', path: ['standardize'], message }
  }
}

/** A data set that comes with the program. */
export type SetSpec = DeepReadonly<z.output<typeof sets>>
