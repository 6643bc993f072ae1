/** Regularizers: penalties on a weight or on the output of a layer (keras/src/regularizers/regularizers.py). */
import { z } from 'zod'
import { type DeepReadonly, family, member } from './family.js'

const factor = z.number().min(0)

export const REGULARIZERS = [
  member('L1', 'l1 times the sum of absolute values.', { l1: factor.default(0.01).describe('Factor.') }, ['l1']),
  member('L2', 'l2 times the sum of squares.', { l2: factor.default(0.01).describe('Factor.') }, ['l2']),
  member(
    'L1L2',
    'l1 times the sum of absolute values and l2 times the sum of squares.',
    {
      l1: factor.default(0).describe('Factor of absolute values.'),
      l2: factor.default(0).describe('Factor of squares.'),
    },
    ['l1_l2'],
  ),
  member(
    'OrthogonalRegularizer',
    'Pulls the rows or the columns of a matrix toward right angles.',
    {
      factor: factor.default(0.01).describe('Factor of the mean absolute product.'),
      mode: z
        .enum(['rows', 'columns'])
        .default('rows')
        .describe('Whether rows or columns are pulled toward right angles.'),
    },
    ['orthogonal_regularizer'],
  ),
] as const

const regularizerSchema = family(REGULARIZERS).meta({ id: 'regularizer' })
export type RegularizerSpec = DeepReadonly<z.output<typeof regularizerSchema>>

export const regularizer = (description: string) => regularizerSchema.nullable().default(null).describe(description)
