/** Where an installation comes from, and what is told while it comes. */

export interface Source {
  /** Of TensorFlow, where it is known. */
  readonly version?: string
  /** An address or a path. */
  readonly from: string
  /** What brings it; absent for what lies on a disk. */
  readonly means?: string
  readonly files: readonly SourceFile[]
  /** Bytes of the installation. */
  readonly bytes: number
  /** Writes `tensorflow/`, and `nvidia/` for CUDA, into an empty folder. */
  fill(folder: string): Promise<void>
  /** Clears what `fill` kept for another try. */
  done(): Promise<void>
}

export interface SourceFile {
  readonly name: string
  readonly bytes: number
  /** Bytes that need no fetching any more. */
  readonly here: number
}

export interface Progress {
  readonly verb: 'Fetching' | 'Unpacking' | 'Copying'
  readonly file: string
  readonly done: number
  readonly total: number
}

export interface Listener {
  /** Something happened that is worth a line. */
  say(line: string): void
  progress(progress: Progress): void
}
