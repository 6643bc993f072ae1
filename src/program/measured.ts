/** Numbers of the history, from what a program's outputs add up to over batches. */

export interface Measured {
  /** History key. */
  readonly key: string
  /** The program's outputs that it follows from; each is a sum over the samples of a batch. */
  readonly outputs: readonly string[]
  /** Its value, from the totals of these outputs over all batches, row-major, and the number of samples in them. */
  value(totals: readonly Float64Array[], samples: number): number
  /** Without this it has no value and is NaN: `a target that is 1`. */
  readonly needs?: string | undefined
  /** One number, not one of training and one of validation: that of validation less that of as many training samples. */
  readonly isGap?: true
}

/** The mean over samples of an output of the same name. */
export const meanOver = (key: string): Measured => ({
  key,
  outputs: [key],
  value: ([sum], samples) => sum![0]! / samples,
})
