/** Who hears of long work on data, and may end it. */
import type { TransferListener } from '../base/transfer.js'

export interface DataWatch {
  /** Hears of downloads. */
  readonly listener: TransferListener
  /** Ends the work when it is aborted. */
  readonly signal: AbortSignal
}

/** Nobody hears, and nothing ends the work. */
export const UNWATCHED: DataWatch = {
  listener: { say: () => {}, progress: () => {} },
  signal: new AbortController().signal,
}

/** Milliseconds of work before somebody hears of it. */
const PATIENCE = 1000

/** Tells of the progress of work only if it takes long. */
export function patient({ progress }: TransferListener): TransferListener['progress'] {
  const began = performance.now()
  return (transfer) => {
    if (performance.now() - began > PATIENCE) progress(transfer)
  }
}
