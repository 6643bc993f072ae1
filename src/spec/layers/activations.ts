/** Activation functions with arguments, which are layers (keras/src/layers/activations). */
import { z } from 'zod'
import { constraint } from '../constraints.js'
import { initializer } from '../initializers.js'
import { regularizer } from '../regularizers.js'
import { MOST_AXES } from '../whole.js'
import { axes, layer, size, weighted } from './layer.js'

const slope = (value: number) => z.number().min(0).default(value).describe('Slope below the threshold.')

export const ACTIVATION_LAYERS = [
  layer('ReLU', 'x above the threshold, up to max_value; below it negative_slope (x - threshold).', {
    max_value: z.number().min(0).nullable().default(null).describe('Largest output; null for no bound.'),
    negative_slope: slope(0),
    threshold: z.number().min(0).default(0).describe('Threshold: x passes from here on.'),
  }),
  layer('LeakyReLU', 'x where positive, else negative_slope x.', { negative_slope: slope(0.3) }),
  weighted('PReLU', 'x where positive, else alpha x, with a learnt alpha (He et al., 2015).', {
    alpha_initializer: initializer('zeros', 'First values of alpha.'),
    alpha_regularizer: regularizer('Regularizer of alpha.'),
    alpha_constraint: constraint('Constraint on alpha, applied after each update.'),
    shared_axes: z
      .union([size, z.array(size).min(1).max(MOST_AXES)])
      .nullable()
      .default(null)
      .describe('Axes that share one alpha, counted with the batch: [1, 2] after Conv2D. null: none.'),
  }),
  layer('ELU', 'x where positive, else alpha (exp(x) - 1).', {
    alpha: z.number().default(1).describe('Factor of negative values.'),
  }),
  layer('Softmax', 'exp(x) / sum(exp(x)): probabilities of classes that exclude each other.', {
    axis: axes('Axis, or axes, over which they add up to 1, counted with the batch; -1 is the last.'),
  }),
] as const
