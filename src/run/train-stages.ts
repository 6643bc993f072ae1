/** Trains the stages of a spec one after another, and writes the results of each into the folder of the run. */
import { join } from 'node:path'
import { inWords } from '../base/file-problem.js'
import type { Issue } from '../base/issue.js'
import { UserError } from '../base/issue.js'
import type { Progress } from '../base/progress.js'
import type { Data, LoadedData } from '../data/data.js'
import type { Engine, StateValues } from '../engine/engine.js'
import { historyFile } from '../export/history-writer.js'
import { saveModel } from '../export/model.js'
import type { Lock } from '../export/run-lock.js'
import { RUN_FILES } from '../spec/run-files.js'
import { isStacked, type ResolvedSpec, type StageSpec } from '../spec/spec.js'
import { type Measured, scoresOf } from '../training/gate.js'
import { RunCheckpoints } from './checkpoints.js'
import { dataKey } from './data-key.js'
import { nextData } from './next-data.js'
import {
  createFolder,
  NO_RESULTS,
  type OtherHistory,
  openResults,
  type Results,
  type ResultsOptions,
  reopenFolder,
  writeSpec,
} from './results.js'
import {
  computedBy,
  endedStage,
  NO_POINT,
  type ResumePoint,
  type ResumeState,
  type ResumeWork,
  resumePoint,
} from './resume.js'
import { openSession, type Session } from './session.js'
import { asLayers, type Stage, stagesOf } from './stages.js'
import type { Start } from './start.js'
import { finishRun, type Tested, trainSession } from './train.js'
import { ownVersion } from './versions.js'
import type { Outcome, StageEndEvent, StagesEnd, WorkEvent } from './work-events.js'

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
  /** Asks for checkpoints while training is under way. */
  readonly asking?: CheckpointsAsked
  /** Opens further places for the history of the last stage. */
  histories(): readonly OtherHistory[]
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

/** Trains the stages one after another, until one is interrupted or fails. */
export async function* trainStages(work: Work): AsyncGenerator<WorkEvent, StagesEnd> {
  const { spec, data, out, resume } = work
  const { preparation } = data
  let lock = resume ? (await reopenFolder(out!, { ...resume, spec, preparation })).lock : undefined
  try {
    return yield* unlocked(work, (taken) => {
      lock = taken
    })
  } finally {
    await lock?.release()
  }
}

/** Calls `locked` with the lock of the folder of the run, which has to be released at the end. */
async function* unlocked(work: Work, locked: (lock: Lock) => void): AsyncGenerator<WorkEvent, StagesEnd> {
  const { spec, out, data: all, engine, workers, start, host, resume = null } = work
  const { signal, saving } = host
  const stages = stagesOf(spec, all.form)
  const becomesLayers = isStacked(spec) && spec.model.fine_tune === null
  const trained: StateValues[] = []
  let data: Data = all
  let directory: string | null | undefined = out === null ? null : resume ? out : undefined
  let measured: Measured | null = null
  const interruptedBefore = ({ title }: Stage): StagesEnd => ({
    outcome: 'interrupted',
    directory: directory ?? null,
    ...{ scores: null, measured: null },
    before: directory === undefined ? 'training began' : beforeStage(title),
  })
  for (const [index, stage] of stages.entries()) {
    if (signal.aborted) return interruptedBefore(stage)
    const next = stages[index + 1]
    const place = resume ? folderOf(stage, out!) : null
    const ended = place === null || stage.folder === null ? null : await endedStage(stage, data.form, place)
    if (ended) {
      trained.push(ended.weights)
      measured = ended.measured
    } else {
      const point = place === null ? NO_POINT : await resumePoint(place, resume!, engine)
      const warnings = [...point.warnings]
      const warn = (text: string) => warnings.push(text)
      const session = await host.waiting(`Compiling for ${engine.name}`, () =>
        openSession(stage.spec, data, engine, { warn, workers, start }),
      )
      try {
        for (const text of warnings) yield { type: 'engineWarning', text }
        if (signal.aborted) return interruptedBefore(stage)
        if (point.checkpoint) await session.runner.write(point.takeValues())
        else if (stage.first) await session.runner.write(stage.first(trained))
        if (directory === undefined) {
          const own = await createFolder(spec, out!, all.preparation)
          locked(own.lock)
          directory = own.directory
        }
        const left = next ? beforeStage(next.title) : becomesLayers ? 'the model of the stack was saved' : null
        const tested = yield* trainStage(work, { stage, session, point, run: directory, isLast: !next, left })
        measured = tested.measured
        const outcome = outcomeOf(tested, signal)
        if (outcome !== 'done') return { outcome, directory, scores: tested.scores, measured, before: null }
        if (stage.folder !== null) trained.push(await session.runner.read())
      } finally {
        await session.dispose()
      }
    }
    if (!next) continue
    const made = await dataFor(next, { stage, weights: trained.at(-1)!, data }, work)
    if (made === null) return interruptedBefore(next)
    data = made
  }
  if (becomesLayers && directory) {
    const { model, weights } = asLayers(spec, all.form, trained)
    const place = join(directory, RUN_FILES.model)
    const options = { within: directory, checksum: true }
    await saving(() => inWords('save the model', () => saveModel(place, model, weights, options)))
  }
  return { outcome: 'done', directory: directory!, scores: measured && scoresOf(measured), measured, before: null }
}

