/** The field `expect` of a spec: bounds on results. A run that misses one ends with exit code 1. */
import { z } from 'zod'
import { type RuleIssue, rules } from './family.js'

const bounds = z
  .strictObject({
    min: z.number().optional().describe('The value must be at least this.'),
    max: z.number().optional().describe('The value must be at most this.'),
  })
  .refine((value) => Object.keys(value).length > 0, 'found an empty object, must have "min" or "max"')
  .superRefine(rules(ordered))
  .meta({ minProperties: 1, description: 'Bounds of the value: min, max, or both.' })

function* ordered({ min, max }: { min?: number | undefined; max?: number | undefined }): Iterable<RuleIssue> {
  if (min !== undefined && max !== undefined && min > max) {
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
    'Bounds for the final values, by history key, or by test_ and a key for the test set: { "val_acc": { "min": 0.97 } }.',
  )
