/** Augmentations that mix samples (keras/src/layers/preprocessing/image_preprocessing). */
import { z } from 'zod'
import { upTo } from './colour.js'
import { augmentation } from './layer.js'

/** Parameter of a Beta distribution. A smaller one could not be told from it in float32. */
export const beta = z.number().min(1e-6)

export const MIXING = [
  augmentation('MixUp', 'Adds a share of another picture, and the same share of its target.', {
    alpha: beta.default(0.2).describe('Parameter of the Beta distribution of the share: smaller ones mix less.'),
  }),
  augmentation(
    'CutMix',
    'Replaces a rectangle by that of another picture, and as large a share of the target as the area of the rectangle.',
    { factor: upTo('Range of the parameter of the Beta distribution of the share.').default(1) },
  ),
] as const
