/** Numbers of the history, computed from totals of a program's outputs over batches. */

export interface Measured {
  /** History key. */
  readonly key: string
  /** Outputs of the program from which it is computed; each is a sum over the samples of a batch. */
  readonly outputs: readonly string[]
  /** Computes its value from the totals of these outputs over all batches, row-major, and the number of samples. */
  value(totals: readonly Float64Array[], samples: number): number
  /** The condition for a value, such as `a target that is 1`; without it the value is NaN. */
  readonly needs?: string | undefined
  /**
   * Set if the history gets a single number instead of one for training and one for validation: the value for
   * validation minus that for an equal number of training samples.
   */
  readonly isGap?: true
}

/** The mean over samples of the output of the same name. */
export const meanOver = (key: string): Measured => ({
  key,
  outputs: [key],
  value: ([sum], samples) => sum![0]! / samples,
})
