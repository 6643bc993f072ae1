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
