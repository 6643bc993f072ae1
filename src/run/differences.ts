/** Finds the fields in which JSON values differ. */
import { isObject } from '../base/json.js'
import { written } from '../spec/words.js'

export interface Difference {
  readonly path: readonly string[]
  /** One for each value that is compared; undefined if it has no such field. */
  readonly values: readonly unknown[]
}

/** Lists the differences, those of inner fields where all values are objects, or lists of the same length. */
export function differences(values: readonly unknown[], path: readonly string[] = []): Difference[] {
  const [first, ...others] = values.map((value) => JSON.stringify(value))
  if (others.every((text) => text === first)) return []
  const present = values.filter((value) => value !== undefined)
  const keys = commonKeys(present)
  if (keys === null) return [{ path, values }]
  return keys.flatMap((key) =>
    differences(
      values.map((value) => (isObject(value) || Array.isArray(value) ? own(value, key) : undefined)),
      [...path, key],
    ),
  )
}

/** All keys of objects, or the indices of lists of one length; null for other values. */
function commonKeys(values: readonly unknown[]): readonly string[] | null {
  if (values.length < 2) return null
  if (values.every(isObject)) return [...new Set(values.flatMap(Object.keys))]
  const lengths = new Set(values.map((value) => (Array.isArray(value) ? value.length : -1)))
  const [length] = lengths
  return lengths.size === 1 && length !== -1 ? Array.from({ length: length! }, (_, index) => String(index)) : null
}

const own = (value: object, key: string): unknown => (Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined)

/** Fields of a spec that change no result. Another engine changes results within rounding, which is said later. */
export const HARMLESS: readonly string[] = ['$schema', 'name', 'engine', 'device', 'checkpoint', 'expect', 'start']

/** A line about a field that differs in two specs; `where` says which is which. */
export const differenceLine = ({ path, values }: Difference, where: readonly [string, string]): string =>
  `  ${path.join('.')}: ${where.map((place, index) => `${words(values[index])} ${place}`).join(', ')}`

const words = (value: unknown): string => (value === undefined ? 'nothing' : written(value))
