/** The field `expect` of a spec: bounds on results. A run that misses one ends with exit code 1. */
import { z } from 'zod'
import { isMeasuredOnce } from '../base/measured-once.js'
import { nameIn, type RuleIssue, rules } from './family.js'
import { written } from './words.js'

/** The epoch whose value is compared. */
const AT = {
  restored: 'the epoch whose weights the model has: the best one if early stopping restored it, else the last',
  last: 'the last epoch',
  best: 'the epoch in which this value was best: largest for min, smallest for max',
} as const

export type At = keyof typeof AT

const bounds = z
  .strictObject({
    min: z.number().optional().describe('The value must be at least this.'),
    max: z.number().optional().describe('The value must be at most this.'),
    at: nameIn(AT)
      .optional()
      .describe('Epoch whose value is compared; not for a value that is measured once. Default: restored.'),
  })
  .superRefine(rules(boundRules))
  .describe('Bounds of the value, min, max, or both, and the epoch that is compared.')

interface Bounds {
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly at?: At | undefined
}

function* boundRules({ min, max }: Bounds): Iterable<RuleIssue> {
  if (min === undefined && max === undefined) {
    yield { code: 'missing-key', path: [], message: 'found no bound, must have "min" or "max"' }
  } else if (min !== undefined && max !== undefined && min > max) {
    yield { code: 'range', path: ['min'], message: `found ${min}, must be at most max, which is ${max}` }
  }
}

/** zod silently drops a key `__proto__`. It is refused, because every accepted expectation must be checked. */
const historyKey = z
  .string()
  .regex(/^(?!__proto__$)/)
  .meta({ patternErrorMessage: 'must be a history key' })

export const expectSchema = z
  .record(historyKey, bounds)
  .default({})
  .describe(
    'Bounds for results, by history key; by test_ and a key for the test set; or by seconds, the wall time of training and test: { "val_acc": { "min": 0.97 } }. With k_fold, the means over the folds are compared, and the seconds of all.',
  )

/** Only a value that epochs have can be taken `at` one. */
export function* atRules(expect: Readonly<Record<string, Bounds>>): Iterable<RuleIssue> {
  for (const [key, { at }] of Object.entries(expect)) {
    if (at === undefined || !isMeasuredOnce(key)) continue
    const message = `found ${written(at)}, but ${written(key)} is measured once, at the end, and has no epochs`
    yield { code: 'unknown-key', path: ['expect', key, 'at'], message }
  }
}
