/** Turns a class and its configuration into an object of a spec with a `type`, by the schemas of the format. */
import { isObject } from '../base/json.js'
import { nearest } from '../base/nearest.js'
import { shortest } from '../base/shortest.js'
import { type Fields, own, ownText, shown } from './outside.js'

/** The schema of an object with a `type`. */
export interface Member {
  readonly shape: Readonly<Record<string, FieldSchema>>
  safeParse(value: unknown): Parsed
}

export interface FieldSchema {
  safeParse(value: unknown): Parsed
}

type Parsed =
  | { readonly success: true; readonly data?: unknown }
  | {
      readonly success: false
      readonly error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] }
    }

/** Members by each of their names. */
export type Family = ReadonlyMap<string, { readonly type: string; readonly member: Member }>

interface TypedMember extends Member {
  readonly shape: Member['shape'] & { readonly type: { readonly in: { readonly options: readonly string[] } } }
}

/** Lists a table of the format, such as `LAYERS`, by types and aliases. */
export const familyOf = (members: readonly unknown[]): Family =>
  new Map(
    (members as readonly TypedMember[]).flatMap((member) => {
      const { options } = member.shape.type.in
      return options.map((name) => [name, { type: options[0]!, member }] as const)
    }),
  )

/** A value for a spec, or the reason why it has none: the end of a sentence. */
export type Said = { readonly value: unknown } | { readonly problem: string; readonly nearest?: string | undefined }

/** Fields of a configuration that change nothing that a spec could say. */
const IGNORED = new Set(['name', 'dtype', 'seed', 'input_axes', 'output_axes', 'fn'])

/** A name, or an object with a class and a configuration, as any version of Keras writes it. */
export interface Named {
  readonly name: string
  readonly config: Fields
}

/** Reads `"relu"`, `{ class_name, config }`, or `{ name, ...config }` of Keras 1. Undefined if it is neither. */
export function namedIn(value: unknown): Named | undefined {
  if (typeof value === 'string') return { name: value, config: {} }
  const className = ownText(value, 'class_name')
  const config = own(value, 'config')
  // a function of Python
  if (/^function$/i.test(className ?? '') && typeof config === 'string') return { name: config, config: {} }
  if (className !== undefined) return { name: className, config: isObject(config) ? config : {} }
  const name = ownText(value, 'name')
  if (name === undefined) return undefined
  const { name: _, ...rest } = value as Fields
  return { name, config: rest }
}

/** Says an initializer, a regularizer or another object of a family. `kind` is its name in messages. */
export function said(given: Named | undefined, family: Family, kind: string): Said {
  if (given === undefined) return { problem: `is no ${kind}` }
  const found = family.get(given.name)
  if (!found) {
    return {
      problem: `is ${shown(given.name)}, and a spec has no such ${kind}`,
      nearest: nearest(given.name, family.keys()),
    }
  }
  const { type, member } = found
  const fields: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given.config)) {
    if (Object.hasOwn(member.shape, key) && key !== 'type' && key !== 'name') fields[key] = short(value)
    else if (!IGNORED.has(key) && value !== null) {
      return { problem: `has ${key} ${shown(value)}, and ${type} in a spec has no ${key}` }
    }
  }
  const parsed = member.safeParse({ type, ...fields })
  if (!parsed.success) return { problem: wrong(parsed.error.issues, fields) }
  const rest = withoutDefaults(fields, member)
  return { value: Object.keys(rest).length === 0 ? type : { type, ...rest } }
}

/** The first reason why fields do not suit a schema. */
export function wrong(issues: readonly { path: PropertyKey[]; message: string }[], fields: Fields): string {
  const [{ path, message } = { path: [], message: 'does not suit a spec' }] = issues
  const [field] = path
  if (typeof field === 'string' && own(fields, field) === undefined) return `has no ${field}`
  const of = typeof field === 'string' ? `has ${field} ${shown(own(fields, field))}: ` : ''
  return `${of}${message}`
}

/** Leaves out the fields that have the value which they would have anyway. */
export const withoutDefaults = (fields: Fields, { shape }: Member): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => {
      const preset = shape[key]!.safeParse(undefined)
      const given = shape[key]!.safeParse(value)
      return !(preset.success && given.success && JSON.stringify(preset.data) === JSON.stringify(given.data))
    }),
  )

/** Writes numbers that Keras rounded to 32 bits as they were before: 0.30000001192092896 is 0.3. */
export function short(value: unknown): unknown {
  if (typeof value === 'number') return Math.fround(value) === value ? Number(shortest(value)) : value
  if (Array.isArray(value)) return value.map(short)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, short(one)]))
}
