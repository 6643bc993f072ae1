/** Finds the place from which a run goes on. */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataForm } from '../base/form.js'
import { UserError } from '../base/issue.js'
import { processors } from '../base/processors.js'
import type { Engine, StateValues } from '../engine/engine.js'
import type { AppendedFile } from '../export/callback-files.js'
import { type Checkpoint, type CheckpointFacts, type ComputedBy, newestCheckpoint } from '../export/checkpoint-file.js'
import type { History } from '../export/history.js'
import { epochOfModel, type Measures } from '../export/history-measures.js'
import { openedFiles } from '../export/opened-files.js'
import { readHistory } from '../export/read-history.js'
import { readModel, weightsFor } from '../export/saved-model.js'
import { buildRbm } from '../model/rbm/rbm.js'
import { RUN_FILES } from '../spec/run-files.js'
import { isSupervised } from '../spec/spec.js'
import type { Metrics } from '../training/events.js'
import type { Measured } from '../training/gate.js'
import { MAY_GO_ON } from './results.js'
import { type Stage, sizesOf } from './stages.js'
import { NO_MEANS } from './trained-weights.js'

/** How a run goes on. */
export interface ResumeWork {
  /** True if the spec is not that of the checkpoint: whether early stopping ends training is then decided anew. */
  readonly isChanged: boolean
  /** True if the callbacks are others: what they remember is forgotten. */
  readonly hasOtherCallbacks: boolean
  /** True if the optimizer is another: what it remembers is forgotten. */
  readonly hasOtherOptimizer: boolean
  /** True if the data may have changed. */
  readonly allowsChange: boolean
}

/** The place at which a stage of a run goes on. */
export interface ResumePoint {
  /** The last checkpoint; null if there is none, so that the stage begins anew. */
  readonly checkpoint: ResumeState | null
  /** Gives the state of the runner once, so that it does not stay in memory. */
  takeValues(): StateValues
  /** Lengths to which files of callbacks are cut back. */
  readonly files: readonly AppendedFile[]
  /** Warnings, such as that a checkpoint is damaged. */
  readonly warnings: readonly string[]
}

export type ResumeState = Pick<Checkpoint, 'facts' | 'kept'>

/** The point of a stage that begins. */
export const NO_POINT: ResumePoint = { checkpoint: null, takeValues: () => ({}), files: [], warnings: [] }

/**
 * Finds the newest whole checkpoint of a stage, and removes damaged ones. `directory` is the folder of the stage. Throws
 * a UserError if there are checkpoints, but all are damaged.
 */
export async function resumePoint(directory: string, resume: ResumeWork, engine: Engine): Promise<ResumePoint> {
  const folder = join(directory, RUN_FILES.checkpoints)
  const { found, damaged } = await newestCheckpoint(folder)
  const each = damaged.map(({ path, problem }) => `${path}: ${problem}`)
  if (found === null && damaged.length > 0) {
    throw new UserError(
      [...each, `No checkpoint of ${directory} is whole. Train the spec again in another folder.`].join('\n'),
    )
  }
  for (const { path } of damaged) await rm(path, { recursive: true, force: true })
  const before = (await openedFiles(folder)).filter(
    ({ path }) => !found?.facts.files.some((file) => file.path === path),
  )
  let values = found?.values
  const facts = found && factsFor(found.facts, resume)
  const unlike = facts && unlikeWords(facts.computedBy, computedBy(engine))
  return {
    checkpoint: facts && { facts, kept: resume.hasOtherCallbacks ? null : found!.kept },
    takeValues() {
      const taken = values
      values = undefined
      if (!taken) throw new Error('internal: the state of a checkpoint is taken twice')
      return taken
    },
    files: [...before, ...(found?.facts.files ?? [])],
    warnings: [
      ...each.map((one) => `${one}; it is removed, and the run goes on from the one before it`),
      ...(unlike ? [unlike] : []),
    ],
  }
}

/** The facts without those that do not hold for a changed spec. */
function factsFor(facts: CheckpointFacts, { isChanged, hasOtherCallbacks }: ResumeWork): CheckpointFacts {
  const { ending, callbacks, learningRate, ...training } = facts.training
  const remembered = hasOtherCallbacks ? { callbacks: null, learningRate: null } : { callbacks, learningRate }
  return { ...facts, training: { ...training, ...remembered, ending: isChanged ? null : ending } }
}

/** True if a folder has the spec of a run. */
export const isRun = async (directory: string): Promise<boolean> =>
  (await stat(join(directory, RUN_FILES.spec)).catch(() => undefined)) !== undefined

/** Returns the history of a stage that has ended, and not only been interrupted or paused; null without one. */
export async function endedHistory(directory: string): Promise<History | null> {
  const { history } = await readHistory(directory).catch((error) => {
    if (!(error instanceof UserError)) throw error
    return { history: null }
  })
  return history && MAY_GO_ON.includes(history.stop.reason) ? null : history
}

/** The numbers of an ended run that the gate compares. */
export const measuredIn = (history: History): Measured => ({
  epochs: history.seconds.map((_, epoch) =>
    Object.fromEntries(Object.entries(history.metrics).map(([key, values]) => [key, values[epoch] ?? Number.NaN])),
  ),
  restored: epochOfModel(history),
  test: history.test && withNaN(history.test),
  seconds: history.total_seconds,
})

const withNaN = (measures: Measures): Metrics =>
  Object.fromEntries(Object.entries(measures).map(([key, value]) => [key, value ?? Number.NaN]))

/** An RBM of a stack whose stage has ended: its weights by their names in programs, and its measures. */
export interface EndedStage {
  readonly weights: StateValues
  readonly measured: Measured
}

/** Returns null if the stage in this folder has not ended. */
export async function endedStage({ spec }: Stage, form: DataForm, directory: string): Promise<EndedStage | null> {
  if (isSupervised(spec)) return null
  const history = await endedHistory(directory)
  if (history === null || history.stop.reason === 'diverged') return null
  const rbm = buildRbm(spec.model, sizesOf(form).visibleUnits, spec.seed, NO_MEANS)
  const model = await readModel(join(directory, RUN_FILES.model))
  return { weights: weightsFor(model, rbm), measured: measuredIn(history) }
}

export const computedBy = ({ name, device, precision, group }: Engine): ComputedBy => ({
  engine: name,
  device,
  precision,
  processors: processors(),
  ...(group && { hosts: group.addresses.length }),
})

/** Says that the results are not those of a run without a break bit for bit; null if they are. */
export function unlikeWords(before: ComputedBy, now: ComputedBy): string | null {
  const words = ({ engine, device, precision, processors, hosts = 1 }: ComputedBy) =>
    `engine ${engine}, device ${device}, ${precision}, ${processors} processors${hosts > 1 ? `, ${hosts} hosts` : ''}`
  if (words(before) === words(now)) return null
  return `The checkpoint was computed by ${words(before)}; now it is ${words(now)}. The results agree within rounding, not bit for bit`
}
