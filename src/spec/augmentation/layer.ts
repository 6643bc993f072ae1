/** Shared by the families of augmentations: their common field. */
import { z } from 'zod'
import { member } from '../family.js'
import { whole } from '../whole.js'

const seed = z
  .union([z.null(), whole(0, 2 ** 32 - 1)])
  .default(null)
  .describe('Seed of its random draws. null: that of the spec.')

/** The schema of an augmentation. All of them have the field `seed`. */
export const augmentation = <const Type extends string, Fields extends z.core.$ZodShape>(
  type: Type,
  description: string,
  fields: Fields,
) => member(type, description, { ...fields, seed })
