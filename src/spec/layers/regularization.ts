/** Regularization layers: noise, dropout, and a penalty on activity (keras/src/layers/regularization). */
import { z } from 'zod'
import { layer, rate } from './layer.js'

export const REGULARIZATION = [
  layer(
    'Dropout',
    'In training sets a random fraction of the elements to 0 and scales the others by 1 / (1 - rate). Otherwise returns its input.',
    { rate: rate('Fraction to drop, at least 0 and below 1.') },
  ),
  layer('GaussianNoise', 'In training adds normal noise. Otherwise returns its input.', {
    stddev: z.number().min(0).max(1).describe('Standard deviation of the noise, 0 to 1.'),
  }),
  layer(
    'GaussianDropout',
    'In training multiplies by normal noise with mean 1 and the standard deviation of Dropout, sqrt(rate / (1 - rate)).',
    { rate: rate('Rate of the Dropout with the same deviation, at least 0 and below 1.') },
  ),
  layer(
    'AlphaDropout',
    'Dropout that keeps mean and variance, for activation selu. Dropped elements become -1.7581; then all are scaled and shifted.',
    { rate: rate('Fraction to drop, at least 0 and below 1.') },
  ),
  layer('ActivityRegularization', 'Returns its input, and adds a penalty on it to the loss.', {
    l1: z
      .number()
      .min(0)
      .default(0)
      .describe('Factor of the sum of absolute values, divided by the number of samples.'),
    l2: z.number().min(0).default(0).describe('Factor of the sum of squares, divided by the number of samples.'),
  }),
] as const

export const SPATIAL_DROPOUT = [
  layer('SpatialDropout1D', 'Dropout of whole channels of (steps, channels).', {
    rate: rate('Fraction to drop, at least 0 and below 1.'),
  }),
  layer('SpatialDropout2D', 'Dropout of whole channels of an image.', {
    rate: rate('Fraction to drop, at least 0 and below 1.'),
  }),
  layer('SpatialDropout3D', 'Dropout of whole channels of a volume.', {
    rate: rate('Fraction to drop, at least 0 and below 1.'),
  }),
] as const
