/** Normalization layers (keras/src/layers/normalization). */
import { z } from 'zod'
import { constraint } from '../constraints.js'
import { initializer } from '../initializers.js'
import { regularizer } from '../regularizers.js'
import { whole } from '../whole.js'
import { axes, axis, layer, weighted } from './layer.js'

const epsilon = (value: number) =>
  z.number().min(0).default(value).describe('Small number added to the divisor, so that it is never 0.')

/** Fields of the factor gamma and the offset beta, which a layer applies after it has normalized. */
const affine = {
  center: z.boolean().default(true).describe('Whether to add beta.'),
  scale: z.boolean().default(true).describe('Whether to multiply by gamma.'),
  beta_initializer: initializer('zeros', 'First values of beta.'),
  gamma_initializer: initializer('ones', 'First values of gamma.'),
  beta_regularizer: regularizer('Regularizer of beta.'),
  gamma_regularizer: regularizer('Regularizer of gamma.'),
  beta_constraint: constraint('Constraint on beta, applied after each update.'),
  gamma_constraint: constraint('Constraint on gamma, applied after each update.'),
}

export const NORMALIZATION = [
  weighted(
    'BatchNormalization',
    'Gives each channel mean 0 and variance 1, in training over the batch; otherwise, or if it is not trainable, by the running means from training.',
    {
      axis: axis.default(-1).describe('Axis of the channels, counted with the batch; -1 is the last.'),
      momentum: z.number().min(0).max(1).default(0.99).describe('Share of the old running mean in the new one.'),
      epsilon: epsilon(1e-3),
      ...affine,
      moving_mean_initializer: initializer('zeros', 'First values of the running mean.'),
      moving_variance_initializer: initializer('ones', 'First values of the running variance.'),
    },
  ),
  weighted('LayerNormalization', 'Gives each sample mean 0 and variance 1 over one axis or several.', {
    axis: axes('Axis, or axes, to normalize over, counted with the batch; -1 is the last.'),
    epsilon: epsilon(1e-3),
    ...affine,
  }),
  weighted('GroupNormalization', 'Gives groups of channels of each sample mean 0 and variance 1 (Wu and He, 2018).', {
    groups: whole(-1)
      .refine((groups) => groups !== 0, 'found 0, must be at least 1, or -1 for one group per channel')
      .default(32)
      .describe('Number of groups; must divide the number of channels. -1: one group per channel.'),
    axis: axis.default(-1).describe('Axis of the channels, counted with the batch; -1 is the last.'),
    epsilon: epsilon(1e-3),
    ...affine,
  }),
  weighted(
    'RMSNormalization',
    'Divides by the root of the mean square, times a learnt scale (Zhang and Sennrich, 2019).',
    {
      axis: axes('Axis, or axes, to normalize over, counted with the batch; -1 is the last.'),
      epsilon: epsilon(1e-6),
    },
  ),
  layer('UnitNormalization', 'Divides by the square root of the sum of squares.', {
    axis: axes('Axis, or axes, to normalize over, counted with the batch; -1 is the last.'),
  }),
] as const
