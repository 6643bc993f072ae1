/** The seam between models and engines: one step of work as a pure function of tensors, written in tfjs ops. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { BatchShape, Shape } from '../base/shape.js'

export type Tensors = Readonly<Record<string, Tensor>>

/** A tensor that lives as long as the run: a weight, what an optimizer keeps beside one, or a chain. */
export interface Slot {
  /** Unique: `dense_1/kernel`, or `dense_1/kernel/velocity` for an optimizer slot. */
  readonly name: string
  readonly shape: Shape
  /** A chain is a state of units that goes on from step to step. */
  readonly role: 'weight' | 'optimizer' | 'chain'
  /** Values at the start of a run; seeded, the same on every call. */
  initial(): Float32Array
}

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

/**
 * How noise is drawn. `dropout`: 0 with probability `rate`, else `1 / (1 - rate)`. `uniform`: in [0, 1).
 * `coarse_uniform`: likewise of 16 bits, in half the time, for what happens with a probability right to 2^-17.
 */
export type Distribution =
  | { readonly type: 'dropout'; readonly rate: number }
  | { readonly type: 'uniform' }
  | { readonly type: 'coarse_uniform' }

/** Random numbers of a step, made by the engine from (seed, stream, iterations, element): see `base/philox.ts`. */
export interface NoiseInput {
  readonly kind: 'noise'
  readonly name: string
  readonly shape: BatchShape
  /** Tells the draws of one step apart; unique within a program. */
  readonly stream: number
  readonly distribution: Distribution
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
