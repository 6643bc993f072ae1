/**
 * The type of a callback. It sees events and answers with actions, which are data; only the loop carries them out. A
 * callback remembers nothing itself: its state is data too, which the loop keeps, and which can be saved.
 */
import type { Json } from '../../base/json.js'
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

/** Facts about training when a batch or an epoch ends, after the actions of the callbacks before this one. */
export interface Standing {
  readonly learningRate: number
  /** Number of updates made. */
  readonly updates: number
  /** The history keys of an epoch, in any order. */
  readonly keys: readonly string[]
  /** Milliseconds of training so far. */
  elapsed(): number
}

/** The state of a callback after an event, and what the loop is to do. */
export interface Answer<State extends Json> {
  readonly state: State
  readonly actions: readonly Action[]
}

export interface Callback<State extends Json = Json> {
  /** Adds the learning rate to the numbers of an epoch, for the callbacks after this one. */
  readonly logsLearningRate?: true
  /** Its state before the first epoch. */
  readonly initial: State
  /** Called before the first epoch. `keys` are the history keys of an epoch, in any order. */
  onBegin?(keys: readonly string[]): readonly Action[]
  /** Epochs count from 1. */
  onEpochBegin?(epoch: number): readonly Action[]
  /** Costs time in each step, so only callbacks that need it have it. */
  onBatchEnd?(state: State, event: BatchEndEvent, standing: Standing): Answer<State>
  onEpochEnd?(state: State, event: EpochEndEvent, standing: Standing): Answer<State>
  /** Called when training has ended, for whatever reason. */
  onEnd?(state: State): readonly Action[]
  /** The best epoch by this callback's measure, if it has one. */
  best?(state: State): BestEpoch | null
  /** The least number of epochs, with the one that begins, after which this callback stops training. */
  earliestStop?(state: State, epoch: number): number
}
