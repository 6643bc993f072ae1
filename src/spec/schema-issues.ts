/** Turns a validator's errors into issues in plain words, one for each place. */
import { createRequire } from 'node:module'
import type { ErrorObject, ValidateFunction } from 'ajv'
import { z } from 'zod'
import { nearest } from '../base/nearest.js'
import type { IssueDraft } from './document.js'
import { LAYERS } from './layers.js'
import { ancestors, toPath, toPointer } from './pointer.js'
import { goesWithoutSaying } from './whole.js'
import { either, listed, oneOf, quoted, shortened, written, writtenWithType } from './words.js'

let validators: Readonly<Record<'spec' | 'layer', ValidateFunction>> | undefined

/**
 * Returns all differences from the JSON Schema. An object with a misspelt type is compared with the nearest type too.
 */
export function schemaIssues(value: unknown): IssueDraft[] {
  const issues = differences(value)
  const misspelt = issues.filter(
    ({ code, pointer, nearest }) => code === 'name' && nearest !== undefined && /\/(type|algorithm)$/.test(pointer),
  )
  if (misspelt.length === 0) return issues
  const meant = structuredClone(value)
  for (const { pointer, nearest } of misspelt) replaceAt(meant, pointer, nearest)
  const known = new Set(issues.map(({ pointer }) => pointer))
  return [...issues, ...schemaIssues(meant).filter(({ pointer }) => !known.has(pointer))]
}

function replaceAt(value: unknown, pointer: string, replacement: unknown): void {
  const path = toPath(pointer)
  const last = path.pop()!
  const parent = path.reduce((at, step) => Reflect.get(at as object, step), value)
  Reflect.set(parent as object, last, replacement)
}

function differences(value: unknown): IssueDraft[] {
  validators ??= createRequire(import.meta.url)('../../generated/validator.cjs') as NonNullable<typeof validators>
  const { spec, layer } = validators
  const errors = spec(value) ? [] : [...(spec.errors ?? [])]
  for (const inner of innerLayers(value)) {
    const place = { instancePath: inner.pointer, rootData: inner.value as object, dynamicAnchors: {} }
    if (!layer(inner.value, { ...place, parentData: [], parentDataProperty: 0 })) errors.push(...(layer.errors ?? []))
  }
  return [...draftsOf(errors.slice(0, MOST_ERRORS))]
}

/** Limit on a validator's errors, of which a value can have several: more than are ever reported. */
const MOST_ERRORS = 100_000

/** Types of layers that contain layers, and the field that holds these. */
const INNER: ReadonlyMap<unknown, string> = new Map(
  LAYERS.flatMap(({ shape }) =>
    Object.entries(shape).flatMap(([key, field]) =>
      field instanceof z.ZodLazy ? [[shape.type.in.options[0] as unknown, key] as const] : [],
    ),
  ),
)

/** Layers inside layers, each after the one that contains it. */
function* innerLayers(value: unknown): Iterable<{ readonly pointer: string; readonly value: unknown }> {
  const open = [{ pointer: '/model', value: fieldOf(value, 'model'), key: 'layers' }]
  for (let one = open.pop(); one; one = open.pop()) {
    const held = fieldOf(one.value, one.key)
    const pointer = `${one.pointer}/${one.key}`
    const layers = Array.isArray(held)
      ? held.map((layer: unknown, index) => ({ pointer: `${pointer}/${index}`, value: layer }))
      : held === undefined
        ? []
        : [{ pointer, value: held }]
    for (const layer of layers) {
      if (one.pointer !== '/model') yield layer
      const key = INNER.get(fieldOf(layer.value, 'type'))
      if (key !== undefined) open.push({ ...layer, key })
    }
  }
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

function* draftsOf(errors: readonly ErrorObject[]): Iterable<IssueDraft> {
  const places = new Map<string, ErrorObject[]>()
  for (const error of errors) {
    const here = places.get(error.instancePath)
    if (here) here.push(error)
    else places.set(error.instancePath, [error])
  }
  const outer = new Set([...places.keys()].flatMap(ancestors))
  for (const [pointer, here] of places) {
    const drafts = here.flatMap((error) => (isMismatch(error) ? [] : (WORDS[error.keyword]?.(error, here) ?? [])))
    // several keywords, such as two bounds, may reject one value; names are listed once
    const seen = new Set<string>()
    let told: string | undefined
    for (const draft of drafts) {
      if (seen.has(draft.message)) continue
      seen.add(draft.message)
      const names = draft.details?.join()
      yield names === told ? { ...draft, details: undefined } : draft
      told = names ?? told
    }
    // alternatives differ in JSON type, so if one fails for another reason than its type, it is the one that was meant
    const mismatches = here.filter(isMismatch)
    if (drafts.length === 0 && mismatches.length > 0 && !outer.has(pointer)) yield mismatch(pointer, mismatches)
  }
}

/** True if the value has another JSON type than this alternative needs. All enumerations are of strings. */
const isMismatch = ({ keyword, data }: ErrorObject): boolean =>
  keyword === 'type' ||
  (keyword === 'enum' && typeof data !== 'string') ||
  (keyword === 'const' && typeof data !== 'string')

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  null: 'null',
}

function mismatch(pointer: string, errors: readonly ErrorObject[]): IssueDraft {
  const { data } = errors[0]!
  const found = typeof data === 'number' ? written(data) : writtenWithType(data)
  const all = [...new Set(errors.flatMap((error) => alternative(error)))]
  const allowed = all.some((words) => words.includes(',')) ? all.join(', or ') : either(all)
  return { code: 'type', pointer, message: `found ${found}, must be ${allowed}` }
}

