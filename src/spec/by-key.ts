/** Alternatives of objects that are told apart by a key which only one of them has. */
import { z } from 'zod'

/** The key of each union made by `byKey`. */
const KEYS = z.registry<{ key: string }>()

/** An object that has `key` must fit the first schema, any other object the second. */
export function byKey<With extends z.ZodType, Without extends z.ZodType>(
  key: string,
  having: With,
  lacking: Without,
): z.ZodUnion<readonly [With, Without]> {
  const union = z.union([having, lacking])
  KEYS.add(union, { key })
  return union
}

/** The key that tells the alternatives of a schema apart; undefined for any other schema. */
export const keyOf = (schema: z.core.$ZodType): string | undefined => KEYS.get(schema)?.key
