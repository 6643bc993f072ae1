/** Says that training waits for its data, and what helps. */

export interface Waiting {
  /** Seconds of the first epoch, and those in which its batches were made. */
  readonly epoch: number
  readonly batches: number
  /** True if the engine computes while a batch is made. */
  readonly meanwhile: boolean
  /** True if the rows are read from a file. */
  readonly inFile: boolean
  /** True if values are drawn anew in each epoch. */
  readonly drawn: boolean
  /** Number of threads that augment the rows, and the most that make sense; null if rows are not augmented. */
  readonly workers: { readonly count: number; readonly most: number } | null
}

/** Shares of the epoch from which on it is the data that training waits for. */
const [AFTER, MEANWHILE] = [0.2, 0.8]

/** Fewer seconds are not worth a line. */
const LEAST = 1

/** Returns the line; null if training does not wait, or if nothing helps. */
export function waitingLine({ epoch, batches, meanwhile, inFile, drawn, workers }: Waiting): string | null {
  const share = batches / epoch
  const remedy = workers ? ofAugmentation(workers) : inFile ? IN_FILE : drawn ? DRAWN : null
  if (remedy === null || batches < LEAST || share < (meanwhile ? MEANWHILE : AFTER)) return null
  const slow = workers ? 'the augmentation of its data' : 'its data'
  return `Training waits for ${slow}: ${batches.toFixed(1)} of ${epoch.toFixed(1)} s in the first epoch. ${remedy}`
}

function ofAugmentation({ count, most }: NonNullable<Waiting['workers']>): string {
  if (count < most)
    return `--workers ${most} augments in ${most === 1 ? 'a thread' : `${most} threads`}, ahead of the steps.`
  return 'Fewer layers in "augment", smaller pictures or more processors make it faster.'
}

const IN_FILE =
  '"cache": "memory" in "data" keeps the rows in memory; if they do not fit, a smaller "shuffle": { "window": ... } in "fit" reads the file in order.'
const DRAWN = '"binarize": "sample" draws values once, not anew in each epoch.'
