/** Examples of values: those that complete specs have, or else the smallest that a schema allows. */
import { keyword, leavesOf, type Place, type SchemaNode, type Step } from './schema-place.js'

/** Limit on the characters of an example, in JSON. */
const LONGEST = 160

/** The first short value that a spec has at a place. Undefined if none has one. */
export const exampleWithin = ({ path }: Place, specs: readonly unknown[]): unknown =>
  specs.flatMap((spec) => valuesAt([spec], path)).find((value) => JSON.stringify(value).length <= LONGEST)

const valuesAt = (values: readonly unknown[], path: readonly Step[]): readonly unknown[] =>
  path.reduce<readonly unknown[]>((at, step) => at.flatMap((value) => after(value, step)), values)

function after(value: unknown, { kind, word, tag }: Step): readonly unknown[] {
  switch (kind) {
    case 'value':
      return value === word ? [value] : []
    case 'item':
      return Array.isArray(value) ? value : []
    case 'name':
      return isObject(value) ? Object.values(value) : []
    case 'type':
      return tag!.names.some((name) => value === name || fieldOf(value, tag!.key) === name) ? [value] : []
    case 'field':
    case 'inner':
      return isObject(value) && Object.hasOwn(value, word) ? [value[word]] : []
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fieldOf = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined

/**
 * A value that the schema allows: its default, or the smallest one, with nothing that may be left out. Undefined if it
 * allows none.
 */
export function exampleOf(root: SchemaNode, schema: SchemaNode): unknown {
  const preset = keyword(root, schema, 'default')
  if (preset !== undefined && preset !== null) return preset
  const leaves = [...leavesOf(root, schema)].map((leaf) => leaf.schema)
  const leaf = leaves.find(({ type }) => type !== 'null') ?? leaves[0]
  if (leaf === undefined) return undefined
  if (leaf.examples) return leaf.examples[0]
  if (leaf.const !== undefined) return leaf.const
  if (leaf.enum) return leaf.enum[0]
  switch (leaf.type) {
    case 'object':
      return objectOf(root, leaf)
    case 'array':
      return Array.from({ length: Math.max(1, leaf.minItems ?? 0) }, () => exampleOf(root, leaf.items ?? {}))
    case 'integer':
      return Math.max(leaf.minimum ?? 1, 1)
    case 'number':
      return numberIn(leaf)
    case 'string':
      return TEXTS.find((text) => fits(leaf, text))
    case 'boolean':
      return true
    default:
      return null
  }
}

/** One of these matches every pattern of the format. */
const TEXTS = ['name', '0', ',', 'auto', '0'.repeat(64)]

const fits = ({ pattern = '', maxLength = Number.POSITIVE_INFINITY }: SchemaNode, text: string): boolean =>
  text.length <= maxLength && new RegExp(pattern, 'u').test(text)

function objectOf(
  root: SchemaNode,
  { properties = {}, required = [], additionalProperties, propertyNames, minProperties = 0 }: SchemaNode,
): object {
  if (typeof additionalProperties === 'object') {
    const name = exampleOf(root, propertyNames ?? { type: 'string' })
    return { [String(name)]: exampleOf(root, additionalProperties) }
  }
  const names = required.length >= minProperties ? required : Object.keys(properties).slice(0, minProperties)
  return Object.fromEntries(names.map((name) => [name, exampleOf(root, properties[name]!)]))
}

function numberIn({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): number {
  const least = minimum ?? exclusiveMinimum ?? 0
  const most = maximum ?? exclusiveMaximum ?? least + 1
  return (least + most) / 2
}
