/** Checks how a spec splits its data. */
import { firstNames } from '../base/first-names.js'
import { classesOf, type DataForm, labelsKey } from '../base/form.js'
import type { Issue } from '../base/issue.js'
import type { FitSpec } from '../spec/spec.js'
import type { Data } from './data.js'
import { storedRows, type Table } from './table.js'

type SplitIssue = Pick<Issue, 'code' | 'pointer' | 'message'>

/** Keras' rule: a `validation_split` must leave samples on both sides. */
export function checkSplit(fit: FitSpec, { name, rows: { train, validation } }: DataForm): SplitIssue[] {
  const { validation_split: fraction, k_fold } = fit
  if (k_fold !== null && k_fold > train + validation) {
    const message = `found ${k_fold}, must be at most ${train + validation}, the number of samples of ${name}`
    return [{ code: 'range', pointer: '/fit/k_fold', message }]
  }
  if (fraction === 0 || (train > 0 && validation > 0)) return []
  const side = train === 0 ? 'to train on' : 'to validate on'
  const message = `found ${fraction}, which leaves none of the ${train + validation} samples of ${name} ${side}`
  return [{ code: 'range', pointer: '/fit/validation_split', message }]
}

/**
 * Warns of classes that are only in training or only in validation: the split takes the last samples, which may be
 * sorted.
 */
export function warnOfSplit(fit: FitSpec, { form, train, validation }: Data): SplitIssue[] {
  const { validation_split: fraction } = fit
  if (fraction === 0 || classesOf(form) === 0) return []
  const key = labelsKey(form)
  const [trained, validated] = [classesIn(train, key), classesIn(validation, key)]
  const untrained = onlyIn(validated, trained)
  const unvalidated = onlyIn(trained, validated)
  const sides = [
    ...(untrained.length > 0 ? [`no sample of ${classes(untrained)} to train on`] : []),
    ...(unvalidated.length > 0 ? [`no sample of ${classes(unvalidated)} to validate on`] : []),
  ]
  if (sides.length === 0) return []
  const message = `found ${fraction}, which leaves ${sides.join(' and ')}`
  return [{ code: 'class-missing', pointer: '/fit/validation_split', message }]
}

function classesIn(table: Table, field: string): ReadonlySet<number> {
  const found = new Set<number>()
  for (const values of storedRows(table, field)) for (const value of values) found.add(value)
  return found
}

const onlyIn = (one: ReadonlySet<number>, other: ReadonlySet<number>): number[] =>
  [...one].filter((label) => !other.has(label)).toSorted((a, b) => a - b)

/** If there are more classes than this, the rest is only counted. */
const MOST_CLASSES = 8

function classes(labels: readonly number[]): string {
  if (labels.length === 1) return `class ${labels[0]}`
  return `classes ${firstNames(labels.map(String), MOST_CLASSES)}`
}
