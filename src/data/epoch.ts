/** How the training data of a spec make epochs and steps. */
import type { FitSpec } from '../spec/spec.js'
import { trainCount } from './dataset.js'

export interface EpochLengths {
  /** Samples to train on: those that `validation_split` leaves. */
  readonly samples: number
  /** Samples of a whole batch, which is also the number of chains where a spec does not say it. */
  readonly batchSize: number
  readonly stepsPerEpoch: number
}

/** Of `count` samples, those of validation included. */
export function epochLengths(
  count: number,
  { batch_size, validation_split }: Pick<FitSpec, 'batch_size' | 'validation_split'>,
): EpochLengths {
  const samples = trainCount(count, validation_split)
  const batchSize = Math.min(batch_size, samples)
  return { samples, batchSize, stepsPerEpoch: Math.ceil(samples / batchSize) }
}
