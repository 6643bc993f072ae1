/** The progress of a download, of a copy or of reading rows, and who hears of it. */

export interface Transfer {
  readonly verb: 'Downloading' | 'Unpacking' | 'Copying' | 'Reading' | 'Sending'
  readonly file: string
  /** Bytes, or rows. */
  readonly done: number
  /** Null if nobody knows. */
  readonly total: number | null
  readonly unit?: 'rows'
}

export interface TransferListener {
  /** Prints a line. */
  say(line: string): void
  progress(transfer: Transfer): void
}
