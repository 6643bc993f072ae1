/** Augmentations that move pixels (keras/src/layers/preprocessing/image_preprocessing). */
import { nameIn } from '../family.js'
import { augmentation } from './layer.js'

export const GEOMETRY = [
  augmentation('RandomFlip', 'Flips half of the pictures.', {
    mode: nameIn({
      horizontal: 'Left becomes right.',
      vertical: 'Top becomes bottom.',
      horizontal_and_vertical: 'Each of both, one independently of the other.',
    })
      .default('horizontal_and_vertical')
      .describe('Direction of the flip.'),
  }),
] as const
