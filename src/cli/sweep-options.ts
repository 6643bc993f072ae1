/** Options of `train sweep`, as changes to the field `sweep` of the spec. */
import { type Issue, UserError } from '../base/issue.js'
import { isObject, jsonOf } from '../base/json.js'
import type { Override } from '../spec/override.js'
import { isRange } from '../spec/sweep-range.js'
import { shortened } from '../spec/words.js'

export interface SweepFieldOptions {
  readonly grid: readonly string[]
  readonly random: readonly string[]
  readonly runs: number | undefined
  readonly monitor: string | undefined
  readonly halving: number | undefined
  readonly seed: number | undefined
  readonly parallel: number | undefined
}

/** Throws a UserError that lists every option that is malformed. */
export function sweepOverrides(options: SweepFieldOptions): Override[] {
  const { grid, random, halving } = options
  const parsed = [
    ...grid.map((text) => tried('grid', text, listOf)),
    ...random.map((text) => tried('random', text, (value) => (isRange(value) ? value : listOf(value)))),
    ...(['runs', 'monitor', 'seed', 'parallel'] as const).flatMap((name) =>
      options[name] === undefined ? [] : [set(name, options[name])],
    ),
    ...(halving === undefined ? [] : [{ ...set('halving', halving), joined: withFactor(halving) }]),
  ]
  const issues = parsed.filter((one): one is Issue => 'code' in one)
  if (issues.length > 0) throw new UserError('The command line has a problem.', issues)
  return parsed.filter((one): one is Override => 'path' in one)
}

const set = (name: string, value: unknown): Override => ({ path: ['sweep', name], value, source: `--${name} ${value}` })

/** Keeps what the spec says of the other fields of halving. */
const withFactor = (factor: number) => (before: unknown) => ({ ...(isObject(before) && before), factor })

/** `fit.batch_size=32,128` */
function tried(option: 'grid' | 'random', text: string, meaning: (text: string) => unknown): Override | Issue {
  const source = `--${option} ${text}`
  const equals = text.indexOf('=')
  const [path, value] = [text.slice(0, Math.max(0, equals)), text.slice(equals + 1)]
  if (path !== '' && value !== '') return { path: ['sweep', option, path], value: meaning(value), source }
  const example = option === 'grid' ? 'fit.batch_size=32,128' : 'optimizer.learning_rate=log:1e-4..1e-2'
  const message = `found ${JSON.stringify(shortened(text))}, must be a path and what it tries, such as ${example}`
  return { code: 'override', source, pointer: '', message }
}

/** Values with commas between them, each in JSON or as plain text: `32,128`, `adam,sgd`, `[1,2],[3]`. */
export function listOf(text: string): unknown[] {
  const list = jsonOf(`[${text}]`)
  if (Array.isArray(list)) return list
  return Array.from(text.matchAll(ITEM), ([item]) => {
    const value = jsonOf(item)
    return value === undefined ? item : value
  })
}

/** Text in quotes or in brackets, which may have commas within, or without commas. Brackets may have others inside once. */
const ITEM = /(?:"(?:[^"\\]|\\.)*"|\[(?:[^[\]]|\[[^\]]*\])*\]|\{(?:[^{}]|\{[^}]*\})*\}|[^,])+/g