const beforeStage = (title: string | null): string => `this stage began: ${title}`

const folderOf = ({ folder }: Stage, run: string): string => (folder === null ? run : join(run, folder))

interface StageWork {
  readonly stage: Stage
  readonly session: Session
  readonly point: ResumePoint
  /** The folder of the run; null for one that writes nothing. */
  readonly run: string | null
  readonly isLast: boolean
  readonly left: StageEndEvent['left']
}

/** Trains and tests one stage. Throws an error in its test data at the end. */
async function* trainStage(work: Work, stageWork: StageWork): AsyncGenerator<WorkEvent, Tested> {
  const { warnings, engine, data, host, pauseAfter } = work
  const { stage, session, point, run, isLast, left } = stageWork
  const { spec, folder, alone } = stage
  const from = point.checkpoint
  const directory = run === null ? null : folderOf(stage, run)
  const started = from === null ? new Date() : new Date(from.facts.started)
  const results =
    run === null
      ? NO_RESULTS
      : await resultsOf({ run, directory: directory!, model: session.model, stage, isLast, point }, host)
  const checkpoints =
    directory === null ? null : checkpointsOf(work, { session, spec, results, directory, started, from })
  try {
    if (directory !== null && folder !== null && alone) await writeSpec(directory, spec, data.preparation)
    const known = { stage, session, directory }
    yield { type: 'stageBegin', ...known }
    const ofTraining = { results, started, from, checkpoints, pauseAfter: isLast ? pauseAfter : undefined }
    const training = { spec, warnings, session, engine, signal: host.signal, ...ofTraining }
    const trained = yield* trainSession(training)
    await checkpoints?.close()
    const tested = await finishRun(training, trained)
    yield { type: 'stageEnd', ...known, trained, tested, preparation: data.preparation, left }
    if (tested.fault) throw tested.fault
    return tested
  } finally {
    await checkpoints?.close()
    await results.close()
  }
}

interface CheckpointsWork {
  readonly session: Session
  readonly spec: StageSpec
  readonly results: Results
  readonly directory: string
  readonly started: Date
  readonly from: ResumeState | null
}

/** Throws a UserError if the data are not those of the checkpoint, unless they may have changed. */
function checkpointsOf(
  { data, engine, host, resume }: Work,
  { session, spec, results, directory, started, from }: CheckpointsWork,
): RunCheckpoints {
  let key: string | undefined
  const keyOfData = () => {
    key ??= dataKey(data)
    return key
  }
  if (from && !resume?.allowsChange && from.facts.data !== keyOfData()) {
    throw new UserError(
      'The data have changed since the checkpoint was saved. With --allow-change the run goes on with them as they are now.',
    )
  }
  const { isAsked = () => false, saved = () => {} } = host.asking ?? {}
  return new RunCheckpoints({
    policy: spec.checkpoint,
    directory,
    weights: session.training.weights,
    async facts() {
      return {
        trainspec: ownVersion(),
        started: started.toISOString(),
        computedBy: computedBy(engine),
        data: keyOfData(),
        startedFrom: from ? from.facts.startedFrom : session.start,
        files: await results.appended(),
      }
    },
    isAsked,
    saved,
    saving: host.saving,
    unwritten: host.unwritten,
    now: () => performance.now(),
  })
}

type Places = Pick<ResultsOptions, 'run' | 'directory' | 'model'> & Pick<StageWork, 'stage' | 'isLast' | 'point'>

/** Opens the files of a stage. The history of the last one is also that of the run. */
function resultsOf(
  { stage, isLast, point, ...places }: Places,
  { saving, unwritten, saved, histories }: Host,
): Promise<Results> {
  const ofRun = stage.folder !== null && isLast ? [RUN_FILES.rows, RUN_FILES.history] : []
  return openResults({
    ...places,
    ofRun: ofRun.map((file) => historyFile(join(places.run, file))),
    others: isLast ? histories() : [],
    saving,
    warn: unwritten,
    saved,
    resumed: point.files,
  })
}

function outcomeOf({ history, expectations }: Tested, signal: AbortSignal): Outcome {
  if (signal.aborted) return 'interrupted'
  const { reason } = history.stop
  if (reason === 'diverged' || reason === 'paused') return reason
  return expectations.every(({ passed }) => passed) ? 'done' : 'expectationFailed'
}

interface Done {
  readonly stage: Stage
  readonly weights: StateValues
  /** The data set that it was trained on. */
  readonly data: Data
}

/** Returns the data of the next stage, or null when interrupted. */
async function dataFor(
  next: Stage,
  { stage, weights, data }: Done,
  { engine, data: all, host: { signal, waiting } }: Work,
): Promise<Data | null> {
  // the network is trained on the data of the spec
  if (next.folder === null) return all
  try {
    return await waiting('Computing the data of the next RBM', () =>
      nextData(stage.spec, weights, data, engine, signal),
    )
  } catch (error) {
    if (signal.aborted) return null
    throw error
  }
}
