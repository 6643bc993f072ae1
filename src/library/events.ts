/** The events of a run, as the library yields them. */
import type { Issue } from '../base/issue.js'
import type { FoldsReport } from '../export/folds-report.js'
import type { History } from '../export/history.js'
import type { TrainedModel } from '../run/open-model.js'
import type { FoldEvent, Outcome } from '../run/work-events.js'
import type { Metrics, TrainingEvent } from '../training/events.js'
import type { Expectation } from '../training/gate.js'

/** A line about decisions on data, the chosen engine, or the place of packed rows. */
export interface NoteEvent {
  readonly type: 'note'
  readonly text: string
}

/** Something that is allowed but probably not meant, or that may fail. */
export interface WarningEvent {
  readonly type: 'warning'
  readonly text: string
  /** Its place in the spec; null for a warning that has none, such as that memory may run out. */
  readonly issue: Issue | null
}

/** The training of a model begins: the only one of a run, an RBM of a stack, or the model of a fold. */
export interface StageBeginEvent {
  readonly type: 'stageBegin'
  /** Names a stage of a stack; null for a model that is trained alone. */
  readonly title: string | null
  /** Folder of its results; null if nothing is written. */
  readonly directory: string | null
}

/** The model is trained, tested, and saved if the run has a folder. */
export interface StageEndEvent extends Omit<StageBeginEvent, 'type'> {
  readonly type: 'stageEnd'
  /** Null if training diverged, and for an RBM of a stack after the first, which sees no data of the spec. */
  readonly model: TrainedModel | null
  /** Everything that was measured; `history.json` of a folder. */
  readonly history: History
  /** Loss and metrics on the test set; null if the model was not tested. */
  readonly test: Metrics | null
  /** The measures of the model: those of its epoch, and those of the test with `test_`. */
  readonly scores: Metrics
  readonly expectations: readonly Expectation[]
}

/** The last event. */
export interface ResultEvent {
  readonly type: 'result'
  /** `interrupted`: the signal was aborted during training, and the model is that of the last step. */
  readonly outcome: Outcome
  /** The folder of the run; null if nothing is written. */
  readonly directory: string | null
  /** Null if training diverged, for folds, and for a DBN that is not fine-tuned. */
  readonly model: TrainedModel | null
  /** Measures of the model; for folds their means; null if a fold or an RBM before the last failed. */
  readonly scores: Metrics | null
  readonly expectations: readonly Expectation[]
  /** Measures of all folds; null without folds, or if one failed. */
  readonly folds: FoldsReport | null
}

/** An event of `train`, in the order in which they come. */
export type RunEvent =
  | NoteEvent
  | WarningEvent
  | FoldEvent
  | StageBeginEvent
  | TrainingEvent
  | StageEndEvent
  | ResultEvent
