/** Inverse temperatures of parallel tempering: how many, or each of them, `[1, 0.8, 0.5, 0]`. */
import { z } from 'zod'
import { type RuleIssue, rules } from './family.js'
import { whole } from './whole.js'
import { written } from './words.js'

export const temperaturesSchema = z
  .union([whole(1).max(1000), z.array(z.number()).min(1).max(1000).superRefine(rules(listRules))])
  .default(10)
  .describe(
    'Inverse temperatures: a number of them, 1 to 1000, spaced evenly from 1 down to 0; or a falling list that starts with 1, [1, 0.8, 0.5, 0]. The first is the model itself. At 0 all states are equally probable.',
  )

function* listRules(list: readonly number[]): Iterable<RuleIssue> {
  for (const [index, value] of list.entries()) {
    const before = list[index - 1]
    const isRight = before === undefined ? value === 1 : value >= 0 && value < before
    if (isRight) continue
    const wanted =
      before === undefined
        ? '1, the temperature of the model itself'
        : `at least 0 and below ${before}, the one before it`
    yield { code: 'range', path: [index], message: `found ${written(value)}, must be ${wanted}` }
  }
}
