/** Keras' ImageDataGenerator (keras/src/legacy/preprocessing/image.py), the arguments of its constructor and of `fit`. */
import { z } from 'zod'
import { type DeepReadonly, nameIn, type RuleIssue } from '../family.js'
import { LONGEST_LIST, whole } from '../whole.js'
import { augmentation } from './layer.js'

/** Names of scipy.ndimage; Keras names the first four. The letters show an axis of four pixels and what lies around it. */
const FILL_MODES = {
  constant: 'kkkk|abcd|kkkk, k being cval.',
  nearest: 'aaaa|abcd|dddd.',
  reflect: 'dcba|abcd|dcba.',
  wrap: 'bcda|bcda|bcda, the last pixel being the first one of the next copy.',
  mirror: 'dcb|abcd|cba.',
  'grid-mirror': 'As reflect.',
  'grid-wrap': 'abcd|abcd|abcd.',
  'grid-constant': 'As constant, but pixels of cval mix with those at the edge.',
} as const

export type FillMode = keyof typeof FILL_MODES

/**
 * Most elements of a row for ZCA whitening. The memory grows with their square, and the time to learn with the third
 * power: 3072 take half a minute and 150 MB, these take over a minute and 270 MB.
 */
export const MOST_WHITENED = 4096

const flag = (description: string) => z.boolean().default(false).describe(description)

const angles = (description: string) => z.number().min(0).default(0).describe(description)

const MOST_PIXELS = 1e6

const shift = (size: string) =>
  z
    .union([
      z.number().min(0).max(MOST_PIXELS),
      z.array(z.number().min(-MOST_PIXELS).max(MOST_PIXELS)).min(1).max(LONGEST_LIST),
      z.strictObject({ pixels: z.number().gt(0).max(MOST_PIXELS).describe('The largest shift, in pixels.') }),
    ])
    .default(0)
    .describe(
      `Shift, as Keras draws it. A number below 1: up to this share of the ${size}. A whole number n: from -(n - 1) to n - 1 whole pixels. Another number: up to this many pixels. A list: one of its numbers, or its opposite; shares if all are below 1. { "pixels": 2 }: up to 2.0 pixels, which JSON cannot tell from 2.`,
    )

/** A field of Keras that has another place here. */
const elsewhere = (description: string, errorMessage: string) =>
  z.never().optional().describe(description).meta({ errorMessage })

export const GENERATOR = [
  augmentation(
    'ImageDataGenerator',
    "Keras' ImageDataGenerator: random changes of training rows, and standardization of all rows, learned from the training rows. The last of the list if it standardizes.",
    {
      featurewise_center: flag('Subtract from each channel its mean over the training rows.'),
      samplewise_center: flag('Subtract from each picture its mean.'),
      featurewise_std_normalization: flag(
        'Subtract the mean, and divide each channel by its standard deviation over the training rows plus 1e-6.',
      ),
      samplewise_std_normalization: flag(
        'Subtract from each picture its mean, and divide it by its standard deviation plus 1e-6.',
      ),
      zca_whitening: flag(
        'Subtract the mean of each channel, and turn pictures so that their elements are uncorrelated with variance 1 over the training rows. featurewise_std_normalization is not used then. For at most 4096 elements.',
      ),
      zca_epsilon: z
        .number()
        .min(0)
        .default(1e-6)
        .describe('For zca_whitening: added to each singular value of the training rows.'),
      rotation_range: angles('Largest rotation, in degrees.'),
      width_shift_range: shift('width'),
      height_shift_range: shift('height'),
      brightness_range: z
        .union([z.null(), z.array(z.number()).length(2)])
        .default(null)
        .describe('Bounds of the factor of all values, which become whole numbers from 0 to 255. null: none.'),
      shear_range: angles('Largest shear, in degrees.'),
      zoom_range: z
        .union([z.number().min(0), z.array(z.number()).length(2)])
        .default(0)
        .describe(
          'Bounds of the factors by which height and width are divided, one independently of the other. A number z: 1 - z and 1 + z.',
        ),
      channel_shift_range: z
        .number()
        .min(0)
        .default(0)
        .describe(
          'Largest number to add to all values, which then stay between the least and the largest of the picture.',
        ),
      fill_mode: nameIn(FILL_MODES).default('nearest').describe('What lies outside of a picture.'),
      cval: z.number().default(0).describe('The value outside, for fill_mode constant and grid-constant.'),
      horizontal_flip: flag('Flip half of the pictures: left becomes right.'),
      vertical_flip: flag('Flip half of the pictures: top becomes bottom.'),
      rescale: z
        .number()
        .nullable()
        .default(null)
        .describe('Factor of all values, before they are standardized. null or 0: none.'),
      interpolation_order: whole(0, 5)
        .default(1)
        .describe('Order of the spline between pixels. 0: the nearest pixel. 1: linear. 3: cubic.'),
      dtype: nameIn({ float32: 'Numbers of 32 bits.' }).default('float32').describe('Type of the numbers.'),
      fit: z
        .strictObject({
          augment: flag('Learn from randomly changed pictures.'),
          rounds: whole(1, 1000).default(1).describe('For augment: how often each picture is changed.'),
        })
        .prefault({})
        .describe('How the standardization is learned: the arguments of fit.'),
      preprocessing_function: elsewhere(
        'Not here: "steps" of the feature has functions with a name.',
        'found "preprocessing_function", which JSON cannot hold; "steps" of the feature has functions with a name, such as Rescaling',
      ),
      data_format: elsewhere(
        'Not here: channels are always last.',
        'found "data_format", but channels are always last here; leave it out',
      ),
      validation_split: elsewhere(
        'Not here: "fit" of the spec has it.',
        'found "validation_split", which has its place in "fit" of the spec',
      ),
    },
  ),
] as const

export type GeneratorSpec = DeepReadonly<z.output<(typeof GENERATOR)[number]>>

/** True if training rows are changed at random. */
export const changesPictures = (spec: GeneratorSpec): boolean =>
  [
    spec.rotation_range,
    spec.width_shift_range,
    spec.height_shift_range,
    spec.shear_range,
    spec.zoom_range,
    spec.channel_shift_range,
  ].some((range) => range !== 0) ||
  spec.brightness_range !== null ||
  spec.horizontal_flip ||
  spec.vertical_flip

/** True if the rows of all parts are changed, after the random changes. */
export const standardizes = (spec: GeneratorSpec): boolean =>
  Boolean(spec.rescale) ||
  spec.samplewise_center ||
  spec.samplewise_std_normalization ||
  spec.featurewise_center ||
  spec.featurewise_std_normalization ||
  spec.zca_whitening

/** Lists what is wrong in a generator by itself. */
export function* generatorRules(spec: GeneratorSpec): Iterable<RuleIssue> {
  for (const key of ['width_shift_range', 'height_shift_range'] as const) {
    if (spec[key] !== 1) continue
    const message =
      'found 1, the whole number with which Keras shifts nothing; must be [-1, 0, 1] for whole pixels, or { "pixels": 1 } for 1.0'
    yield { code: 'range', path: [key], message }
  }
  if (spec.fit.rounds > 1 && !spec.fit.augment) {
    yield { code: 'order', path: ['fit', 'rounds'], message: `found ${spec.fit.rounds} without "augment": true` }
  }
}
