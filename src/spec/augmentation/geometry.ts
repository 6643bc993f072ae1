/** Augmentations that move pixels (keras/src/layers/preprocessing/image_preprocessing). */
import { z } from 'zod'
import { type DeepReadonly, nameIn } from '../family.js'
import { pictureSide } from '../pictures.js'
import { range, upTo, valueRange } from './colour.js'
import { augmentation } from './layer.js'

export const interpolation = nameIn({
  bilinear: 'Weights that fall linearly with the distance: the 4 pixels around.',
  nearest: 'The nearest pixel.',
})
  .default('bilinear')
  .describe('How a pixel is computed from those around its place.')

const fillValue = z
  .number()
  .default(0)
  .describe('Value outside of the picture with fill_mode constant. In a mask it is 0.')

const sampling = {
  fill_mode: nameIn({
    reflect: 'The picture, reflected about its edge: d c b a | a b c d | d c b a.',
    constant: 'The number of fill_value: k k k k | a b c d | k k k k.',
    wrap: 'The picture again: a b c d | a b c d | a b c d.',
    nearest: 'The nearest pixel: a a a a | a b c d | d d d d.',
  })
    .default('reflect')
    .describe('What is outside of the picture, where the result would show it.'),
  interpolation,
  fill_value: fillValue,
}

/** How a layer that moves pixels computes them. */
export type SamplingSpec = DeepReadonly<z.output<z.ZodObject<typeof sampling>>>

const toBothSides = 'A number f stands for [-f, f].'

/** A change to both sides. */
const around = (least: number, most: number, description: string) =>
  range(least, most).describe(`${description} ${toBothSides}`)

const aboveMinusOne = z.number().gt(-1).max(1)
const zoom = z.union([aboveMinusOne, z.array(aboveMinusOne).length(2)])

const smaller = 'A picture that is not larger in both directions is cut in the middle and resized.'

export const GEOMETRY = [
  augmentation('RandomFlip', 'Flips half of the pictures.', {
    mode: nameIn({
      horizontal: 'Left becomes right.',
      vertical: 'Top becomes bottom.',
      horizontal_and_vertical: 'Both at once. Two layers flip in each direction by itself.',
    })
      .default('horizontal_and_vertical')
      .describe('Direction of the flip.'),
  }),
  augmentation('RandomRotation', 'Turns a picture about its middle.', {
    factor: around(-1, 1, 'Range of the angle, in full turns; anticlockwise is positive.'),
    ...sampling,
  }),
  augmentation('RandomTranslation', 'Shifts a picture.', {
    height_factor: around(-1, 1, 'Range of the shift down, as a share of the height; up is negative.'),
    width_factor: around(-1, 1, 'Range of the shift to the right, as a share of the width; left is negative.'),
    ...sampling,
  }),
  augmentation('RandomZoom', 'Makes a picture smaller or larger about its middle.', {
    height_factor: zoom.describe(
      `Range of the zoom of the height: 0.2 shows 1.2 times as much of it, so that a picture becomes smaller; negative ones make it larger. ${toBothSides}`,
    ),
    width_factor: zoom
      .nullable()
      .default(null)
      .describe(`The same for the width. null: that of the height, which keeps proportions. ${toBothSides}`),
    ...sampling,
  }),
  augmentation(
    'RandomShear',
    'Shears a picture: a rectangle becomes a parallelogram. Its first pixel stays where it is.',
    {
      x_factor: around(0, 1, 'Range of the pixels to the side for each pixel down, in both directions.').default(0),
      y_factor: around(0, 1, 'Range of the pixels down for each pixel to the side, in both directions.').default(0),
      ...sampling,
    },
  ),
  augmentation(
    'RandomCrop',
    'Cuts out a part of a picture. Validation and test show as much of the picture as has the same shape, resized.',
    {
      height: pictureSide.describe(`Height of the part in pixels. ${smaller}`),
      width: pictureSide.describe(`Width of the part in pixels. ${smaller}`),
    },
  ),
  augmentation('RandomPerspective', 'Shows some pictures in another perspective, by moving the corners.', {
    factor: upTo('Range of the probability that a picture is changed.').default(1),
    scale: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe('Range of the moves: a corner moves by at most half of this share of the height and of the width.'),
    interpolation,
    fill_value: fillValue,
  }),
  augmentation('RandomElasticTransform', 'Distorts some pictures as if they were of rubber.', {
    factor: upTo('Range of the probability that a picture is changed.').default(1),
    scale: upTo('Range of the strength.').default(1),
    ...sampling,
    value_range: valueRange,
  }),
  augmentation('RandomErasing', 'Covers a rectangle of some pictures. Masks stay as they are.', {
    factor: upTo('Range of the probability that a picture is changed.').default(1),
    scale: upTo('Range of a share of the picture; each side of the rectangle is the root of one.').default([
      0.02, 0.33,
    ]),
    fill_value: z
      .union([z.null(), z.number(), z.array(z.number()).length(3)])
      .default(null)
      .describe('Value in the rectangle, or a list of those of the three channels. null: normal noise.'),
    value_range: valueRange,
  }),
] as const
