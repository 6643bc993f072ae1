/** Says in words which values a schema allows. */
import { leavesOf, type SchemaNode } from './schema-place.js'
import { goesWithoutSaying } from './whole.js'

/** `a number, at least 0 and below 1`. Undefined for a choice of texts, and for an object that must have a type. */
export function valueWords(root: SchemaNode, leaf: SchemaNode): string | undefined {
  if (leaf.const !== undefined || leaf.enum) return undefined
  switch (leaf.type) {
    case 'integer':
      return `a whole number${bounds(leaf)}`
    case 'number':
      return `a number${bounds(leaf)}`
    case 'boolean':
      return 'true or false'
    case 'string':
      return leaf.patternErrorMessage?.replace(/^must be /, 'text: ') ?? 'text'
    case 'null':
      return 'null'
    case 'array':
      return `a list${ofItems(root, leaf)}`
    case 'object':
      return typeof leaf.additionalProperties === 'object' ? 'an object with keys of your own' : 'an object'
    default:
      return undefined
  }
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  const words = [
    minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? '' : `at least ${minimum}`,
    exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`,
    maximum === undefined || goesWithoutSaying(maximum) || maximum === Number.MAX_SAFE_INTEGER
      ? ''
      : `at most ${maximum}`,
    exclusiveMaximum === undefined ? '' : `below ${exclusiveMaximum}`,
  ].filter((text) => text !== '')
  return words.length === 0 ? '' : `, ${words.join(' and ')}`
}

/** ` of 2 numbers`, ` of texts, at least 1`. */
function ofItems(root: SchemaNode, { items, minItems = 0, maxItems }: SchemaNode): string {
  const types = new Set([...leavesOf(root, items ?? {})].map(({ schema }) => NAMES[String(schema.type)] ?? 'values'))
  const name = types.size === 1 ? [...types][0]! : 'values'
  if (minItems === maxItems) return ` of ${minItems} ${name}`
  return minItems > 0 ? ` of ${name}, at least ${minItems}` : ` of ${name}`
}

const NAMES: Readonly<Record<string, string>> = {
  integer: 'whole numbers',
  number: 'numbers',
  boolean: 'true or false',
  string: 'texts',
  array: 'lists',
  object: 'objects',
}
