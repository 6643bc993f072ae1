/** What happens during training, as data. Reports, files and callbacks see only these. */
import type { UserError } from '../base/issue.js'

/** Metric values by history key, in the order they are shown: `loss`, `acc`, `val_loss`, `val_acc`. */
export type Metrics = Readonly<Record<string, number>>

/** Why training ended. */
export type StopReason = 'completed' | 'early_stopping' | 'time_budget' | 'interrupted' | 'missing_row' | 'diverged'

export interface StartEvent {
  readonly type: 'start'
  readonly samples: number
  /** 0 without validation data. */
  readonly validationSamples: number
  readonly epochs: number
  readonly batchSize: number
  readonly stepsPerEpoch: number
  /** History keys of what is measured of each batch, `loss` first. */
  readonly metrics: readonly string[]
}

export interface EpochBeginEvent {
  readonly type: 'epochBegin'
  /** Counts from 1. */
  readonly epoch: number
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
  /** As it stands at the end of the epoch: what the next step would take. */
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

/** Where the numbers went bad. */
export interface Divergence extends BadTensor {
  readonly epoch: number
  /** Step within the epoch, from 1. */
  readonly step: number
  /** Where it showed: in a step, in the weights after the last one, or in a pass without training. */
  readonly during: 'step' | 'weights' | 'validation' | 'test'
  /** Updates made before. */
  readonly updates: number
}

/** Where a layer was given a number that it has no row for. */
export interface MissingRow {
  readonly epoch: number
  /** Step within the epoch, from 1; the last before a validation. */
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
  /** Weights of the best epoch were put back. */
  readonly restored: boolean
  /** Where Ctrl-C fell or the time was up: the epoch and the steps done in it. */
  readonly interruptedAt: { readonly epoch: number; readonly step: number } | null
  readonly missingRow: MissingRow | null
  readonly divergence: Divergence | null
  /** Why early stopping stopped; null where it did not. */
  readonly stopping: Stopping | null
}

/** How long early stopping waited in vain. */
export interface Stopping {
  readonly epochs: number
  /** That no epoch has beaten; null where one has, or there is none. */
  readonly baseline: number | null
}

export type TrainingEvent = StartEvent | EpochBeginEvent | BatchEndEvent | EpochEndEvent | EndEvent
