/** The events of a run, from a spec and its data to its results: those of training, and of the stages around it. */
import type { SavedPreparation } from '../data/saved-preparation.js'
import type { Metrics, TrainingEvent } from '../training/events.js'
import type { Measured } from '../training/gate.js'
import type { Session } from './session.js'
import type { Stage } from './stages.js'
import type { Tested, TrainingResult } from './train.js'

/** A fold begins, from 1. */
export interface FoldEvent {
  readonly type: 'fold'
  readonly fold: number
  readonly of: number
}

/** A warning of the engine, such as that memory may run out. */
export interface EngineWarningEvent {
  readonly type: 'engineWarning'
  readonly text: string
}

/** The programs of a stage are compiled, and its folder is there. */
export interface StageBeginEvent {
  readonly type: 'stageBegin'
  readonly stage: Stage
  readonly session: Session
  /** The folder of its results; null if it writes nothing. */
  readonly directory: string | null
}

/** A stage is trained, tested and saved. Its session is open until the next event is asked for. */
export interface StageEndEvent extends Omit<StageBeginEvent, 'type'> {
  readonly type: 'stageEnd'
  readonly trained: TrainingResult
  readonly tested: Tested
  /** How the rows of the run become inputs. */
  readonly preparation: SavedPreparation
  /** The next part of the run, after `Interrupted before`; null if nothing is left to do. */
  readonly left: string | null
}

export type WorkEvent = FoldEvent | EngineWarningEvent | StageBeginEvent | TrainingEvent | StageEndEvent

export type Outcome = 'done' | 'expectationFailed' | 'diverged' | 'paused' | 'interrupted'

/** How the stages of a run ended. */
export interface StagesEnd {
  readonly outcome: Outcome
  /** The folder of the run; null if none was created. */
  readonly directory: string | null
  /** The measures of the model that the last stage left; null if it left none. */
  readonly scores: Metrics | null
  /** The numbers of the last stage; null if it left none, and for folds. */
  readonly measured: Measured | null
  /** The part before which a signal came, after `Interrupted before`; null if none came, or during a part. */
  readonly before: string | null
}
