/** Decides when the state of a run is saved, and saves it beside the training. */
import { join } from 'node:path'
import { fileProblem } from '../base/file-problem.js'
import type { ReadState, StateValues } from '../engine/engine.js'
import {
  type Checkpoint,
  type CheckpointFacts,
  checkpointNumbers,
  pruneCheckpoints,
  type WrittenCheckpoint,
  writeCheckpoint,
} from '../export/checkpoint-file.js'
import type { CheckpointSpec } from '../spec/checkpoint.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { Checkpoints, Moment, TrainingState } from '../training/state.js'

export interface CheckpointsOptions {
  /** Null: only when it is asked for. */
  readonly policy: CheckpointSpec
  /** Folder of the stage. */
  readonly directory: string
  /** Names of the weights, which must be finite. */
  readonly weights: readonly string[]
  /** All facts but the state. */
  facts(): Promise<Omit<CheckpointFacts, 'saved' | 'training'>>
  /** True if somebody has asked for a checkpoint since the last call. */
  isAsked(): boolean
  /** Runs work that a signal must not cut off. */
  saving<Result>(work: () => Promise<Result>): Promise<Result>
  /** Hears of a checkpoint that somebody has asked for. */
  saved(path: string): void
  /** Hears once why a checkpoint cannot be written. */
  unwritten(text: string): void
  /** Milliseconds. */
  now(): number
}

/** Milliseconds. */
const MINUTE = 60_000

/**
 * While training goes on, a checkpoint is forced onto the disk at most once in this time, milliseconds, because the
 * system then works instead of training. A machine that loses its power needs the forced ones; a killed process does not.
 */
const FORCED_EVERY = 10_000

/** At most one checkpoint is written at a time, while training goes on. */
export class RunCheckpoints implements Checkpoints {
  readonly #folder: string
  /** The state that was saved last, whose arrays are used again. */
  #values: StateValues | undefined
  #next: number
  #last: number
  #hasSaved: boolean
  #isAsked = false
  /** True if a checkpoint was due while another one was written. */
  #isLate = false
  #hasFailed = false
  #writing: Promise<void> | null = null
  #before: WrittenCheckpoint | null = null
  /** The newest one that was forced onto the disk, and the time. */
  #forced: { readonly path: string; readonly at: number } | null = null

  constructor(private readonly options: CheckpointsOptions) {
    this.#folder = join(options.directory, RUN_FILES.checkpoints)
    const newest = checkpointNumbers(this.#folder).at(-1) ?? 0
    this.#next = newest + 1
    this.#hasSaved = newest > 0
    this.#last = options.now()
  }

  isDue(after: Moment, iterations: number): boolean {
    this.#isAsked ||= this.options.isAsked()
    const isDue = this.#isAsked || this.#isLate || this.#isTime(after, iterations)
    this.#isLate = isDue && this.#writing !== null
    return isDue && (after === 'training' || this.#writing === null)
  }

  #isTime(after: Moment, iterations: number): boolean {
    const every = this.options.policy?.every
    if (every === undefined) return false
    // with the last state, the run can be given more epochs
    if (after === 'training') return this.#hasSaved || typeof every !== 'object'
    if (every === 'epoch') return after === 'epoch'
    if (typeof every === 'number') return after === 'step' && iterations % every === 0
    return this.options.now() - this.#last >= MINUTE * every.minutes
  }

  async save(
    { kept, ...training }: TrainingState,
    read: ReadState,
    { waits }: { readonly waits: boolean },
  ): Promise<void> {
    await this.#writing
    const { weights, facts, saving } = this.options
    const values = await read(this.#values)
    this.#values = values
    // training ends as soon as a weight that is not finite shows; until then, good weights are kept
    if (!weights.every((name) => allFinite(values[name]!))) return
    const about = { ...(await facts()), saved: new Date().toISOString(), training }
    const write = this.#write({ facts: about, values, kept }, waits).finally(() => {
      this.#writing = null
    })
    this.#writing = write
    if (waits) await saving(() => write)
  }

  /** Waits for the checkpoint that is being written. */
  async close(): Promise<void> {
    await this.#writing
  }

  async #write(checkpoint: Checkpoint, waits: boolean): Promise<void> {
    const { policy, saved, unwritten, now } = this.options
    const isAsked = this.#isAsked
    this.#isAsked = false
    const at = now()
    this.#last = at
    const isForced = waits || isAsked || this.#forced === null || at - this.#forced.at >= FORCED_EVERY
    try {
      const written = await writeCheckpoint(this.#folder, this.#next++, checkpoint, { isForced, before: this.#before })
      this.#before = written
      this.#hasSaved = true
      if (isForced) this.#forced = { path: written.path, at }
      if (isAsked) saved(written.path)
      await pruneCheckpoints(this.#folder, policy?.keep ?? 1, this.#forced?.path)
    } catch (error) {
      const problem = fileProblem(error)
      if (problem === undefined) throw error
      if (!this.#hasFailed) unwritten(`A checkpoint cannot be written: ${problem}`)
      this.#hasFailed = true
    }
  }
}

/** A sum of float32 numbers in float64 is finite if and only if all of them are. */
const allFinite = (values: Float32Array): boolean => {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index]!
  return Number.isFinite(sum)
}
