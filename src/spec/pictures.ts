/** Pictures in files: the arguments of Keras' image_dataset_from_directory (keras/src/utils/image_dataset_utils.py). */
import { z } from 'zod'
import { type DeepReadonly, nameIn, type RuleIssue } from './family.js'
import { INTERPOLATIONS } from './interpolations.js'
import { whole } from './whole.js'

/** The height or the width of a picture for a model. */
export const pictureSide = whole(1, 8192)

export const COLOR_MODES = {
  grayscale: 'One channel: brightness.',
  rgb: 'Three channels: red, green and blue.',
  rgba: 'Four channels: red, green, blue and opacity.',
} as const

export const CHANNELS = { grayscale: 1, rgb: 3, rgba: 4 } as const

export const directory = z
  .string()
  .min(1)
  .nullable()
  .describe(
    'Folder in which the files lie that the column names; it is relative to the spec. null: the folder of the source.',
  )

export const imageSize = z.array(pictureSide).length(2).describe('Height and width to which pictures are resized.')

export const colorMode = nameIn(COLOR_MODES)

export const cropToAspectRatio = (size: string) =>
  z
    .boolean()
    .default(false)
    .describe(`Whether to cut the largest part with the shape of ${size} from the middle, instead of distorting.`)

export const pictureFields = {
  directory: directory.default(null),
  image_size: imageSize.default([256, 256]),
  color_mode: colorMode.default('rgb').describe('Channels of the pictures.'),
  interpolation: nameIn(INTERPOLATIONS).default('bilinear').describe('How pixels of the resized picture are computed.'),
  crop_to_aspect_ratio: cropToAspectRatio('image_size'),
  pad_to_aspect_ratio: z
    .boolean()
    .default(false)
    .describe('Whether to surround the picture with zeros to the shape of image_size, instead of distorting.'),
  dtype: nameIn({
    uint8: 'Whole numbers from 0 to 255, a byte each; resized pixels are rounded.',
    float32: 'Numbers from 0 to 255 with their fractions, as in Keras, four bytes each.',
  })
    .nullable()
    .default(null)
    .describe('How pixels are stored. null: float32 if the first picture has 16 bits in each channel, else uint8.'),
}

export type PictureSpec = DeepReadonly<{ [Key in keyof typeof pictureFields]: z.output<(typeof pictureFields)[Key]> }>

/** Two ways to keep the shape of what a picture shows. */
type AspectRatio = Pick<PictureSpec, 'crop_to_aspect_ratio' | 'pad_to_aspect_ratio'>

export function* pictureRules({ crop_to_aspect_ratio, pad_to_aspect_ratio }: AspectRatio): Iterable<RuleIssue> {
  if (!crop_to_aspect_ratio || !pad_to_aspect_ratio) return
  const message = 'found true in addition to "crop_to_aspect_ratio"; keep one of them'
  yield { code: 'order', path: ['pad_to_aspect_ratio'], message }
}
