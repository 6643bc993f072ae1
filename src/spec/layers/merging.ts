/** Layers that merge several inputs into one (keras/src/layers/merging). */
import { z } from 'zod'
import { axis, layer } from './layer.js'

export const MERGING = [
  layer('Add', 'Adds its inputs. Sizes that differ must be 1.', {}),
  layer('Subtract', 'The first of two inputs minus the second.', {}),
  layer('Multiply', 'Multiplies its inputs, element by element.', {}),
  layer('Average', 'The mean of its inputs, element by element.', {}),
  layer('Maximum', 'The largest of its inputs, element by element.', {}),
  layer('Minimum', 'The smallest of its inputs, element by element.', {}),
  layer('Concatenate', 'Joins its inputs along an axis.', {
    axis: axis
      .default(-1)
      .describe('Axis along which inputs are joined. -1 is the last. 0, the batch, is not allowed.'),
  }),
  layer('Dot', 'Sums of products of two inputs along one axis of each.', {
    axes: z
      .union([axis, z.array(axis).length(2)])
      .describe('The axis, or one axis for each input. 0, the batch, is not allowed.'),
    normalize: z
      .boolean()
      .default(false)
      .describe('Whether to normalize both to length 1 first, which gives the cosine of the angle.'),
  }),
] as const
