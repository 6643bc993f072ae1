/** The parts of a check in words. */
import { pythonFloat } from '../base/python-format.js'
import type { Check, CheckReport } from '../export/check-report.js'
import type { Expectation } from '../training/gate.js'
import type { Comparison } from '../training/verdict.js'

/** Returns all parts of a check: for each run its end and its expectations, then the comparisons. */
export function checksOf({ runs, baseline, comparisons }: CheckReport): Check[] {
  return [
    ...runs.flatMap(({ run, stop, passed, expectations }): Check[] => [
      { group: run, name: 'training ended well', passed, words: `training ended: ${stop.replaceAll('_', ' ')}` },
      ...expectations.map((one) => ({
        group: run,
        name: expectationName(one),
        passed: one.passed,
        words: expectationWords(one),
      })),
    ]),
    ...comparisons.map((one) => ({
      group: baseline?.path ?? '',
      name: `${one.key} against the baseline`,
      passed: one.passed,
      words: comparisonWords(one),
    })),
  ]
}

/** `val_acc 0.9812, expected at least 0.975` */
export function expectationWords(expectation: Expectation): string {
  const { key, value, at, found } = expectation
  const name = `${key}${at === null ? '' : EPOCHS[at]}`
  return `${name} ${found === null ? 'is missing' : beside(value, found)}, expected ${boundWords(expectation)}`
}

const expectationName = (expectation: Expectation): string =>
  `${expectation.key}${expectation.at === null ? '' : EPOCHS[expectation.at]} ${boundWords(expectation)}`

const boundWords = ({ bound, value }: Expectation): string => `${bound === 'min' ? 'at least' : 'at most'} ${value}`

/** The epoch of a value; not said for that of the model. */
const EPOCHS: { readonly [Epoch in NonNullable<Expectation['at']>]: string } = {
  restored: '',
  last: ' of the last epoch',
  best: ' at its best',
}

/** `val_acc 0.93, must be at least 0.934; the baseline is 0.941` */
export function comparisonWords({ key, mode, baseline, found, limit }: Comparison): string {
  if (baseline === null) return `${key} has no number in the baseline`
  if (found === null || limit === null) return `${key} has no number in the run; the baseline is ${digits(baseline)}`
  return `${key} ${beside(limit, found)}, must be ${mode === 'max' ? 'at least' : 'at most'} ${digits(limit)}; the baseline is ${digits(baseline)}`
}

/** Formats a number with seven digits, or with all if seven would hide on which side of the bound it lies. */
export function beside(bound: number, found: number): string {
  if (!Number.isFinite(found)) return pythonFloat(found)
  const rounded = Number(found.toPrecision(7))
  return String(Math.sign(rounded - bound) === Math.sign(found - bound) ? rounded : found)
}

/** A number with seven digits. */
export const digits = (value: number): string => String(Number(value.toPrecision(7)))
