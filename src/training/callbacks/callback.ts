/** What a callback is: it sees events and answers with actions as data; only the loop acts. */
import type { StateValues } from '../../engine/engine.js'
import type { BatchEndEvent, BestEpoch, EpochEndEvent, Stopping } from '../events.js'

export type Action =
  /** Remember the weights as they are now. */
  | { readonly type: 'keepWeights' }
  /** Put the remembered weights back. */
  | { readonly type: 'restoreWeights' }
  | { readonly type: 'stop'; readonly reason: 'time_budget' }
  | { readonly type: 'stop'; readonly reason: 'early_stopping'; readonly stopping: Stopping }
  /** From the next step on, in place of whatever said it until now. */
  | { readonly type: 'setLearningRate'; readonly value: number }
  | FileAction

export type FileAction = SaveModel | AppendText | WriteScalars

/** Save the model as it is now. Paths lead from the folder of the run. */
export interface SaveModel {
  readonly type: 'saveModel'
  readonly path: string
  readonly weightsOnly: boolean
}

/** Add to the end of a file, made where it is missing. */
export interface AppendText {
  readonly type: 'appendText'
  readonly path: string
  readonly text: string
  /** Comes before the text where the file is empty; one that is not must begin with it. Empty for none. */
  readonly header: string
}

/** Numbers by name for TensorBoard, all at one step. */
export interface WriteScalars {
  readonly type: 'writeScalars'
  readonly directory: string
  readonly step: number
  readonly scalars: Readonly<Record<string, number>>
}

/** Where files of callbacks go: whoever runs the loop has the folder. */
export interface CallbackFiles {
  /** `state` is the runner's, for `saveModel`. */
  write(action: FileAction, state: () => Promise<StateValues>): Promise<void>
}

/** How training stands when an epoch ends, after what the callbacks before this one did. */
export interface Standing {
  readonly learningRate: number
  /** Updates done. */
  readonly updates: number
}

export interface Callback {
  /** It puts the learning rate among the numbers of an epoch, for those after it. */
  readonly logsLearningRate?: true
  /** `keys` are those of an epoch, in any order. */
  onBegin?(keys: readonly string[]): readonly Action[]
  /** Epochs count from 1. */
  onEpochBegin?(epoch: number): readonly Action[]
  /** Costs time in each step; only who needs it has it. */
  onBatchEnd?(event: BatchEndEvent): readonly Action[]
  onEpochEnd(event: EpochEndEvent, standing: Standing): readonly Action[]
  /** Training is over, for whatever reason. */
  onEnd(): readonly Action[]
  /** The best epoch by this callback's measure, where it has one. */
  best?(): BestEpoch | null
}

/** Does nothing; a callback adds what it does. */
export const IDLE: Callback = { onEpochEnd: () => [], onEnd: () => [] }
