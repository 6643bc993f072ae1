/** Reads JSON that somebody else wrote. */
import { UserError } from '../base/issue.js'
import { isObject } from '../base/json.js'
import { cutTo } from '../spec/words.js'

export type Fields = Readonly<Record<string, unknown>>

/** Limit on nesting. A model within a model adds about ten. */
const DEEPEST = 200

/** Parses JSON. Throws a UserError that begins with `name`. */
export function parseOutside(text: string, name: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new UserError(`${name}: is not JSON`)
  }
  checkDepth(value, name)
  return value
}

function checkDepth(value: unknown, name: string): void {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new UserError(`${name}: is nested more than ${DEEPEST} deep`)
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
}

/** The value of a key that the object itself has. */
export const own = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined

export const ownText = (value: unknown, key: string): string | undefined => {
  const found = own(value, key)
  return typeof found === 'string' ? found : undefined
}

export const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The value of a table of ours for a key of somebody else: `__proto__` is none. */
export const lookUp = <Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

/** A value in a message, cut short. */
export const shown = (value: unknown): string => cutTo(MOST_SHOWN, JSON.stringify(value) ?? String(value))

const MOST_SHOWN = 60
