/**
 * Features: columns of a table that a model gets, with the types of Keras' FeatureSpace and their defaults
 * (keras/src/layers/preprocessing/feature_space.py).
 */
import { z } from 'zod'
import { nearest } from '../base/nearest.js'
import { audioFields } from './audio.js'
import { augment } from './augmentation.js'
import { valueRangeRules, whiteningRules } from './augmentation-rules.js'
import { ENCODINGS } from './encodings.js'
import { type DeepReadonly, family, member, nameIn, type RuleIssue, rules } from './family.js'
import { directory, pictureFields, pictureRules } from './pictures.js'
import { withShortForm } from './short-forms.js'
import { chainRules, type StepValues, stepChain } from './step-chain.js'
import { binRules } from './step-rules.js'
import { binBoundaries, epsilon, maxTokens, numBins, numOovIndices, offset, scale } from './steps.js'
import { textFields } from './text.js'
import { textRules } from './text-rules.js'
import { tokenRules } from './token-rules.js'
import { LONGEST_LIST, MOST_COLUMNS, whole } from './whole.js'

const column = z.string().optional().describe('Name of the column. Default: the name of the feature.')

const FILLS = {
  error: 'A gap is an error.',
  drop: 'Rows with a gap are left out.',
  most_frequent: 'The most frequent value of the training rows; among several the smallest.',
} as const
const NUMBER_FILLS = {
  ...FILLS,
  mean: 'The mean of the training rows.',
  median: 'The median of the training rows.',
} as const
const CATEGORY_FILLS = { category: 'A category of its own, if training rows have gaps.', ...FILLS } as const

const missing = {
  files: nameIn({ error: FILLS.error, drop: FILLS.drop })
    .default('error')
    .describe('What becomes of a row with a gap.'),
  numbers: z
    .union([nameIn(NUMBER_FILLS), z.number()])
    .default('error')
    .describe('What replaces a gap: a name or a number.'),
  integers: z
    .union([nameIn(FILLS), z.int()])
    .default('error')
    .describe('What replaces a gap: a name or a whole number.'),
  text: z
    .union([nameIn(FILLS), z.strictObject({ value: z.string().describe('The text.') })])
    .default('error')
    .describe('What replaces a gap: a name, or an object with a text.'),
  wholeCategory: z
    .union([nameIn(CATEGORY_FILLS), z.int()])
    .default('category')
    .describe('What replaces a gap: a name or a whole number.'),
  textCategory: z
    .union([nameIn(CATEGORY_FILLS), z.strictObject({ value: z.string().describe('The text.') })])
    .default('category')
    .describe('What replaces a gap: a name, or an object with a text.'),
}

const encoded = nameIn({
  one_hot: 'A vector with a 1 at the number of the category.',
  int: 'The number of the category, for an Embedding.',
})
  .default('one_hot')
  .describe('How the number of a category is given to the model.')

const bins = numBins.default(32).describe('Number of places.')
const steps = (description: string) => stepChain.default([]).describe(description)
const neededSteps = (last: string) => stepChain.min(1).describe(`Steps, one after another; ${last}.`)
const categories = { max_tokens: maxTokens, num_oov_indices: numOovIndices, output_mode: encoded }

export const FEATURES = [
  member('float', 'A number, as it is or after steps.', {
    column,
    missing: missing.numbers,
    steps: steps('Steps, one after another. None: the number as it is.'),
  }),
  member('float_normalized', 'A number, with mean 0 and variance 1 over the training rows.', {
    column,
    missing: missing.numbers,
  }),
  member('float_rescaled', 'A number, times scale plus offset.', {
    column,
    missing: missing.numbers,
    scale: scale(1),
    offset,
  }),
  member('float_discretized', 'A number, as the number of its bin.', {
    column,
    missing: missing.numbers,
    num_bins: bins.describe('Number of bins with about as many training rows in each, if bin_boundaries is null.'),
    bin_boundaries: binBoundaries,
    epsilon,
    output_mode: encoded,
  }),
  member('integer_categorical', 'A whole number that names a category.', {
    column,
    missing: missing.wholeCategory,
    ...categories,
  }),
  member('string_categorical', 'A text that names a category.', {
    column,
    missing: missing.textCategory,
    ...categories,
  }),
  member('integer_hashed', 'A whole number, such as an identifier, as the number of a place that a hash chooses.', {
    column,
    missing: missing.integers,
    num_bins: bins,
    output_mode: encoded,
  }),
  member('string_hashed', 'A text, such as a name, as the number of a place that a hash chooses.', {
    column,
    missing: missing.text,
    num_bins: bins,
    output_mode: encoded,
  }),
  member('integer', 'A whole number, exact to 9007199254740991, that steps turn into numbers.', {
    column,
    missing: missing.integers,
    steps: neededSteps('"IntegerLookup", "Hashing" or "CategoryEncoding" among them'),
  }),
  member('string', 'A text that steps turn into numbers.', {
    column,
    missing: missing.text,
    steps: neededSteps('"StringLookup", "TextVectorization" or "Hashing" among them'),
  }),
  member('text', 'A text, as the numbers of its tokens, or as a vector of them. It is an input of its own.', {
    column,
    missing: missing.text,
    ...textFields,
    encoding: nameIn(ENCODINGS)
      .default('utf-8')
      .describe('Encoding of the text files of a folder. A byte that is no text in it is an error.'),
  }),
  member('array', 'Numbers of any shape, from a file of arrays.', {
    column,
    missing: missing.numbers,
    augment,
    steps: steps('Steps, one after another. None: the numbers as they are.'),
  }),
  member('image', 'A picture, from a file that the column names: JPEG, PNG, WebP, GIF or BMP.', {
    column: column.describe(
      'Name of the column. Default: the name of the feature; for a folder of pictures, its files.',
    ),
    ...pictureFields,
    missing: missing.files,
    augment,
    steps: steps('Steps, one after another. None: numbers from 0 to 255.'),
  }),
  member('audio', 'A sound, from a WAV file that the column names, as samples from -1 to 1.', {
    column: column.describe('Name of the column. Default: the name of the feature; for a folder of sounds, its files.'),
    directory: directory.default(null),
    ...audioFields,
    missing: missing.files,
    steps: steps('Steps, one after another, such as MelSpectrogram. None: the samples.'),
  }),
] as const

