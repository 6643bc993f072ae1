/** The type of a callback. It sees events and answers with actions, which are data; only the loop carries them out. */
import type { StateValues } from '../../engine/engine.js'
import type { BatchEndEvent, BestEpoch, EpochEndEvent, Stopping } from '../events.js'

export type Action =
  /** Remember the weights as they are now. */
  | { readonly type: 'keepWeights' }
  /** Put the remembered weights back. */
  | { readonly type: 'restoreWeights' }
  | { readonly type: 'stop'; readonly reason: 'time_budget' }
  | { readonly type: 'stop'; readonly reason: 'early_stopping'; readonly stopping: Stopping }
  /** Replaces the schedule, or an earlier value, from the next step on. */
  | { readonly type: 'setLearningRate'; readonly value: number }
  | FileAction

export type FileAction = SaveModel | AppendText | WriteScalars

/** Save the model as it is now. Paths are relative to the folder of the run. */
export interface SaveModel {
  readonly type: 'saveModel'
  readonly path: string
  readonly weightsOnly: boolean
}

/** Append text to a file, which is created if it is missing. */
export interface AppendText {
  readonly type: 'appendText'
  readonly path: string
  readonly text: string
  /** Written first if the file is empty; a file that is not empty must begin with it. An empty string for none. */
  readonly header: string
}

/** Numbers by name for TensorBoard, all at one step. */
export interface WriteScalars {
  readonly type: 'writeScalars'
  readonly directory: string
  readonly step: number
  readonly scalars: Readonly<Record<string, number>>
}

/** Writes the files of callbacks, for the loop, which does not know the folder of the run. */
export interface CallbackFiles {
  /** `state` reads the state of the runner, for `saveModel`. */
  write(action: FileAction, state: () => Promise<StateValues>): Promise<void>
}

/** The state of training when an epoch ends, after the actions of the callbacks before this one. */
export interface Standing {
  readonly learningRate: number
  /** Number of updates made. */
  readonly updates: number
}

export interface Callback {
  /** Adds the learning rate to the numbers of an epoch, for the callbacks after this one. */
  readonly logsLearningRate?: true
  /** Called before the first epoch. `keys` are the history keys of an epoch, in any order. */
  onBegin?(keys: readonly string[]): readonly Action[]
  /** Epochs count from 1. */
  onEpochBegin?(epoch: number): readonly Action[]
  /** Costs time in each step, so only callbacks that need it have it. */
  onBatchEnd?(event: BatchEndEvent): readonly Action[]
  onEpochEnd(event: EpochEndEvent, standing: Standing): readonly Action[]
  /** Called when training has ended, for whatever reason. */
  onEnd(): readonly Action[]
  /** The best epoch by this callback's measure, if it has one. */
  best?(): BestEpoch | null
}

/** A callback that does nothing, for others to extend. */
export const IDLE: Callback = { onEpochEnd: () => [], onEnd: () => [] }
