/** The source of an installation. */

export interface Source {
  /** Version of TensorFlow, if it is known. */
  readonly version?: string
  /** An address or a path. */
  readonly from: string
  /** The program that downloads it; absent for a source on the disk. */
  readonly means?: string
  readonly files: readonly SourceFile[]
  /** Size of the installation. */
  readonly bytes: number
  /** Writes `tensorflow/`, and `nvidia/` for CUDA, into an empty folder. */
  fill(folder: string): Promise<void>
  /** Removes what `fill` kept for another try. */
  done(): Promise<void>
}

export interface SourceFile {
  readonly name: string
  readonly bytes: number
  /** Bytes that are on the disk already. */
  readonly here: number
}
