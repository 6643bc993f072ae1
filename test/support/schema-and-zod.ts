/** The JSON Schema that editors read beside the schema of zod. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { expect } from 'vitest'
import { EDITOR_KEYWORDS } from '../../src/spec/json-schema.js'
import { specSchema } from '../../src/spec/spec.js'
import { mutatedJson } from './mutated-spec.js'

const SCHEMA = join(import.meta.dirname, '../../specs/spec.schema.json')

/** The schema as an editor reads it: without the keyword `discriminator`, which no draft has. */
export const validate = new Ajv({ allErrors: true, allowUnionTypes: true, formats: { 'date-time': true } })
  .addVocabulary([...EDITOR_KEYWORDS, 'discriminator'])
  .compile(JSON.parse(readFileSync(SCHEMA, 'utf8')))

/** `null` where both say the same, else what they say. */
export function disagreement(value: unknown): object | null {
  const valid = validate(value)
  const { success, error } = specSchema.safeParse(value)
  // rules across fields are zod's alone; what zod passes over, a key `__proto__`, is the schema's
  const passedOver = validate.errors?.some(({ instancePath }) => instancePath.includes('/__proto__'))
  if (passedOver || validate.errors?.some(({ propertyName }) => propertyName === '__proto__')) return null
  const structural = error?.issues.filter(({ code }) => code !== 'custom') ?? []
  const agree = valid ? structural.length === 0 : !success
  return agree ? null : { schema: validate.errors, zod: error?.issues }
}

/** Both say the same of each drawn document; tells how many are valid. */
export function agreeOnMutated(count: number): number {
  let valid = 0
  fc.assert(
    fc.property(mutatedJson(), (text) => {
      const value = JSON.parse(text)
      expect(disagreement(value)).toBeNull()
      if (validate(value)) valid++
    }),
    { seed: 3, numRuns: count },
  )
  return valid
}
