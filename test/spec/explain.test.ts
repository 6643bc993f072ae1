/** Every place of the spec is explained from the JSON Schema, with an example that the schema allows. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { shippedSpecs } from '../../src/run/shipped.js'
import { exampleOf } from '../../src/spec/example.js'
import { explain } from '../../src/spec/explain.js'
import { EDITOR_KEYWORDS } from '../../src/spec/json-schema.js'
import { everyPlace, keyword, pathText, placeAt, placesNamed, type SchemaNode } from '../../src/spec/schema-place.js'

const root: SchemaNode = JSON.parse(readFileSync(join(import.meta.dirname, '../../specs/spec.schema.json'), 'utf8'))
const places = [...everyPlace(root)]
/** All but texts that are allowed, of which there are thousands. */
const fields = places.filter(([, { path }]) => path.at(-1)!.kind !== 'value')
const at = (path: string) => explain(root, placeAt(root, path.split('.')).place, [])

test('every field, type and value has a meaning', () => {
  const lacking = places.filter(([, place]) => explain(root, place, []).description.length === 0)
  expect([...new Set(lacking.map(([, place]) => pathText(place)))].filter((path) => !/\bNAME\b/.test(path))).toEqual([])
})

test('a place is found again by its path', () => {
  for (const [name, place] of fields.filter((_, index) => index % 10 === 0)) {
    const words = place.path.flatMap(({ kind, word }) => (kind === 'item' ? [] : [word]))
    const { place: found, unknown } = placeAt(root, words)
    expect(unknown, pathText(place)).toBeUndefined()
    expect(found.schemas[0], name).toEqual(place.schemas[0])
  }
})

/** A longer schema, in characters, is that of many types, each of which is a place itself. */
const FAMILY = 5000

test('every example and every default is a value that the schema allows', () => {
  const distinct = new Map(fields.map(([, place]) => [JSON.stringify(place.schemas[0]), place]))
  const some = [...distinct]
    .filter(([text]) => text.length < FAMILY && !text.includes('"not"'))
    .map(([, place]) => place)
  const schemas = some.map((place) => [pathText(place), place.schemas[0]!] as const)
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true, discriminator: true, inlineRefs: false })
    .addVocabulary(EDITOR_KEYWORDS)
    .compile({ type: 'object', definitions: root.definitions, properties: Object.fromEntries(schemas) })
  const presets = schemas.flatMap(([path, schema]) => {
    const preset = keyword(root, schema, 'default')
    return preset === undefined ? [] : [[path, preset] as const]
  })
  for (const values of [schemas.map(([path, schema]) => [path, exampleOf(root, schema)] as const), presets]) {
    expect(values.length).toBeGreaterThan(100)
    validate(Object.fromEntries(values))
    expect(validate.errors?.map(({ instancePath, message }) => [instancePath, message])).toBeUndefined()
  }
})

test('examples are those of the specs that come with the program', async () => {
  const specs = await shippedSpecs()
  const { place } = placeAt(root, ['model', 'layers', 'Dense'])
  expect(explain(root, place, specs).example).toMatch(/^\{ "type": "Dense", "units": .* \}$/)
  expect(explain(root, placeAt(root, ['fit', 'epochs']).place, specs)).toMatchObject({
    example: expect.stringMatching(/^\d+$/),
    setting: expect.stringMatching(/^fit\.epochs=\d+$/),
  })
})

test('a number has its bounds and its default', () => {
  expect(at('fit.validation_split')).toMatchObject({
    values: ['a number, at least 0 and below 1'],
    defaults: ['0'],
    required: false,
  })
  expect(at('optimizer.Adam.learning_rate').defaults).toEqual(['0.001'])
  expect(at('optimizer.learning_rate').defaults).toEqual(['0.01', '0.001'])
  expect(at('model.layers.Dense.kernel_regularizer').defaults).toEqual(['null'])
})

test('a field that must be given says so, and spellings of one type are together', () => {
  expect(at('model.layers.Dense.units').required).toBe(true)
  expect(at('optimizer').choices[0]).toMatchObject({ names: ['SGD', 'sgd'] })
  expect(at('optimizer.sgd').path).toBe('optimizer.SGD')
})

test('the number of an item may be in the path', () => {
  expect(at('model.layers.2.Dense.units').path).toBe('model.layers.Dense.units')
})

test('a name alone is found wherever it is', () => {
  const paths = (word: string) => placesNamed(root, word).map(pathText)
  expect(paths('Dense')).toEqual(['model.layers.Dense'])
  expect(paths('EarlyStopping')).toEqual(['callbacks.EarlyStopping'])
  expect(paths('momentum')).toContain('optimizer.SGD.momentum')
  expect(paths('momentum')).toContain('model.layers.BatchNormalization.momentum')
  expect(paths('nothing')).toEqual([])
})

test.each(['__proto__', 'constructor', 'toString'])('%s is no place', (word) => {
  expect(placeAt(root, [word]).unknown).toBe(word)
  expect(placesNamed(root, word)).toEqual([])
})
