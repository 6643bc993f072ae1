/** Checks how a spec cuts its data. */
import type { Issue } from '../base/issue.js'
import type { FitSpec } from '../spec/spec.js'
import { type DataInfo, trainCount } from './dataset.js'

/** Keras' rule: a `validation_split` must leave samples on both sides. */
export function checkSplit(fit: FitSpec, info: DataInfo): Pick<Issue, 'code' | 'pointer' | 'message'>[] {
  const { validation_split: fraction } = fit
  const train = trainCount(info.trainSamples, fraction)
  if (fraction === 0 || (train > 0 && train < info.trainSamples)) return []
  const side = train === 0 ? 'to train on' : 'to validate on'
  const message = `found ${fraction}, which leaves none of the ${info.trainSamples} samples of ${info.name} ${side}`
  return [{ code: 'range', pointer: '/fit/validation_split', message }]
}
