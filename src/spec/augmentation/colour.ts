/** Augmentations that change values (keras/src/layers/preprocessing/image_preprocessing). */
import { z } from 'zod'
import { perAxis } from '../layers/layer.js'
import { LARGEST_WINDOW, whole } from '../whole.js'
import { augmentation } from './layer.js'

export const valueRange = z
  .array(z.number())
  .length(2)
  .refine(([least, largest]) => least! < largest!, {
    error: ({ input }) => `found [${(input as readonly number[]).join(', ')}], must rise`,
  })
  .default([0, 255])
  .describe('Smallest and largest value of a picture.')

/** A number, or a pair that values are drawn between. */
export const range = (least: number, most: number) =>
  z.union([z.number().min(least).max(most), z.array(z.number().min(least).max(most)).length(2)])

const FROM_ZERO = 'A number f stands for [0, f].'

/** A strength from 0 to 1: a number f stands for [0, f]. */
export const upTo = (description: string) => range(0, 1).describe(`${description} ${FROM_ZERO}`)

const brightness = range(-1, 1)
const contrast = range(0, 1)
const brightnessText =
  'Range of the number that is added, as a share of the value range. A number f stands for [-f, f].'
const contrastText =
  'A pair [a, b]: distances from the mean are multiplied by a number between 1 - a and 1 + b. A number f stands for [f, f].'
const saturationText = `Range of the strength: 0 makes a picture grey, 0.5 changes nothing, 1 gives the purest colours. ${FROM_ZERO}`
const hueText = `Range of the turn, as a share of half the colour circle, in either direction: 0 changes nothing, 1 gives the complementary colours. ${FROM_ZERO}`

export const COLOUR = [
  augmentation('RandomBrightness', 'Adds a number to all values.', {
    factor: brightness.describe(brightnessText),
    value_range: valueRange,
  }),
  augmentation('RandomContrast', 'Moves the values of each channel away from their mean, or towards it.', {
    factor: contrast.describe(contrastText),
    value_range: valueRange,
  }),
  augmentation('RandomHue', 'Turns the colour circle.', {
    factor: range(0, 1).describe(hueText),
    value_range: valueRange,
  }),
  augmentation('RandomSaturation', 'Makes colours paler or purer.', {
    factor: range(0, 1).describe(saturationText),
    value_range: valueRange,
  }),
  augmentation('RandomColorJitter', 'Changes brightness, contrast, saturation and hue, in this order.', {
    value_range: valueRange,
    brightness_factor: brightness
      .nullable()
      .default(null)
      .describe(`As factor of RandomBrightness. null: brightness stays. ${brightnessText}`),
    contrast_factor: contrast
      .nullable()
      .default(null)
      .describe(`As factor of RandomContrast. null: contrast stays. ${contrastText}`),
    saturation_factor: range(0, 1)
      .nullable()
      .default(null)
      .describe(`As factor of RandomSaturation. null: saturation stays. ${saturationText}`),
    hue_factor: range(0, 1).nullable().default(null).describe(`As factor of RandomHue. null: hue stays. ${hueText}`),
  }),
  augmentation('RandomColorDegeneration', 'Mixes a picture with its grey version.', {
    factor: upTo('Range of the share of the grey version.'),
    value_range: valueRange,
  }),
  augmentation('RandomGrayscale', 'Makes some pictures grey. They keep their channels.', {
    factor: z.number().min(0).max(1).default(0.5).describe('Probability that a picture becomes grey.'),
  }),
  augmentation('RandomSharpness', 'Blurs or sharpens.', {
    factor: upTo('Range of the strength: 0 blurs, 0.5 changes nothing, 1 sharpens.'),
    value_range: valueRange,
  }),
  augmentation('RandomGaussianBlur', 'Blurs some pictures with a Gaussian kernel.', {
    factor: upTo('Range of the probability that a picture is blurred.').default(1),
    kernel_size: perAxis(2, 1, LARGEST_WINDOW)
      .refine((sizes) => sizes.every((size) => size % 2 === 1), {
        error: ({ input }) => `found [${(input as readonly number[]).join(', ')}], must be odd`,
      })
      .prefault(3)
      .describe('Size of the kernel in pixels, odd: a number, or [height, width].'),
    sigma: z
      .union([z.number().min(0), z.array(z.number().min(0)).length(2)])
      .default(1)
      .describe(
        'Standard deviation of the kernel in pixels: a number, or a pair that it is drawn between, for each direction by itself.',
      ),
    value_range: valueRange,
  }),
  augmentation('RandomInvert', 'Inverts some pictures: the largest value becomes the smallest.', {
    factor: upTo('Range of the probability that a picture is inverted.').default(1),
    value_range: valueRange,
  }),
  augmentation('RandomPosterization', 'Keeps the highest bits of each value only, of 8.', {
    factor: z
      .union([whole(1, 8), z.array(whole(1, 8)).length(2)])
      .describe('Number of bits, or a pair [least, most] that it is drawn between.'),
    value_range: valueRange,
  }),
  augmentation('Solarization', 'Adds a number to all values, then inverts those that reach a threshold.', {
    addition_factor: upTo('Range of the number that is added, as a share of the value range.').default(0),
    threshold_factor: upTo(
      'Range of the threshold, as a share of the value range; with 0 all values are inverted.',
    ).default(0),
    value_range: valueRange,
  }),
  augmentation('Equalization', 'Spreads the values of each channel evenly over the value range.', {
    value_range: valueRange,
    bins: whole(2, 2 ** 16)
      .default(256)
      .describe('Number of bins of the histogram.'),
  }),
  augmentation(
    'ContrastLimitedAdaptiveHistogramEqualization',
    'Spreads the values of each channel evenly over the value range, in every part of a picture by itself (CLAHE). In validation and test too.',
    {
      value_range: valueRange,
      clip_limit: z
        .number()
        .default(4)
        .describe('Largest count of a value in a part, in multiples of the mean count; 0 or less: no limit.'),
      tile_grid_size: z
        .array(whole(1, LARGEST_WINDOW))
        .length(2)
        .default([8, 8])
        .describe('Number of parts: [rows, columns].'),
    },
  ),
  augmentation(
    'AutoContrast',
    'Stretches the values of each channel to the whole value range. In validation and test too.',
    { value_range: valueRange },
  ),
] as const
