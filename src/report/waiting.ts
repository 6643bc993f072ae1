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
}

/** Shares of the epoch from which on it is the data that training waits for. */
const [AFTER, MEANWHILE] = [0.2, 0.8]

/** Fewer seconds are not worth a line. */
const LEAST = 1

/** Returns the line; null if training does not wait, or if nothing helps. */
export function waitingLine({ epoch, batches, meanwhile, inFile, drawn }: Waiting): string | null {
  const share = batches / epoch
  const remedy = inFile ? IN_FILE : drawn ? DRAWN : null
  if (remedy === null || batches < LEAST || share < (meanwhile ? MEANWHILE : AFTER)) return null
  return `Training waits for its data: ${batches.toFixed(1)} of ${epoch.toFixed(1)} s in the first epoch. ${remedy}`
}

const IN_FILE =
  '"cache": "memory" in "data" keeps the rows in memory; if they do not fit, a smaller "shuffle": { "window": ... } in "fit" reads the file in order.'
const DRAWN = '"binarize": "sample" draws values once, not anew in each epoch.'
