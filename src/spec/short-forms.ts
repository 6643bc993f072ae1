/** Short forms of values, such as `"adam"` for `{ "type": "adam" }`. The schema knows where they are allowed. */
import { z } from 'zod'

/** Returns the object that a short form stands for, or undefined if the value is not a short form. */
export type InFull = (value: unknown) => object | undefined

/**
 * Entries here do not change the JSON Schema. A schema that `describe` or `superRefine` derives from another inherits
 * its entry.
 */
const SHORT_FORMS = z.registry<{ inFull: InFull }>()

/** Registers how a schema expands its short forms, and returns the schema. */
export function withShortForm<Schema extends z.ZodType>(schema: Schema, inFull: InFull): Schema {
  SHORT_FORMS.add(schema, { inFull })
  return schema
}

/** Expands a string to an object with the string under this key. */
export const stringAs =
  (key: string): InFull =>
  (value) =>
    typeof value === 'string' ? { [key]: value } : undefined

/** Expands a short form by the first of these schemas that knows it. */
export function inFull(schemas: readonly Schema[], value: unknown): object | undefined {
  for (const schema of alternatives(schemas, value)) {
    const full = SHORT_FORMS.get(schema)?.inFull(value)
    if (full) return full
  }
  return undefined
}

/** Returns the schemas of an array's item or of an object's value: one for each alternative that has the key. */
export function schemasAt(schemas: readonly Schema[], value: unknown, step: string): readonly Schema[] {
  return [...alternatives(schemas, value)].flatMap((schema) => {
    const { def } = (schema as z.core.$ZodTypes)._zod
    switch (def.type) {
      case 'object':
        return Object.hasOwn(def.shape, step) ? [def.shape[step]!] : []
      case 'array':
        return [def.element]
      case 'record':
        return [def.valueType]
      default:
        return []
    }
  })
}

export type Schema = z.core.$ZodType

/** Yields the schemas and the alternatives inside them; if the value has a known tag, only those with that tag. */
function* alternatives(schemas: readonly Schema[], value: unknown): Iterable<Schema> {
  for (const schema of schemas) {
    yield schema
    yield* alternatives(inside(schema, value), value)
  }
}

function inside(schema: Schema, value: unknown): readonly Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      return [def.innerType]
    case 'pipe':
      return [def.in]
    case 'lazy':
      return [def.getter()]
    case 'union':
      return 'discriminator' in def ? tagged(def as z.core.$ZodDiscriminatedUnionDef, value) : def.options
    default:
      return []
  }
}

/** Returns the members with the tag of a value, or all members if the value has no known tag. */
function tagged({ options, discriminator }: z.core.$ZodDiscriminatedUnionDef, value: unknown): readonly Schema[] {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, discriminator)) return options
  const tag = Reflect.get(value, discriminator)
  const found = options.filter(({ _zod }) => _zod.propValues?.[discriminator]?.has(tag))
  return found.length > 0 ? found : options
}
