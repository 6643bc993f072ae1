/** The JSON Schema of a spec, for editors and for the first check of a file. Generated from zod, never edited. */
import { z } from 'zod'
import { keyOf } from './by-key.js'
import { specSchema } from './spec.js'

export type JsonSchema = Record<string, unknown>

/** Keywords beyond the standard that editors read; VS Code documents each. */
export const EDITOR_KEYWORDS = [
  'enumDescriptions',
  'errorMessage',
  'patternErrorMessage',
  'allowComments',
  'allowTrailingCommas',
]

/**
 * Returns the schema in draft 7, which editors support best. Alternatives differ in their JSON type, or else by a tag
 * such as `type`. `discriminator` names the tag, so that a validator reports errors of the intended alternative only.
 */
export function jsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(specSchema, {
    target: 'draft-07',
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod
      if (def.type === 'union' && 'discriminator' in def) {
        Object.assign(jsonSchema, {
          type: 'object',
          required: [def.discriminator],
          discriminator: { propertyName: def.discriminator },
        })
      }
      // zod leaves it out where a short form is expanded
      if (def.type === 'default') jsonSchema.default = def.defaultValue as never
      const key = keyOf(zodSchema)
      if (key !== undefined) {
        const [having, lacking] = jsonSchema.anyOf!
        delete jsonSchema.anyOf
        Object.assign(jsonSchema, {
          type: 'object',
          if: { required: [key] },
          // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
          then: having,
          else: {
            ...lacking,
            errorMessage: `found no "${key}" and no "${tagOf(lacking)}", one of which must be given`,
          },
        })
      }
    },
  })
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  const either = { if: { not: { anyOf: [{ required: ['outputs'] }, ...WITHOUT_LOSS] } }, then: { required: ['loss'] } }
  return { ...schema, ...either, allowComments: true, allowTrailingCommas: true }
}

/** The key that tells the alternatives inside a schema apart. */
const tagOf = (schema: unknown): string =>
  (schema as { readonly discriminator: { readonly propertyName: string } }).discriminator.propertyName

const modelWith = (properties: object) => ({
  required: ['model'],
  properties: { model: { type: 'object', required: ['type'], properties } },
})

/** Models that are trained without a loss. */
const WITHOUT_LOSS = [
  modelWith({ type: { const: 'RBM' } }),
  modelWith({ type: { const: 'DBN' }, fine_tune: { const: null } }),
]
