/** The JSON Schemas that editors read are current and complete, and agree with zod. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parse } from 'jsonc-parser'
import { describe, expect, test } from 'vitest'
import { readSpec } from '../../src/run/read-spec.js'
import { schemaFiles } from '../../src/run/schema-files.js'
import { parseSpec } from '../../src/spec/parse.js'
import { agreeOnMutated, disagreement, validate } from '../support/schema-and-zod.js'
import { SPECS_WITHOUT_DATA, specs } from '../support/specs.js'

const SPECS = join(import.meta.dirname, '../../specs')
const files = Object.entries(schemaFiles())
const committed = (name: string): string => readFileSync(join(SPECS, name), 'utf8')

test.each(files)('specs/%s is current: run `npm run schema`', (name, text) => {
  expect(committed(name)).toBe(text)
})

test.each(files)('every field of specs/%s is explained', (name) => {
  expect(fieldsOf(JSON.parse(committed(name))).filter(({ explained }) => !explained)).toEqual([])
})

/** The properties of all objects in a schema, by their path in it; a condition only names what is explained elsewhere. */
function fieldsOf(schema: unknown, path = ''): { path: string; explained: boolean }[] {
  if (typeof schema !== 'object' || schema === null) return []
  const properties = Object.entries((schema as { properties?: object }).properties ?? {})
  return [
    ...properties.map(([key, value]) => ({
      path: `${path}/${key}`,
      explained: /\w{2}.*\.$/.test((value as { description?: string }).description ?? ''),
    })),
    ...Object.entries(schema).flatMap(([key, value]) => (key === 'if' ? [] : fieldsOf(value, `${path}/${key}`))),
  ]
}

test('every choice of a name is explained', () => {
  const choices = enumsOf(JSON.parse(committed('spec.schema.json')))
  expect(choices.length).toBeGreaterThan(10)
  for (const { enum: names, enumDescriptions, description } of choices) {
    if (enumDescriptions) expect(enumDescriptions).toHaveLength(names.length)
    else expect(description, names.join()).toBeDefined()
  }
})

interface Choice {
  readonly enum: readonly string[]
  readonly enumDescriptions?: readonly string[]
  readonly description?: string
}

function enumsOf(schema: unknown): Choice[] {
  if (typeof schema !== 'object' || schema === null) return []
  const own = Array.isArray((schema as Choice).enum) ? [schema as Choice] : []
  return [...own, ...Object.values(schema).flatMap(enumsOf)]
}

describe('the schema and zod', () => {
  test('agree on what is read', () => {
    agreeOnMutated(100)
  })

  test.each([
    ['no object', 1],
    ['null', null],
    ['an own key __proto__', JSON.parse('{ "__proto__": {} }')],
    ['an empty bound', { expect: { loss: {} } }],
    ['text beyond any name', { name: 'x'.repeat(101) }],
    ['a name of 100 letters', { name: 'x'.repeat(100) }],
    ['a whole number as a fraction', { fit: { epochs: 3.0 } }],
    ['negative zero', { seed: -0, fit: { validation_split: -0 } }],
    ['the largest seed', { seed: 2 ** 32 - 1 }],
    ['one more', { seed: 2 ** 32 }],
    ['a number beyond exact whole ones', { fit: { epochs: 2 ** 60 } }],
    ['infinity', { optimizer: { type: 'SGD', learning_rate: Number.POSITIVE_INFINITY } }],
  ])('agree on %s', (_, change) => {
    const base = { data: 'mnist', loss: 'mse', model: { type: 'Sequential', layers: ['Flatten'] } }
    const own = typeof change === 'object' && change !== null
    expect(
      disagreement(own ? Object.defineProperties(base, Object.getOwnPropertyDescriptors(change)) : change),
    ).toBeNull()
  })
})

describe.each([...specs, ...SPECS_WITHOUT_DATA])('specs/%s', (name) => {
  const text = committed(name)

  test('names its schema and is valid by it', () => {
    const value = parse(text, [], { allowTrailingComma: true })
    validate(value)
    expect(validate.errors).toBeNull()
    expect(value.$schema).toBe('./spec.schema.json')
  })

  test('has the name of its file, and no problems before its data are read', () => {
    const { spec, issues } = parseSpec(text, { source: name, overrides: [] })
    expect(issues).toEqual([])
    expect(`${spec?.name}.json`).toBe(name)
  })
})

test.each(specs)('specs/%s has no problems with its data', async (name) => {
  const read = await readSpec(join(SPECS, name), [], Readable.from([]))
  expect('issues' in read ? read.issues : []).toEqual([])
})
