/** Changes to the value of a spec before it is checked. */
import type { Issue } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import type { Origin } from './document.js'
import { toPointer } from './pointer.js'
import { inFull, type Schema, schemasAt } from './short-forms.js'
import { specSchema } from './spec.js'
import { shortened, writtenWithType } from './words.js'

/** A value that replaces the one in the file. */
export interface Override {
  readonly path: readonly string[]
  readonly value: unknown
  /** Combines the value with the one that is there, instead of replacing it. */
  readonly joined?: (before: unknown) => unknown
  /** The text of the user: `--set fit.epochs=3`. */
  readonly source: string
}

/** Parses the text of a `--set`: a path with dots, an equals sign, and a value in JSON or as plain text. */
export function parseSetting(text: string): Override | Issue {
  const source = `--set ${text}`
  const equals = text.indexOf('=')
  const path = text.slice(0, Math.max(0, equals)).split('.')
  if (path.every((step) => step !== '')) return { path, value: parsed(text.slice(equals + 1)), source }
  const message = `found ${JSON.stringify(shortened(text))}, must be a path and a value, such as fit.epochs=3 or model.layers.2.rate=0.5`
  return { code: 'override', source, pointer: '', message }
}

export interface Overridden {
  readonly value: unknown
  readonly origins: readonly Origin[]
  readonly issues: readonly Issue[]
}

/** Applies overrides in order. Changes `value` in place. */
export function applyOverrides(value: unknown, overrides: readonly Override[]): Overridden {
  const root = { '': value }
  const origins: Origin[] = []
  const issues: Issue[] = []
  for (const { path, value, joined, source } of overrides) {
    const problem = assign(root, ['', ...path], joined ? joined(valueAt(root, ['', ...path])) : value)
    if (problem) {
      const { depth, ...rest } = problem
      issues.push({ code: 'override', source, pointer: toPointer(path.slice(0, depth)), ...rest })
    } else origins.push({ pointer: toPointer(path), source })
  }
  return { value: root[''], origins, issues }
}

/** The value at a path; undefined if there is none. */
const valueAt = (root: object, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined,
    root,
  )

/** Parses JSON. Text that is not JSON stays as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

interface Problem {
  /** Number of steps of the path up to the value at fault. */
  readonly depth: number
  readonly message: string
  readonly nearest?: string
}

/** Sets a value. On the way it creates objects that are missing and expands short forms. */
function assign(root: object, path: readonly string[], value: unknown): Problem | undefined {
  let at: unknown = root
  // schemas of the value `at`
  let schemas: readonly Schema[] = [specSchema]
  for (const [depth, step] of path.entries()) {
    if (typeof at !== 'object' || at === null) {
      const message = `found ${writtenWithType(at)}, in which "${shortened(step)}" cannot be set; set the whole value, as an object`
      return { depth: depth - 1, message }
    }
    if (Array.isArray(at) && !(/^(0|[1-9]\d{0,8})$/.test(step) && Number(step) < at.length)) {
      const range = at.length === 0 ? 'but the array is empty' : `must be an index from 0 to ${at.length - 1}`
      return { depth, message: `found ${JSON.stringify(shortened(step))}, ${range}` }
    }
    if (depth === path.length - 1) return define(at, step, value)
    if (!Object.hasOwn(at, step)) {
      const near = nearest(step, Object.keys(at))
      if (near !== undefined && typeof Reflect.get(at, near) === 'object') {
        return { depth, message: `unknown key "${shortened(step)}"`, nearest: near }
      }
      define(at, step, {})
    }
    const full = inFull(schemas, Reflect.get(at, step))
    if (full) define(at, step, full)
    at = Reflect.get(at, step)
    schemas = schemasAt(schemas, at, path[depth + 1]!)
  }
  return undefined
}

/** Unlike assignment, safe for `__proto__`. */
function define(target: object, key: string, value: unknown): undefined {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}
