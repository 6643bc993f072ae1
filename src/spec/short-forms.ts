/** Values that stand for more: `"adam"` for `{ "type": "adam" }`. Which there are, and where in the format, the schema knows. */
import { z } from 'zod'

/** The value that a short form stands for; undefined for a value that is not short. */
export type InFull = (value: unknown) => object | undefined

/** What is registered here is no part of the JSON Schema. A schema that `describe` or `superRefine` makes of another has its entry too. */
const SHORT_FORMS = z.registry<{ inFull: InFull }>()

/** The schema, which takes short forms. */
export function withShortForm<Schema extends z.ZodType>(schema: Schema, inFull: InFull): Schema {
  SHORT_FORMS.add(schema, { inFull })
  return schema
}

/** Of a bare string: the object that has it under this key. */
export const stringAs =
  (key: string): InFull =>
  (value) =>
    typeof value === 'string' ? { [key]: value } : undefined

/** What the schemas of a place say that a short form there stands for. */
export function inFull(schemas: readonly Schema[], value: unknown): object | undefined {
  for (const schema of alternatives(schemas, value)) {
    const full = SHORT_FORMS.get(schema)?.inFull(value)
    if (full) return full
  }
  return undefined
}

/** The schemas of an item of an array, or of the value under a key of an object; several where alternatives have that key. */
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

/** The schemas, and those within them that a value may follow; where its tag is known, only those of that tag. */
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

/** Members with the tag of a value; all of them where it has none, or one that no member has. */
function tagged({ options, discriminator }: z.core.$ZodDiscriminatedUnionDef, value: unknown): readonly Schema[] {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, discriminator)) return options
  const tag = Reflect.get(value, discriminator)
  const found = options.filter(({ _zod }) => _zod.propValues?.[discriminator]?.has(tag))
  return found.length > 0 ? found : options
}
