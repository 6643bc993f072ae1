/** Places where trials train. A trial is a folder: it has its spec, and its command writes everything else into it. */

/** A command to run: `train SPEC --out RUN --resume`, with the folder of the trial as the only thing that is known of it. */
export interface TrialJob {
  readonly number: number
  /** Folder of the trial. */
  readonly folder: string
  /** Arguments of `train`. */
  readonly args: readonly string[]
  /** Processors that it may use. */
  readonly processors: number
}

/** How the command of a trial ended: by itself, with a code, or by a signal. */
export interface TrialExit {
  readonly code: number | null
  readonly signal: string | null
  /** True if the place ended it, such as at the end of its time there: the trial goes on as soon as the place lets it. */
  readonly isByPlace?: boolean
}

export interface StartedTrial {
  readonly ended: Promise<TrialExit>
  /** Asks the command to end with a checkpoint, and soon. */
  stop(): void
}

export interface Executor {
  /** Number of trials that may be under way at once. */
  readonly slots: number
  /** True if trials go on when this process is gone. Then `start` takes over one that an earlier sweep has left. */
  readonly outlives: boolean
  /** Throws a UserError if the command cannot be started. */
  start(job: TrialJob): Promise<StartedTrial>
  /** Ends everything that was started at once. */
  kill(): void
}
