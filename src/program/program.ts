/** The seam between models and engines: one step of work as a pure function of tensors, written in tfjs ops. */
import type { NoiseInput } from '../base/noise.js'
import type { BatchShape } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'

/** A tensor cut from the data for each step. */
export interface BatchInput {
  readonly kind: 'batch'
  readonly name: string
  /** First dimension `null`: the batch. */
  readonly shape: BatchShape
  readonly dtype: 'float32' | 'int32'
  /** The step sees `value / divisor`; data may arrive as bytes. 1 leaves values as they are. */
  readonly divisor: number
  /** A promise: whole numbers from 0 on, each below this. */
  readonly below?: number
}

/** A number that changes by step. The loop supplies `learning_rate` and `iterations` (steps done so far). */
export interface ScalarInput {
  readonly kind: 'scalar'
  readonly name: string
  /** Where it follows from the iterations: what only every so many steps comes to pass is told to a step by such a number. */
  readonly of?: (iterations: number) => number
}

export type ProgramInput = BatchInput | ScalarInput | NoiseInput

/**
 * What one step computes, of batches of any size. It must not draw random numbers, read the clock, or keep anything
 * between calls.
 */
export interface Program {
  readonly state: readonly Slot[]
  readonly inputs: readonly ProgramInput[]
  /** It never gives new state: an engine may leave it alone until it is first run. */
  readonly keepsState?: true
  /**
   * New values for some of the state, and named results. Tensors in, tensors out; the caller frees both. A result that
   * comes of samples only is a sum over them, a gradient a mean: an engine may run halves of a batch and put them together.
   */
  run(state: Tensors, inputs: Tensors): { state: Tensors; outputs: Tensors }
}
