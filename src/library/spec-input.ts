/** Reads a spec that a program gives: an object, or the path of a file. */
import { type Issue, UserError } from '../base/issue.js'
import { type DataWatch, UNWATCHED } from '../data/watch.js'
import { type CheckedSpec, orThrow, readSpec, readText } from '../run/read-spec.js'
import type { Device } from '../spec/engines.js'
import type { Override } from '../spec/override.js'
import type { EngineName, Spec } from '../spec/spec.js'

/** Changes to a spec. */
export interface SpecOptions {
  /** Values by the path of their field: `{ 'fit.epochs': 3, 'model.layers.2.rate': 0.5 }`. */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined
  readonly engine?: EngineName | undefined
  readonly device?: Device | undefined
  /** Ends the work when it is aborted. */
  readonly signal?: AbortSignal | undefined
}

/** Reads and checks a spec, and opens its data. Throws a UserError with all problems. */
export async function readInput(spec: Spec | string, options: SpecOptions): Promise<CheckedSpec> {
  const overrides = overridesOf(options)
  const watch: DataWatch = { ...UNWATCHED, ...(options.signal && { signal: options.signal }) }
  if (typeof spec === 'string') return orThrow(await readSpec(spec, overrides, null, watch))
  const read = await readText(textOf(spec), 'spec', overrides, watch)
  if ('issues' in read) return orThrow({ ...read, issues: read.issues.map(unplaced) })
  const { issue } = read
  return { ...read, warnings: read.warnings.map(unplaced), issue: (draft) => unplaced(issue(draft)) }
}

/** Changes to a spec, as the command line has them. */
export function overridesOf({ overrides = {}, engine, device }: SpecOptions): Override[] {
  const set = (field: string, value: unknown): Override => ({
    path: field.split('.'),
    value: plain(value, `overrides ${field}`),
    source: `overrides ${field}`,
  })
  return [
    ...Object.entries(overrides).map(([field, value]) => set(field, value)),
    ...(engine === undefined ? [] : [{ ...set('engine', engine), source: 'option engine' }]),
    ...(device === undefined ? [] : [{ ...set('device', device), source: 'option device' }]),
  ]
}

/** An object has no lines. */
const unplaced = ({ position: _, ...issue }: Issue): Issue => issue

const plain = (value: unknown, source: string): unknown => JSON.parse(textOf(value, source))

/** Throws a UserError for a value that JSON cannot say. */
function textOf(value: unknown, source = 'spec'): string {
  const refused = (found: string) =>
    new UserError('The spec has a problem.', [
      { code: 'type', source, pointer: '', message: `found ${found}, must be a value of JSON` },
    ])
  try {
    const text = JSON.stringify(value, (key, inner) => {
      if (typeof inner === 'number' && !Number.isFinite(inner)) throw refused(`${inner} as "${key}"`)
      if (typeof inner === 'function' || typeof inner === 'symbol' || typeof inner === 'bigint') {
        throw refused(`a ${typeof inner} as "${key}"`)
      }
      return inner
    })
    if (text === undefined) throw refused('undefined')
    return text
  } catch (error) {
    throw error instanceof UserError ? error : refused('an object that contains itself')
  }
}
