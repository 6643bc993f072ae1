/** Chooses the history key by which the trials of a sweep are compared. */
import type { RuleIssue } from '../../spec/family.js'
import { keyRule } from '../../spec/history-key.js'
import { earlyStoppingOf, historyKeys, type ResolvedSpec } from '../../spec/spec.js'
import { written } from '../../spec/words.js'
import { betterInSpec } from '../better.js'

export interface Monitor {
  /** History key. */
  readonly key: string
  readonly better: 'min' | 'max'
}

/** Path of the field of a spec. */
const FIELD = ['sweep', 'monitor']

/**
 * Returns the key by which trials of a spec are compared, or the problem with it. `given`: null for the one that a person
 * would take.
 */
export function monitorOf(spec: ResolvedSpec, given: string | null): Monitor | { readonly problem: RuleIssue } {
  const keys = historyKeys(spec)
  const betterOf = betterInSpec(spec)
  if (given === null) {
    const likely = [
      ...[earlyStoppingOf(spec)?.monitor ?? []].flat(),
      ...keys.filter((key) => key.startsWith('val_') && key !== 'val_loss'),
      ...['val_loss', ...keys.filter((key) => key !== 'loss'), 'loss'],
    ]
    const key = likely.find((one) => keys.includes(one) && betterOf(one) !== null)
    if (key !== undefined) return { key, better: betterOf(key)! }
    const message = `found none, and neither direction of ${keys.join(', ')} is better; a metric says how good a model is`
    return { problem: { code: 'missing-key', path: FIELD, message } }
  }
  const [problem] = keyRule(given, keys, FIELD)
  if (problem) return { problem }
  const better = betterOf(given)
  if (better !== null) return { key: given, better }
  const message = `found ${written(given)}, but it is not known whether smaller or larger values of it are better`
  return { problem: { code: 'unknown-metric', path: FIELD, message } }
}
