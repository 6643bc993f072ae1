/** Checks JSON documents against their published schemas. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { expect } from 'vitest'
import { EDITOR_KEYWORDS } from '../../src/spec/json-schema.js'

const SPECS = join(import.meta.dirname, '../../specs')

/** Schemas that are compiled. */
const compiled = new Map<string, ValidateFunction>()

/** The document of a text, which fits the schema of this name in `specs/`. */
export function documentOf(text: string, name: string) {
  const document = JSON.parse(text)
  const validate = compiled.get(name) ?? compile(name)
  compiled.set(name, validate)
  validate(document)
  expect(validate.errors).toBeNull()
  return document
}

const compile = (name: string): ValidateFunction =>
  new Ajv({ allErrors: true, allowUnionTypes: true, formats: { 'date-time': true } })
    .addVocabulary(EDITOR_KEYWORDS)
    .compile(JSON.parse(readFileSync(join(SPECS, name), 'utf8')))
