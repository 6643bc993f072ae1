/** The events of training, as data. Reports, files and callbacks see nothing else of it. */
import type { UserError } from '../base/issue.js'

/** Metric values by history key, in the order in which they are shown: `loss`, `acc`, `val_loss`, `val_acc`. */
export type Metrics = Readonly<Record<string, number>>

/** Why training ended. */
export type StopReason =
  | 'completed'
  | 'early_stopping'
  | 'time_budget'
  | 'paused'
  | 'interrupted'
  | 'missing_row'
  | 'diverged'

export interface StartEvent {
  readonly type: 'start'
  readonly samples: number
  /** 0 without validation data. */
  readonly validationSamples: number
  readonly epochs: number
  readonly batchSize: number
  readonly stepsPerEpoch: number
  /** History keys of the measures of each batch, `loss` first. */
  readonly metrics: readonly string[]
  /** The epoch, and the steps done in it, from which a resumed run goes on; null for a run that begins. */
  readonly from: { readonly epoch: number; readonly step: number } | null
}

export interface EpochBeginEvent {
  readonly type: 'epochBegin'
  /** Counts from 1. */
  readonly epoch: number
  /** Steps of it that were done before training was resumed, and their time. */
  readonly step: number
  readonly seconds: number
  /** The least number of epochs, with this one, after which early stopping can end training; null if it cannot. */
  readonly earliestStop: number | null
}

export interface BatchEndEvent {
  readonly type: 'batchEnd'
  readonly epoch: number
  /** Steps and samples done in this epoch. */
  readonly step: number
  readonly samples: number
  /** Means over the epoch so far. */
  readonly metrics: Metrics
}

export interface EpochEndEvent {
  readonly type: 'epochEnd'
  readonly epoch: number
  /** Training and validation metrics of the whole epoch. */
  readonly metrics: Metrics
  /** The rate at the end of the epoch, which the next step would use. */
  readonly learningRate: number
  /** Wall time of the epoch, validation included. */
  readonly seconds: number
}

/** The first tensor that holds NaN or infinity, in the order of the computation. */
export interface BadTensor {
  readonly tensor: string
  readonly kind: 'weight' | 'layer' | 'measure'
  readonly value: number
}

/** The place where training diverged. */
export interface Divergence extends BadTensor {
  readonly epoch: number
  /** Step within the epoch, from 1. */
  readonly step: number
  /** The place where it was noticed: in a step, in the weights after a step, or in validation or the test. */
  readonly during: 'step' | 'weights' | 'validation' | 'test'
  /** Updates made before it. */
  readonly updates: number
}

/** The place where a layer got a number for which it has no row. */
export interface MissingRow {
  readonly epoch: number
  /** Step within the epoch, from 1; in validation, the last step before it. */
  readonly step: number
  /** Names the layer and the number. */
  readonly problem: UserError
}

/** The epoch whose value of `monitor` was best. */
export interface BestEpoch {
  readonly epoch: number
  readonly monitor: string
  readonly value: number
}

export interface EndEvent {
  readonly type: 'end'
  /** Updates made. */
  readonly updates: number
  readonly reason: StopReason
  /** Epochs completed. */
  readonly epochs: number
  readonly best: BestEpoch | null
  /** True if the weights of the best epoch were restored. */
  readonly restored: boolean
  /** The epoch in which Ctrl-C came or the time was up, and the steps done in it. */
  readonly interruptedAt: { readonly epoch: number; readonly step: number } | null
  readonly missingRow: MissingRow | null
  readonly divergence: Divergence | null
  /** Why early stopping stopped the run; null if it did not. */
  readonly stopping: Stopping | null
}

/** How many epochs early stopping waited without an improvement. */
export interface Stopping {
  readonly epochs: number
  /** The baseline, if no epoch has beaten it; else null. */
  readonly baseline: number | null
}

export type TrainingEvent = StartEvent | EpochBeginEvent | BatchEndEvent | EpochEndEvent | EndEvent
