/** `RandomCrop` (keras/src/layers/preprocessing/image_preprocessing/random_crop.py). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Interpolation } from '../../spec/interpolations.js'
import { cut, resize } from '../pictures/resize.js'
import type { Augmentation, Picture } from './augmentation.js'

/** The pixel that becomes the first one. `whole`: as much of the picture as has the right shape, resized. */
export type Corner = 'whole' | { readonly top: number; readonly left: number }

/**
 * Draws a place for each picture; Keras draws one for a batch. A picture that is not larger in both directions is cut in the
 * middle and resized. Pictures of validation are resized, as Keras documents it; its code leaves them as they are.
 */
export function randomCrop({ height, width }: ArgumentsOf<'RandomCrop'>): Augmentation<Corner> {
  const size = [height, width] as const

  function cropped({ shape, values }: Picture, corner: Corner, interpolation: Interpolation): Picture {
    const channels = shape[2]
    const made = [height, width, channels] as const
    if (corner === 'whole') {
      return { shape: made, values: resize(values, shape, size, { interpolation, crop_to_aspect_ratio: true }) }
    }
    const { top, left } = corner
    const part = [Math.min(height, shape[0] - top), Math.min(width, shape[1] - left), channels] as const
    const pixels = cut(values, shape, { top, left, height: part[0], width: part[1] })
    const fits = part[0] === height && part[1] === width
    return { shape: made, values: fits ? pixels : resize(pixels, part, size, { interpolation }) }
  }

  return {
    shape: ([, , channels]) => [height, width, channels],
    draw(random, [rows, columns]) {
      if (rows > height && columns > width) {
        return { top: random.below(rows - height + 1), left: random.below(columns - width + 1) }
      }
      const [wantedRows, wantedColumns] = [(columns * height) / width, (rows * width) / height]
      return { top: middle(rows, wantedRows), left: middle(columns, wantedColumns) }
    },
    inference: () => 'whole',
    apply: (picture, corner) => cropped(picture, corner, 'bilinear'),
    applyToMask: (mask, corner) => cropped(mask, corner, 'nearest'),
  }
}

/** The start of the middle part of this size, as far as there is so much. */
const middle = (size: number, wanted: number) =>
  Math.floor((size - Math.max(Math.min(size, Math.trunc(wanted)), 1)) / 2)
