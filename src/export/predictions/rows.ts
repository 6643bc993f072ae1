/** Rows of predictions, as writers take them. */

export interface PredictionColumn {
  readonly name: string
  readonly type: 'text' | 'number'
}

/** The texts of a column, or its numbers. */
export type Cells = Texts | Strided

export interface Texts {
  readonly texts: readonly (string | null)[]
}

/** The numbers of a column: `values[from + stride * row]`. */
export interface Strided {
  readonly values: Float32Array
  readonly from: number
  readonly stride: number
}

/** Some rows. Text is null for a gap; the answers of a row that has none are empty. */
export interface PredictionRows {
  readonly count: number
  /** In the order of the columns. */
  readonly cells: readonly Cells[]
  /** True for a row without answers. */
  hasNone(row: number): boolean
  /** The values of the only output, row by row; null if there are several. */
  readonly whole: Float32Array | null
}

/** Writes predictions piece by piece. */
export interface PredictionWriter {
  append(rows: PredictionRows): Promise<void>
  /** Completes the file. Only then does it get its name. */
  finish(): Promise<void>
  /** Leaves nothing behind, unless it is finished. */
  discard(): Promise<void>
}

/** Receives bytes or text: a file that gets its name at the end, or a stream. */
export type Sink = Pick<PredictionWriter, 'finish' | 'discard'> & {
  append(data: string | Uint8Array): Promise<void>
}
