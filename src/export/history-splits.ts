/** Tells the measures of training from those of validation. */
import type { Metrics } from '../training/events.js'

export interface SplitMetric {
  readonly metric: string
  readonly split: 'training' | 'validation'
  readonly value: number
}

const PREFIX = 'val_'

/** The name of a measure without `val_`, if there is a measure of training with that name; else of training. */
export const splitsOf = (metrics: Metrics): SplitMetric[] =>
  Object.entries(metrics).map(([key, value]) => {
    const metric = key.slice(PREFIX.length)
    return key.startsWith(PREFIX) && Object.hasOwn(metrics, metric)
      ? { metric, split: 'validation', value }
      : { metric: key, split: 'training', value }
  })
