/**
 * Steps that prepare a column for a model: Keras' preprocessing layers with their names and arguments
 * (keras/src/layers/preprocessing), the steps of its ImageDataGenerator, and our own.
 */
import { z } from 'zod'
import { SPECTROGRAMS } from './audio.js'
import type { GeneratorSpec } from './augmentation/generator.js'
import { BINARIZATIONS } from './binarizations.js'
import { type DeepReadonly, member, nameIn } from './family.js'
import { INTERPOLATIONS } from './interpolations.js'
import { axis } from './layers/layer.js'
import { cropToAspectRatio, pictureSide } from './pictures.js'
import { textFields } from './text.js'
import { vocabularyFields } from './token-rules.js'
import { MOST_AXES, MOST_COLUMNS, whole } from './whole.js'

const MODES = {
  int: 'The number of the category.',
  one_hot: 'For each value a vector with a 1 at its number.',
  multi_hot: 'One vector for the values along the last axis, with a 1 at the number of each.',
  count: 'One vector for the values along the last axis, which counts how often each number is among them.',
} as const

/** Like `count`, but each count is multiplied by a weight that falls with the number of rows that have the value. */
const WEIGHTED_MODES = {
  ...MODES,
  tf_idf: 'As count, times log(1 + rows / (1 + rows with the value)), counted in the training rows.',
} as const

const outputMode = nameIn(MODES).default('int').describe('How the number of a category is given to the model.')

const numbers = (description: string) =>
  z
    .union([z.null(), z.number(), z.array(z.number()).min(1).max(MOST_COLUMNS)])
    .default(null)
    .describe(description)

/** A number for all elements, or one for each element of the last axis. */
const perElement = z.union([z.number(), z.array(z.number()).min(1).max(MOST_COLUMNS)])
const scaleText = 'Factor: one number, or one for each element of the last axis.'
const offsetText = 'Number to add after the scaling: one, or one for each element of the last axis.'
export const offset = perElement.default(0).describe(offsetText)
export const scale = (byDefault: number) => perElement.default(byDefault).describe(scaleText)

export const binBoundaries = z
  .union([z.null(), z.array(z.number()).min(1).max(MOST_COLUMNS)])
  .default(null)
  .describe(
    'Boundaries of the bins, rising: [0, 1] makes three bins, below 0, from 0 to below 1, and from 1 on. null: learned as quantiles.',
  )
export const epsilon = z
  .number()
  .gt(0)
  .max(0.5)
  .default(0.01)
  .describe('Tolerance of the learned quantiles, as a share of the rows.')

export const numBins = whole(1, MOST_COLUMNS)

const salt = (hashed: string) =>
  z
    .union([z.null(), whole(0, MOST_SALT), z.array(whole(0, MOST_SALT)).length(2)])
    .default(null)
    .describe(`Key of the hash${hashed}, one whole number or two: the hash is SipHash64 then. null: FarmHash64.`)
const MOST_SALT = Number.MAX_SAFE_INTEGER

export const maxTokens = whole(2)
  .nullable()
  .default(null)
  .describe(
    'Largest number of categories, with the places of unseen values. The most frequent ones are kept. null: all.',
  )
export const numOovIndices = whole(0, MOST_COLUMNS)
  .default(1)
  .describe(
    'Number of places for values that are not in the vocabulary, chosen by a hash if there are several. With 0 such a value is an error.',
  )

/** Fields of both lookups, in the order of Keras. */
const lookup = {
  idf_weights: vocabularyFields.idf_weights,
  output_mode: nameIn(WEIGHTED_MODES).default('int').describe('How the number of a category is given to the model.'),
  pad_to_max_tokens: vocabularyFields.pad_to_max_tokens,
}

const lookupSalt = salt(' of values outside the vocabulary')

