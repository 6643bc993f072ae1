/** Constraints, which change a weight after each update (keras/src/constraints/constraints.py). */
import { z } from 'zod'
import { type DeepReadonly, family, member, type RuleIssue, rules } from './family.js'
import { MOST_AXES, whole } from './whole.js'

const axis = z
  .union([whole(0), z.array(whole(0)).min(1).max(MOST_AXES)])
  .default(0)
  .describe('Axis, or axes, over which a norm is taken: 0 for Dense, [0, 1, 2] for Conv2D.')

export const CONSTRAINTS = [
  member(
    'MaxNorm',
    'Limits norms to a largest value.',
    { max_value: z.number().min(0).default(2).describe('Largest norm.'), axis },
    ['max_norm'],
  ),
  member('NonNeg', 'Makes negative weights 0.', {}, ['non_neg']),
  member('UnitNorm', 'Makes norms 1.', { axis }, ['unit_norm']),
  member(
    'MinMaxNorm',
    'Moves norms into a range.',
    {
      min_value: z.number().min(0).default(0).describe('Smallest norm.'),
      max_value: z.number().min(0).default(1).describe('Largest norm.'),
      rate: z.number().min(0).max(1).default(1).describe('Share of the way to the range; 1 is all of it.'),
      axis,
    },
    ['min_max_norm'],
  ).superRefine(rules(normRules)),
] as const

function* normRules({ min_value, max_value }: { min_value: number; max_value: number }): Iterable<RuleIssue> {
  if (min_value <= max_value) return
  const message = `found ${min_value}, must be at most max_value, ${max_value}`
  yield { code: 'range', path: ['min_value'], message }
}

const constraintSchema = family(CONSTRAINTS).meta({ id: 'constraint' })
export type ConstraintSpec = DeepReadonly<z.output<typeof constraintSchema>>

export const constraint = (description: string) => constraintSchema.nullable().default(null).describe(description)
