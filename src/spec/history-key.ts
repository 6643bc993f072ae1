/** Checks the history keys that a spec refers to. */
import { nearest } from '../base/nearest.js'
import type { RuleIssue } from './family.js'
import { listed, oneOf, written } from './words.js'

/** The key must be one of `keys`. */
export function* keyRule(key: string, keys: readonly string[], path: RuleIssue['path']): Iterable<RuleIssue> {
  if (keys.includes(key)) return
  const message = `found ${written(key)}, ${oneOf(keys)}`
  const unvalidated = key.startsWith('val_') && !keys.includes('val_loss')
  const near = nearest(key, keys)
  const names = near === undefined ? listed(keys) : undefined
  const details = unvalidated
    ? ['keys with val_ need validation, such as a "validation_split" above 0 in "fit"']
    : names
  yield { code: 'unknown-metric', path, message, nearest: near, details }
}