/** Says which values one alternative allows: a type, with bounds for a number; or its name, if it has only one. */
function alternative({ data, parentSchema }: ErrorObject): string[] {
  const [name, other] = parentSchema?.enum ?? []
  if (name !== undefined && other === undefined) return [JSON.stringify(name)]
  const types: string[] = [parentSchema?.type ?? []].flat()
  const bounded = typeof data === 'number' ? bounds(parentSchema ?? {}, data) : []
  return types.map((type) => {
    const isNumber = type === 'number' || type === 'integer'
    return [TYPES[type] ?? type, ...(isNumber ? [bounded.join(' and ')] : [])]
      .filter((words) => words !== '')
      .join(', ')
  })
}

type Words = (error: ErrorObject, here: readonly ErrorObject[]) => IssueDraft | IssueDraft[]

const range: Words = ({ instancePath, data, parentSchema }) => ({
  code: 'range',
  pointer: instancePath,
  message: `found ${written(data)}, must be ${bounds(parentSchema ?? {}, Number(data)).join(' and ')}`,
})

const count: Words = ({ instancePath, data, parentSchema }) => {
  const { minItems, maxItems } = parentSchema ?? {}
  const found = (data as unknown[]).length
  const most = maxItems === undefined || found < minItems ? `at least ${minItems}` : `at most ${maxItems}`
  return {
    code: 'range',
    pointer: instancePath,
    message: `found ${found === 0 ? 'an empty array' : `an array of ${found}`}, must have ${minItems === maxItems ? minItems : most}`,
  }
}

const name: Words = ({ instancePath, data, schema, params }, here) => {
  const members = here.flatMap(({ parentSchema }) => membersOf(parentSchema))
  const whole = members.find(({ names }) => names.includes(data as string))
  if (whole) {
    const rest = whole.required.filter((key) => key !== 'type')
    const message = `found ${written(data)}, must be an object with "type" and ${quoted(rest)}`
    return { code: 'type', pointer: instancePath, message }
  }
  const own: string[] = Array.isArray(schema) ? schema : [params.allowedValue]
  return nameIssue(instancePath, data, [...new Set([...members.flatMap(({ names }) => names), ...own])])
}

function nameIssue(pointer: string, found: unknown, names: readonly string[]): IssueDraft {
  const near = typeof found === 'string' ? nearest(found, names) : undefined
  return {
    code: 'name',
    pointer,
    message: `found ${written(found)}, ${oneOf(names)}`,
    nearest: near,
    details: near === undefined ? listed(names) : undefined,
  }
}

/**
 * The alternatives for a value, which differ by a tag, mostly `type`: the names in the tag and the required keys of
 * each.
 */
function membersOf(schema: ErrorObject['parentSchema']): { names: string[]; required: string[] }[] {
  const tag: string = schema?.discriminator?.propertyName ?? 'type'
  return (schema?.oneOf ?? []).map(
    ({ properties, required }: { properties: Record<string, TypeSchema>; required: string[] }) => ({
      names: properties[tag]!.enum ?? [properties[tag]!.const],
      required,
    }),
  )
}

interface TypeSchema {
  readonly enum?: string[]
  readonly const?: string
}

/**
 * Messages for each keyword of the schema except `type`. `anyOf`, `oneOf` and `propertyNames` only repeat errors
 * inside them.
 */
const WORDS: Readonly<Record<string, Words>> = {
  minimum: range,
  maximum: range,
  exclusiveMinimum: range,
  exclusiveMaximum: range,
  minItems: count,
  maxItems: count,
  minProperties: ({ instancePath, params }) => ({
    code: 'missing-key',
    pointer: instancePath,
    message: `found an empty object, must have at least ${params.limit}`,
  }),
  enum: name,
  const: name,
  discriminator: ({ instancePath, params, parentSchema }) =>
    // `required` reports a missing type
    params.tagValue === undefined
      ? []
      : nameIssue(
          `${instancePath}/${params.tag}`,
          params.tagValue,
          membersOf(parentSchema).flatMap(({ names }) => names),
        ),
  pattern: ({ instancePath, data, parentSchema, propertyName }) => ({
    code: 'pattern',
    pointer: propertyName === undefined ? instancePath : instancePath + toPointer([propertyName]),
    atKey: propertyName !== undefined,
    message: `found ${written(data)}, ${parentSchema?.patternErrorMessage}`,
  }),
  required: ({ instancePath, params, parentSchema }) => ({
    code: 'missing-key',
    pointer: instancePath,
    message: parentSchema?.errorMessage ?? `found no "${params.missingProperty}", which must be given`,
  }),
  not: ({ instancePath, parentSchema: { errorMessage: message } = {} }) =>
    message === undefined ? [] : { code: 'unknown-key', pointer: instancePath, atKey: true, message },
  additionalProperties({ instancePath, params, parentSchema }) {
    const keys = Object.keys(parentSchema?.properties ?? {})
    const key: string = params.additionalProperty
    const near = nearest(key, keys)
    return {
      code: 'unknown-key',
      pointer: instancePath + toPointer([key]),
      atKey: true,
      message: `unknown key "${shortened(key)}"${near === undefined ? `, ${oneOf(keys)}` : ''}`,
      nearest: near,
      details: near === undefined ? listed(keys) : undefined,
    }
  },
}

/** `["at least 0", "below 1"]` */
function bounds(schema: NonNullable<ErrorObject['parentSchema']>, data: number): string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
  return [
    minimum === undefined ? '' : `at least ${minimum}`,
    exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`,
    maximum === undefined || (goesWithoutSaying(maximum) && data <= maximum) ? '' : `at most ${maximum}`,
    exclusiveMaximum === undefined ? '' : `below ${exclusiveMaximum}`,
  ].filter((words) => words !== '')
}