/** The values of the column that the steps of a feature begin with. */
export const FIRST_VALUES: { readonly [Type in FeatureSpec['type']]: StepValues } = {
  float: 'numbers',
  float_normalized: 'numbers',
  float_rescaled: 'numbers',
  float_discretized: 'numbers',
  integer_categorical: 'integers',
  string_categorical: 'text',
  integer_hashed: 'integers',
  string_hashed: 'text',
  integer: 'integers',
  string: 'text',
  text: 'text',
  array: 'numbers',
  image: 'numbers',
  audio: 'numbers',
}

export type FeatureSpec = DeepReadonly<z.output<(typeof FEATURES)[number]>>

/** True for a feature that is an input of its own, and no part of the vector of all features. */
export const isOwnInput = (feature: FeatureSpec): boolean => hasArrays(feature) || feature.type === 'text'

/** True for a feature whose column has arrays when it is read. */
export const hasArrays = ({ type }: FeatureSpec): boolean => type === 'array' || type === 'image' || type === 'audio'

export const featureSchema = family(FEATURES).superRefine(rules(featureRules)).meta({ id: 'feature' })

function* featureRules(feature: FeatureSpec): Iterable<RuleIssue> {
  if ('steps' in feature) yield* chainRules(feature.steps, FIRST_VALUES[feature.type], ['steps'])
  if (feature.type === 'text') yield* textRules(feature)
  else if ('max_tokens' in feature) yield* tokenRules(feature, 0)
  if ('bin_boundaries' in feature) yield* binRules(feature)
  if (feature.type === 'image') {
    yield* pictureRules(feature)
    yield* valueRangeRules(feature.augment, [0, 255])
    yield* whiteningRules(feature)
  }
}

const crossed = z
  .strictObject({
    feature_names: z
      .array(z.string())
      .min(2)
      .max(LONGEST_LIST)
      .describe('Names of the features to cross: categories, hashes or bins.'),
    crossing_dim: whole(1, MOST_COLUMNS)
      .default(32)
      .describe('Number of places that a hash of their values chooses from.'),
    output_mode: encoded,
  })
  .describe('A hash of the values of several features.')

const crossSchema = withShortForm(z.union([z.array(z.string()).min(2).max(LONGEST_LIST), crossed]), (value) =>
  Array.isArray(value) ? { feature_names: value } : undefined,
).transform((value) =>
  Array.isArray(value) ? crossed.parse({ feature_names: value }) : (value as z.output<typeof crossed>),
)

export type CrossSpec = DeepReadonly<z.output<typeof crossSchema>>

export const crossesSchema = z
  .array(crossSchema)
  .max(LONGEST_LIST)
  .default([])
  .describe('Features to cross, as lists of their names: each list is one more feature, a hash of their values.')

/** The name of a cross as an input, as in FeatureSpace. */
export const crossName = ({ feature_names }: CrossSpec): string => feature_names.join('_X_')

/** Lists crosses of features that are not there, or that have no number of a category. Paths begin in the data. */
export function* crossRules(
  crosses: readonly CrossSpec[],
  features: Readonly<Record<string, FeatureSpec>>,
): Iterable<RuleIssue> {
  const taken = new Set(Object.keys(features))
  for (const [index, cross] of crosses.entries()) {
    if (taken.size === taken.add(crossName(cross)).size) {
      yield { code: 'duplicate', path: ['crosses', index], message: `found "${crossName(cross)}" twice` }
    }
    for (const [place, name] of cross.feature_names.entries()) {
      const feature = Object.hasOwn(features, name) ? features[name] : undefined
      if (feature && 'output_mode' in feature && !isOwnInput(feature)) continue
      const message = feature
        ? `found "${name}" of type "${feature.type}", must be a feature of categories, hashes or bins`
        : `found "${name}", which is not a feature`
      const near = feature ? undefined : nearest(name, Object.keys(features))
      yield { code: 'order', path: ['crosses', index, 'feature_names', place], message, nearest: near }
    }
  }
}

/** Lists features that are numbers of categories among several that lie side by side, where such numbers mean nothing. */
export function* numberRules(
  features: Readonly<Record<string, FeatureSpec>>,
  crosses: readonly CrossSpec[],
): Iterable<RuleIssue> {
  const all = [
    ...Object.entries(features)
      .filter(([, one]) => !isOwnInput(one))
      .map(([name, one]) => ({ one, path: ['features', name, 'output_mode'] })),
    ...crosses.map((one, index) => ({ one, path: ['crosses', index, 'output_mode'] })),
  ]
  if (all.length === 1) return
  for (const { one, path } of all) {
    if (!('output_mode' in one) || one.output_mode !== 'int') continue
    const message =
      'found "int", but numbers of categories cannot lie beside other features in a vector; must be "one_hot", or "output_mode" of the data "dict"'
    yield { code: 'order', path, message }
  }
}
