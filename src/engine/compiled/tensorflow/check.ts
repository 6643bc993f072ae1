/** Tries a library out: loads it and trains a step. */
import type { TensorflowLibrary } from '../../../libtensorflow/locate.js'

/** Answers with what a person wants to know of it; an error when it does not work. */
export async function checkTensorflow(_library: TensorflowLibrary): Promise<string> {
  throw new Error('internal: not here yet')
}
