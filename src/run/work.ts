/** A spec that is ready to be trained, and the program that wants it trained. */
import type { Issue } from '../base/issue.js'
import type { Progress } from '../base/progress.js'
import type { LoadedData } from '../data/data.js'
import type { Engine } from '../engine/engine.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { EndEvent } from '../training/events.js'
import type { OtherHistory } from './results.js'
import type { ResumeWork } from './resume.js'
import type { Session } from './session.js'
import type { Stage } from './stages.js'
import type { Start } from './start.js'

/** The command line, or the program that uses the library. */
export interface Host {
  /** Ends the work in good order when it is aborted. */
  readonly signal: AbortSignal
  /** Does work that may take long. `text` says what it is. */
  waiting<Result>(text: string, work: (progress?: Progress) => Promise<Result>): Promise<Result>
  /** Does work that a signal must not cut off, such as writing a file. */
  saving<Result>(work: () => Promise<Result>): Promise<Result>
  /** Hears once of each place beside the folder of the run that cannot be written. */
  unwritten(text: string): void
  /** Hears of each model that a callback has saved, with its path. */
  readonly saved?: (path: string) => void
  /** Draws what belongs to the results of a stage. Returns false if the signal has cut that off. */
  readonly draw?: (stage: DrawnStage) => Promise<boolean>
  /** Asks for checkpoints while training is under way. */
  readonly asking?: CheckpointsAsked
  /** Opens further places for the history of the last stage. */
  histories(): readonly OtherHistory[]
}

/** A stage that has been trained, and whose model is saved. */
export interface DrawnStage {
  readonly stage: Stage
  readonly session: Session
  readonly directory: string
  readonly end: EndEvent
}

export interface CheckpointsAsked {
  /** True if a checkpoint was asked for since the last call. */
  isAsked(): boolean
  /** Hears where that checkpoint is. */
  saved(path: string): void
}

/** A spec that is checked, its data, and the engine that trains it. */
export interface Work {
  readonly spec: ResolvedSpec
  /** Warnings about the spec and the data. */
  readonly warnings: readonly Issue[]
  readonly start: Start | null
  readonly data: LoadedData
  readonly engine: Engine
  /** Number of threads that augment training rows. */
  readonly workers: number
  /** Folder of the run; undefined for the next free one in `runs/NAME`; null for a run that writes nothing. */
  readonly out: string | null | undefined
  /** To go on with the run in the folder `out`; null or undefined to begin one. */
  readonly resume?: ResumeWork | null
  /** The last stage pauses after this epoch. */
  readonly pauseAfter?: number | undefined
  readonly host: Host
}
