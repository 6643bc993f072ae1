/** The progress of a download or a copy, and who hears of it. */

export interface Transfer {
  readonly verb: 'Downloading' | 'Unpacking' | 'Copying'
  readonly file: string
  /** Bytes. */
  readonly done: number
  /** Bytes; null if nobody knows. */
  readonly total: number | null
}

export interface TransferListener {
  /** Prints a line. */
  say(line: string): void
  progress(transfer: Transfer): void
}
