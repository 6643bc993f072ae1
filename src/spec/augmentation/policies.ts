/** Augmentations that choose among others (keras/src/layers/preprocessing/image_preprocessing). */
import { z } from 'zod'
import { whole } from '../whole.js'
import { upTo, valueRange } from './colour.js'
import { interpolation } from './geometry.js'
import { augmentation } from './layer.js'
import { beta } from './mixing.js'

const strength = (byDefault: number) => upTo('Range of the strength of the augmentations.').default(byDefault)

/** Limit on augmentations of one picture, each of which reads and writes all of it. */
const MOST_OPERATIONS = 64

export const POLICIES = [
  augmentation(
    'RandAugment',
    'Applies some of eleven augmentations, chosen for each picture: shear, shift, turn, brightness, paler colours, contrast, sharpness, fewer bits, solarization, auto contrast, equalization.',
    {
      value_range: valueRange,
      num_ops: whole(1, MOST_OPERATIONS).default(2).describe('Number of augmentations of a picture.'),
      factor: strength(0.5),
      interpolation,
    },
  ),
  augmentation(
    'AugMix',
    'Mixes a picture with versions of itself, each of which a chain of augmentations made. Masks stay as they are.',
    {
      value_range: valueRange,
      num_chains: whole(1, MOST_OPERATIONS).default(3).describe('Number of chains.'),
      chain_depth: whole(1, MOST_OPERATIONS)
        .default(3)
        .describe('Largest number of augmentations in a chain. Each may be left out at random.'),
      factor: strength(0.3),
      alpha: beta
        .default(1)
        .describe('Parameter of the distributions of the shares: larger ones make the shares more alike.'),
      all_ops: z
        .boolean()
        .default(true)
        .describe('Whether chains change brightness, colour, contrast and sharpness too.'),
      interpolation,
    },
  ),
] as const
