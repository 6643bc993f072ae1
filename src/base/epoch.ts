/** Lengths of epochs and steps. */

export interface EpochLengths {
  /** Samples to train on. */
  readonly samples: number
  /** Samples of a whole batch, which is also the number of chains if a spec does not set it. */
  readonly batchSize: number
  readonly stepsPerEpoch: number
}

/** `batch_size` is that of a spec; a batch is never larger than all samples. */
export function epochLengths(samples: number, batch_size: number): EpochLengths {
  const batchSize = Math.min(batch_size, samples)
  return { samples, batchSize, stepsPerEpoch: Math.ceil(samples / batchSize) }
}
