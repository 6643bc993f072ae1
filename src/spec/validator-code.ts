/** The check of a spec against the JSON Schema, as code: compiling the schema takes longer than all else that a command does. */
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { EDITOR_KEYWORDS, jsonSchema } from './json-schema.js'

/** Source of a CommonJS module that is an ajv `ValidateFunction`; the build writes it to `validator.cjs` beside this file. */
export function validatorCode(): string {
  const ajv = new Ajv({
    // all problems, with what they are about
    ...{ allErrors: true, verbose: true, discriminator: true, allowUnionTypes: true },
    ...{ inlineRefs: false, validateSchema: false, code: { source: true } },
  }).addVocabulary(EDITOR_KEYWORDS)
  return standalone.default(ajv, ajv.compile(jsonSchema()))
}
