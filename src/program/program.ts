/** The interface between models and engines: one step of work as a pure function of tensors, written in tfjs ops. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { NoiseInput } from '../base/noise.js'
import type { BatchShape } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'

/** An input that is cut from the data for each step. */
export interface BatchInput {
  readonly kind: 'batch'
  readonly name: string
  /** The first dimension is `null`, the batch. */
  readonly shape: BatchShape
  readonly dtype: 'float32' | 'int32'
  /** The step gets `value / divisor`. Data may be bytes; a divisor of 1 leaves values as they are. */
  readonly divisor: number
  /** If set, the values are integers from 0 to below this number. */
  readonly below?: number
}

/**
 * A number that may change with each step. The loop supplies `learning_rate` and `iterations` (the number of steps done
 * so far).
 */
export interface ScalarInput {
  readonly kind: 'scalar'
  readonly name: string
  /** Computes the number from the step count, for things that happen only every n steps. */
  readonly of?: (iterations: number) => number
}

export type ProgramInput = BatchInput | ScalarInput | NoiseInput

/**
 * The computation of one step, for batches of any size. It must not draw random numbers, read the clock, or keep
 * anything between calls.
 */
export interface Program {
  readonly state: readonly Slot[]
  readonly inputs: readonly ProgramInput[]
  /** Set if it never returns new state. An engine may then load it when it is first run. */
  readonly keepsState?: true
  /**
   * Returns new values for some of the state, and named outputs. The caller frees the tensors that go in and those that
   * come out. An output computed from samples must be a sum over them, and a gradient a mean, because an engine may run
   * the parts of a batch separately and combine the results. `found` is told the means over the batch from which new
   * state is computed: gradients, and state that a layer computes from samples.
   */
  run(state: Tensors, inputs: Tensors, found?: MeansFound): { state: Tensors; outputs: Tensors }
}

/** Hears of means over the samples of a batch. Between them and new state, nothing depends on samples. */
export type MeansFound = (means: readonly Tensor[]) => void

/** Programs by name. */
export type Programs = Readonly<Record<string, Program>>
