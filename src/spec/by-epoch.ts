/** The schema of a number that changes at given epochs: pairs of an epoch and the value from then on. */
import { z } from 'zod'
import type { ByEpoch } from '../base/in-epoch.js'
import { type RuleIssue, rules } from './family.js'
import { goesWithoutSaying, LONGEST_LIST } from './whole.js'
import { written } from './words.js'

interface Range {
  readonly least: number
  readonly most: number
  readonly whole: boolean
}

export const byEpoch = (range: Range) =>
  z
    .array(z.array(z.number()).length(2))
    .min(1)
    .max(LONGEST_LIST)
    .superRefine(rules((pairs) => pairRules(pairs, range)))

function* pairRules(pairs: ByEpoch, { least, most, whole }: Range): Iterable<RuleIssue> {
  let before = 0
  for (const [index, [epoch, value]] of pairs.entries()) {
    // the schema reports a pair of another length
    if (epoch === undefined || value === undefined) continue
    if (!Number.isSafeInteger(epoch) || (index === 0 ? epoch !== 1 : epoch <= before)) {
      const wanted = index === 0 ? '1 in the first pair' : `a whole number above ${before}`
      yield { code: 'range', path: [index, 0], message: `found epoch ${written(epoch)}, must be ${wanted}` }
    }
    before = epoch
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) continue
    const bounds =
      goesWithoutSaying(most) && value <= most ? `at least ${least}` : `at least ${least} and at most ${most}`
    const message = `found ${written(value)}, must be ${whole ? 'a whole number, ' : ''}${bounds}`
    yield { code: 'range', path: [index, 1], message }
  }
}
