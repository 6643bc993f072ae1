/** The gate: compares the results of a run with its expectations. */
import { isMeasuredOnce, SECONDS } from '../base/measured-once.js'
import { meanOf } from '../base/variance.js'
import type { At } from '../spec/expect.js'
import type { ExpectSpec } from '../spec/spec.js'
import type { Metrics } from './events.js'

/** A bound and whether it was met; `found` is null if the run has no such number. */
export interface Expectation {
  readonly key: string
  readonly bound: 'min' | 'max'
  readonly value: number
  /** The epoch whose value was compared; null for a value that is measured once, at the end. */
  readonly at: At | null
  readonly found: number | null
  readonly passed: boolean
}

const PATTERN = /^\s*(?<key>[^\s<>=]+)\s*(?<sign>[<>]=?|==?)\s*(?<value>\S+)\s*$/

/** Parses `val_acc>=0.975`. Returns a message if the text is malformed. */
export function parseExpectation(text: string): Pick<Expectation, 'key' | 'bound' | 'value'> | { problem: string } {
  const { key, sign, value } = PATTERN.exec(text)?.groups ?? {}
  const number = Number(value)
  if (!key || !sign || !Number.isFinite(number)) {
    return {
      problem: `found ${JSON.stringify(text)}, must be a history key, >= or <=, and a number, such as val_acc>=0.975`,
    }
  }
  if (sign !== '>=' && sign !== '<=') return { problem: `found ${sign}, must be >= or <=` }
  return { key, bound: sign === '>=' ? 'min' : 'max', value: number }
}

/** The numbers of a run that expectations are about. */
export interface Measured {
  /** The measures of each epoch. */
  readonly epochs: readonly Metrics[]
  /** The epoch whose weights the model has, from 1; 0 without one. */
  readonly restored: number
  /** Null if the model was not tested. */
  readonly test: Metrics | null
  /** Wall time of training and test. */
  readonly seconds: number
}

/** Returns the measures of the model: those of its epoch, and those of the test with `test_`. */
export function scoresOf({ epochs, restored, test }: Measured): Metrics {
  const tested = Object.entries(test ?? {}).map(([key, value]) => [`test_${key}`, value])
  return { ...epochs[restored - 1], ...Object.fromEntries(tested) }
}

/**
 * Compares each bound of the spec with the numbers of the runs: with their mean, and with the sum of their seconds. A
 * number that is missing in one of them, or NaN, fails.
 */
export function checkExpectations(expect: ExpectSpec, runs: readonly Measured[]): Expectation[] {
  return Object.entries(expect).flatMap(([key, { at: given = 'restored', ...bounds }]) =>
    (['min', 'max'] as const).flatMap((bound): Expectation[] => {
      const value = bounds[bound]
      if (value === undefined) return []
      const at = isMeasuredOnce(key) ? null : given
      const each = runs.flatMap((run) => numberOf(run, key, at, bound) ?? [])
      if (each.length < runs.length) return [{ key, bound, value, at, found: null, passed: false }]
      const found = key === SECONDS ? each.reduce((sum, seconds) => sum + seconds, 0) : meanOf(each)
      return [{ key, bound, value, at, found, passed: bound === 'min' ? found >= value : found <= value }]
    }),
  )
}

/** Returns a number of a run; undefined if it has none. */
function numberOf(run: Measured, key: string, at: At | null, bound: 'min' | 'max'): number | undefined {
  if (key === SECONDS) return run.seconds
  if (at === 'best') return bestOf(run, key, bound)
  const from = at === 'last' ? (run.epochs.at(-1) ?? {}) : scoresOf(run)
  return Object.hasOwn(from, key) ? from[key] : undefined
}

/** Returns the value of the epoch that is nearest to meeting the bound. An epoch with NaN counts only if all have it. */
function bestOf({ epochs }: Measured, key: string, bound: 'min' | 'max'): number | undefined {
  const values = epochs.flatMap((metrics) => (Object.hasOwn(metrics, key) ? metrics[key]! : []))
  const numbers = values.filter((value) => !Number.isNaN(value))
  if (numbers.length === 0) return values[0]
  return numbers.reduce(bound === 'min' ? larger : smaller)
}

const larger = (a: number, b: number): number => Math.max(a, b)
const smaller = (a: number, b: number): number => Math.min(a, b)
