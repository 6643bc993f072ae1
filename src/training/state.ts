/** The state of training as one value: with that of the runner, all that the rest of the training follows from. */
import type { Json } from '../base/json.js'
import type { ReadState, StateValues } from '../engine/engine.js'
import type { EndEvent, EpochEndEvent } from './events.js'
import { NO_SUMS, type Sums } from './totals.js'

export interface TrainingState {
  /** The epoch under way, from 1, and the steps done in it. */
  readonly epoch: number
  readonly step: number
  /** Steps and updates so far. */
  readonly iterations: number
  readonly updates: number
  /** The learning rate that a callback has set; null for that of the schedule. */
  readonly learningRate: number | null
  /** The sums of the epoch under way. */
  readonly sums: Sums
  /** The states of the callbacks, in their order; null before the first epoch. */
  readonly callbacks: readonly Json[] | null
  /** Weights that a callback keeps; null for none. */
  readonly kept: StateValues | null
  /** Time of training so far, and that of the epoch under way. */
  readonly milliseconds: number
  readonly epochMilliseconds: number
  /** The epochs that have ended. */
  readonly epochs: readonly EpochEndEvent[]
  /** Why a callback has ended training; null if none has. */
  readonly ending: Pick<EndEvent, 'reason' | 'stopping' | 'interruptedAt'> | null
}

/** The state before the first step. */
export const BEGIN: TrainingState = {
  epoch: 1,
  step: 0,
  iterations: 0,
  updates: 0,
  learningRate: null,
  sums: NO_SUMS,
  callbacks: null,
  kept: null,
  milliseconds: 0,
  epochMilliseconds: 0,
  epochs: [],
  ending: null,
}

/** After a step, after an epoch, or after the last epoch. */
export type Moment = 'step' | 'epoch' | 'training'

/** Saves states while training is under way. */
export interface Checkpoints {
  /** True if the state is to be saved now. */
  isDue(after: Moment, iterations: number): boolean
  /**
   * Saves the state. `read` reads that of the runner, into the arrays of an earlier result if they are given. Training
   * goes on when the result resolves: once the values are read, or, if it `waits`, when all is on the disk.
   */
  save(state: TrainingState, read: ReadState, options: { readonly waits: boolean }): Promise<void>
}
