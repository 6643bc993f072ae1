/** The gate: compares the results of a run with its expectations. */
import type { ExpectSpec } from '../spec/spec.js'
import type { Metrics } from './events.js'

/** A bound and whether it was met; `found` is null if the run has no such number. */
export interface Expectation {
  readonly key: string
  readonly bound: 'min' | 'max'
  readonly value: number
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

/** Compares each bound of the spec with the numbers of the run. A number that is missing or NaN fails. */
export function checkExpectations(expect: ExpectSpec, found: Metrics): Expectation[] {
  return Object.entries(expect).flatMap(([key, bounds]) =>
    (['min', 'max'] as const).flatMap((bound): Expectation[] => {
      const value = bounds[bound]
      if (value === undefined) return []
      const number = Object.hasOwn(found, key) ? found[key] : undefined
      if (number === undefined) return [{ key, bound, value, found: null, passed: false }]
      return [{ key, bound, value, found: number, passed: bound === 'min' ? number >= value : number <= value }]
    }),
  )
}
