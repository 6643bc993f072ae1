/** Checks how a spec splits its data. */
import type { Issue } from '../base/issue.js'
import type { FitSpec } from '../spec/spec.js'
import { type DataInfo, type Samples, splitSamples, trainCount } from './dataset.js'

type SplitIssue = Pick<Issue, 'code' | 'pointer' | 'message'>

/** Keras' rule: a `validation_split` must leave samples on both sides. */
export function checkSplit(fit: FitSpec, info: DataInfo): SplitIssue[] {
  const { validation_split: fraction } = fit
  const train = trainCount(info.trainSamples, fraction)
  if (fraction === 0 || (train > 0 && train < info.trainSamples)) return []
  const side = train === 0 ? 'to train on' : 'to validate on'
  const message = `found ${fraction}, which leaves none of the ${info.trainSamples} samples of ${info.name} ${side}`
  return [{ code: 'range', pointer: '/fit/validation_split', message }]
}

/**
 * Warns of classes that are only in training or only in validation: the split takes the last samples, which may be
 * sorted.
 */
export function warnOfSplit(fit: FitSpec, samples: Samples): SplitIssue[] {
  const { validation_split: fraction } = fit
  if (fraction === 0) return []
  const { train, validation } = splitSamples(samples, fraction)
  const [trained, validated] = [new Set(train.y), new Set(validation.y)]
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

const onlyIn = (one: ReadonlySet<number>, other: ReadonlySet<number>): number[] =>
  [...one].filter((label) => !other.has(label)).toSorted((a, b) => a - b)

/** If there are more classes than this, the rest is only counted. */
const MOST_CLASSES = 8

function classes(labels: readonly number[]): string {
  if (labels.length === 1) return `class ${labels[0]}`
  const rest = labels.length - MOST_CLASSES
  return `classes ${labels.slice(0, MOST_CLASSES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
