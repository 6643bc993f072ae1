/** Noise, dropout, and a loss of what goes through (keras/src/layers/regularization). */
import { z } from 'zod'
import { layer, rate } from './layer.js'

export const REGULARIZATION = [
  layer(
    'Dropout',
    'In training sets a random fraction of the elements to 0 and scales the others by 1 / (1 - rate); otherwise passes all through.',
    { rate: rate('Fraction to drop, at least 0 and below 1.') },
  ),
  layer('GaussianNoise', 'In training adds normal noise; otherwise passes all through.', {
    stddev: z.number().min(0).max(1).describe('Standard deviation of the noise, 0 to 1.'),
  }),
  layer(
    'GaussianDropout',
    'In training multiplies by normal noise of mean 1 and deviation sqrt(rate / (1 - rate)), that of Dropout.',
    { rate: rate('As of Dropout, at least 0 and below 1.') },
  ),
  layer(
    'AlphaDropout',
    'Dropout that keeps mean and variance; for activation selu. Dropped elements become -1.7581 before all are scaled and moved.',
    { rate: rate('Fraction to drop, at least 0 and below 1.') },
  ),
  layer('ActivityRegularization', 'Passes all through, and adds to the loss what goes through.', {
    l1: z.number().min(0).default(0).describe('Factor of the sum of absolute values, over the number of samples.'),
    l2: z.number().min(0).default(0).describe('Factor of the sum of squares, over the number of samples.'),
  }),
] as const

export const SPATIAL_DROPOUT = [
  layer('SpatialDropout1D', 'A Dropout of whole channels of (steps, channels).', {
    rate: rate('Fraction to drop, at least 0 and below 1.'),
  }),
  layer('SpatialDropout2D', 'A Dropout of whole channels of an image.', {
    rate: rate('Fraction to drop, at least 0 and below 1.'),
  }),
] as const
