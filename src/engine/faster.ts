/** Which engine trains a model faster on a processor. `npm run bench -- --gallery` checks the rule on every spec. */

/** Multiplications and additions of a step that measures. */
export interface Arithmetic {
  readonly flops: number
  /** Those in convolutions. */
  readonly convolutions: number
}

export interface Faster {
  readonly name: 'onnx' | 'tensorflow'
  /** The arithmetic that decides, for a sentence. */
  readonly reason: string
}

/** Share of convolutions from which engine tensorflow is faster. */
const MOST_CONVOLUTIONS = 0.5

export function faster({ flops, convolutions }: Arithmetic): Faster {
  const share = flops === 0 ? 0 : convolutions / flops
  const reason = `${Math.round(100 * share)} % of its arithmetic is in convolutions`
  return { name: share > MOST_CONVOLUTIONS ? 'tensorflow' : 'onnx', reason }
}
