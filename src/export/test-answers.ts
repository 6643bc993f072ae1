/** Answers of a trained model for its test rows, beside the right ones. */

export interface TestAnswers {
  /** Name of the output. */
  readonly name: string
  /**
   * `classes`: one of the names is right, and each has a probability or a score. `labels`: any of the names may be
   * right. `numbers`: each name has a number.
   */
  readonly kind: 'classes' | 'labels' | 'numbers'
  readonly names: readonly string[]
  readonly rows: number
  /** Answers by row and name: rows * names. */
  readonly given: Float32Array
  /** For classes it holds the number of the right name in each row, or -1 for none. Else it is like `given`; labels are 0 or 1. */
  readonly right: Float32Array
}

/** A test row that a model is far from right about. */
export interface Mistake {
  /** Number of the row among the test rows, from 1. */
  readonly row: number
  readonly right: string
  readonly given: string
  /** Says how far apart they are: for a class by the probabilities of the given and of the right one. */
  readonly detail: string
  readonly picture: RowPicture | null
  /** The cells of the row by column, as the source has them; none for a picture, or if a sample is several rows. */
  readonly cells?: Readonly<Record<string, string | null>>
}

/** The input of a row as a picture: bytes by row, column and channel. */
export interface RowPicture {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  readonly data: Uint8Array
}