export const STEPS = [
  member('Normalization', 'Gives each element of an axis mean 0 and variance 1 over the training rows.', {
    axis: z
      .union([z.null(), axis, z.array(axis).min(1).max(MOST_AXES)])
      .default(-1)
      .describe(
        'Axis, or axes, each element of which has its own mean and variance, counted with the batch; -1 is the last. null: one mean and variance for all.',
      ),
    mean: numbers('Mean: one, or one for each element of the axis. null: learned.'),
    variance: numbers('Variance, like mean. null: learned.'),
    invert: z.boolean().default(false).describe('Whether to do the opposite: to multiply and add the mean.'),
  }),
  member('Rescaling', 'Multiplies by scale and adds offset.', { scale: perElement.describe(scaleText), offset }),
  member('Discretization', 'Gives each number the number of its bin, from 0.', {
    bin_boundaries: binBoundaries,
    num_bins: numBins.nullable().default(null).describe('Number of bins with about as many training rows in each.'),
    epsilon,
    output_mode: outputMode,
  }),
  member(
    'StringLookup',
    'Gives each text its number in a vocabulary: the texts of the training rows, the most frequent first.',
    {
      max_tokens: maxTokens,
      num_oov_indices: numOovIndices,
      mask_token: z
        .string()
        .nullable()
        .default(null)
        .describe('A text that means nothing: number 0, or in a vector no 1 at all. null: none.'),
      oov_token: z.string().nullable().default('[UNK]').describe('A text that is never taken into the vocabulary.'),
      vocabulary: z
        .union([z.null(), z.array(z.string()).min(1)])
        .default(null)
        .describe('The texts, in the order of their numbers. null: learned.'),
      ...lookup,
      salt: lookupSalt,
    },
  ),
  member(
    'IntegerLookup',
    'Gives each whole number its number in a vocabulary: the numbers of the training rows, the most frequent first.',
    {
      max_tokens: maxTokens,
      num_oov_indices: numOovIndices,
      mask_token: z
        .int()
        .nullable()
        .default(null)
        .describe('A whole number that means nothing: number 0, or in a vector no 1 at all. null: none.'),
      oov_token: z.int().nullable().default(-1).describe('A whole number that is never taken into the vocabulary.'),
      vocabulary: z
        .union([z.null(), z.array(z.int()).min(1)])
        .default(null)
        .describe('The whole numbers, in the order of their numbers. null: learned.'),
      ...lookup,
      oov_method: nameIn({
        floormod: 'The rest of a division by their number.',
        farmhash: 'A hash, which spreads numbers with a common factor evenly.',
      })
        .default('floormod')
        .describe('What chooses among several places for values outside the vocabulary.'),
      salt: lookupSalt,
    },
  ),
  member('TextVectorization', 'Splits each text into tokens and gives them their numbers in a vocabulary.', textFields),
  member('Hashing', 'Gives each text or whole number a number by its hash.', {
    num_bins: numBins.describe('Number of places, with that of mask_value.'),
    mask_value: z
      .union([z.null(), z.string(), z.int()])
      .default(null)
      .describe('A value that means nothing: it alone has number 0. null: none.'),
    salt: salt(''),
    output_mode: outputMode,
  }),
  member('CategoryEncoding', 'Turns numbers of categories, from 0, into a vector.', {
    num_tokens: whole(1, MOST_COLUMNS).describe('Number of categories.'),
    output_mode: nameIn({ multi_hot: MODES.multi_hot, one_hot: MODES.one_hot, count: MODES.count })
      .default('multi_hot')
      .describe('How the number of a category is given to the model.'),
  }),
  member('FillMissing', 'Replaces gaps.', {
    strategy: nameIn({
      mean: 'The mean of the training rows.',
      median: 'The median of the training rows.',
      most_frequent: 'The most frequent value of the training rows; among several the smallest.',
      constant: 'The value of the field value.',
    })
      .default('mean')
      .describe('What replaces a gap.'),
    value: z
      .union([z.null(), z.number(), z.string()])
      .default(null)
      .describe('What replaces a gap with strategy constant.'),
  }),
  member('MinMax', 'Scales each element of a row so that its training rows lie in a range.', {
    feature_range: z
      .array(z.number())
      .length(2)
      .default([0, 1])
      .describe('Smallest and largest value of the training rows after the step.'),
  }),
  member('Log', 'The natural logarithm of each value, which must be above 0.', {
    offset: z.number().default(0).describe('Number to add before the logarithm is taken.'),
  }),
  member(
    'Standardize',
    'Gives each element of a row mean 0 and variance 1 over the training rows. A constant element becomes 0.',
    {},
  ),
  member(
    'FeaturewiseCenter',
    'Subtracts from each channel of an image, or from each element of a vector, its mean over the training rows.',
    {},
  ),
  member(
    'FeaturewiseStd',
    'Divides each channel of an image, or each element of a vector, by its standard deviation over the training rows plus 1e-6.',
    {},
  ),
  member('SamplewiseCenter', 'Subtracts from each row its mean.', {}),
  member('SamplewiseStd', 'Divides each row by its standard deviation plus 1e-6.', {}),
  member(
    'ZCAWhitening',
    'Subtracts the mean as FeaturewiseCenter does, and turns the rows so that their elements are uncorrelated with variance 1 over the training rows, and change as little as possible.',
    {
      epsilon: z
        .number()
        .min(0)
        .default(1e-6)
        .describe(
          'Added to each singular value of the training rows. With elements that hardly change, a larger one keeps them small.',
        ),
    },
  ),
  member(
    'CenterCrop',
    'Cuts the middle out of each picture. From a smaller picture it cuts the largest part of this shape, and resizes that.',
    { height: pictureSide.describe('Height in pixels.'), width: pictureSide.describe('Width in pixels.') },
  ),
  member('Resizing', 'Resizes each picture.', {
    height: pictureSide.describe('New height in pixels.'),
    width: pictureSide.describe('New width in pixels.'),
    interpolation: nameIn(INTERPOLATIONS).default('bilinear').describe('How pixels of the new picture are computed.'),
    crop_to_aspect_ratio: cropToAspectRatio('the new picture'),
    pad_to_aspect_ratio: z
      .boolean()
      .default(false)
      .describe('Whether to surround the picture by a border to the shape of the new one, instead of distorting.'),
    fill_mode: nameIn({ constant: 'The value of fill_value.' }).default('constant').describe('What the border shows.'),
    fill_value: z.number().default(0).describe('Value of the border.'),
    antialias: z
      .boolean()
      .default(false)
      .describe('Whether a smaller picture is made of all pixels of the larger one; not for nearest and area.'),
  }),
  member('Binarize', 'Turns values between 0 and 1 into 0 or 1.', {
    method: nameIn(BINARIZATIONS).default('threshold').describe('How values between 0 and 1 become 0 or 1.'),
  }),
  member('Flatten', 'Makes each row a vector: (28, 28) becomes (784).', {}),
  ...SPECTROGRAMS,
] as const

export type StepSpec = DeepReadonly<z.output<(typeof STEPS)[number]>>

export type StepOf<Type extends StepSpec['type']> = Extract<StepSpec, { readonly type: Type }>

/** A step of a feature: one of the format, or the standardization that an ImageDataGenerator in its `augment` stands for. */
export type ChainStep = StepSpec | GeneratorSpec
