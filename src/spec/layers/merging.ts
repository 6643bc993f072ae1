/** Layers that make one of several inputs (keras/src/layers/merging). */
import { z } from 'zod'
import { axis, layer } from './layer.js'

export const MERGING = [
  layer('Add', 'Adds its inputs up. Sizes that differ must be 1.', {}),
  layer('Subtract', 'The first of two inputs less the second.', {}),
  layer('Multiply', 'Multiplies its inputs, element by element.', {}),
  layer('Average', 'The mean of its inputs, element by element.', {}),
  layer('Maximum', 'The largest of its inputs, element by element.', {}),
  layer('Minimum', 'The smallest of its inputs, element by element.', {}),
  layer('Concatenate', 'Puts its inputs side by side.', {
    axis: axis.default(-1).describe('Along which axis: -1 is the last one; 0, the batch, cannot be meant.'),
  }),
  layer('Dot', 'Sums of products of two inputs along one axis of each.', {
    axes: z
      .union([axis, z.array(axis).length(2)])
      .describe('The axis, or that of the first input and that of the second; 0, the batch, cannot be meant.'),
    normalize: z.boolean().default(false).describe('Whether lengths are made 1 first: the cosine of the angle.'),
  }),
] as const
