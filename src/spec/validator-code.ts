/**
 * Generates code that checks a spec against the JSON Schema. Compiling the schema in each command would take longer
 * than everything else.
 */
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { EDITOR_KEYWORDS, type JsonSchema, jsonSchema } from './json-schema.js'

const LAYER = '#/definitions/layer'

/**
 * Source of a CommonJS module with two functions of ajv, `spec` and `layer`; scripts/generated.js writes it to
 * generated/validator.cjs. Neither looks at layers within a layer: a call of such code takes so much of the stack that it
 * must not call itself for each.
 */
export function validatorCode(): string {
  const { definitions, ...schema } = jsonSchema()
  const ajv = new Ajv({
    // all problems, with the values that they are about
    ...{ allErrors: true, verbose: true, discriminator: true, allowUnionTypes: true },
    ...{ inlineRefs: false, validateSchema: false, code: { source: true } },
  }).addVocabulary(EDITOR_KEYWORDS)
  ajv.addSchema({ ...schema, definitions: withoutLayers(definitions) as JsonSchema }, 'spec')
  return standalone.default(ajv, { spec: 'spec', layer: `spec${LAYER}` })
}

/** Returns definitions in which any value is accepted as a layer. */
function withoutLayers(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutLayers)
  if (typeof schema !== 'object' || schema === null) return schema
  if ('$ref' in schema && schema.$ref === LAYER) return {}
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withoutLayers(value)]))
}
