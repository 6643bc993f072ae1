/** What a trained model answers for its test rows, beside what is right. */

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
  /** Of classes: the number of the right name in each row, or -1 for none. Else as `given`; labels are 0 or 1. */
  readonly right: Float32Array
}
