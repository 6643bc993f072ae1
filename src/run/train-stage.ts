/** Trains one stage of a run, with its checkpoints, and writes its results. */
import { join } from 'node:path'
import { historyFile } from '../export/history-writer.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { StageSpec } from '../spec/spec.js'
import type { EndEvent } from '../training/events.js'
import { RunCheckpoints } from './checkpoints.js'
import { dataKey } from './data-key.js'
import { NO_RESULTS, openResults, type Results, type ResultsOptions, writeSpec } from './results.js'
import { computedBy, type ResumePoint, type ResumeState } from './resume.js'
import type { Session } from './session.js'
import type { Stage } from './stages.js'
import { finishRun, type Tested, trainSession } from './train.js'
import { ownVersion } from './versions.js'
import type { Host, Work } from './work.js'
import type { Outcome, StageEndEvent, WorkEvent } from './work-events.js'

/** The folder of a stage, inside that of the run or equal to it. */
export const folderOf = ({ folder }: Stage, run: string): string => (folder === null ? run : join(run, folder))

export interface StageWork {
  readonly stage: Stage
  readonly session: Session
  readonly point: ResumePoint
  /** The folder of the run; null for one that writes nothing. */
  readonly run: string | null
  readonly isLast: boolean
  readonly left: StageEndEvent['left']
}

/** Trains and tests one stage. Throws an error in its test data at the end. */
export async function* trainStage(work: Work, stageWork: StageWork): AsyncGenerator<WorkEvent, Tested> {
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
    const draw = async (end: EndEvent) =>
      directory === null || !host.draw || (await host.draw({ stage, session, directory, end }))
    const ofTraining = { results, started, from, checkpoints, draw, pauseAfter: isLast ? pauseAfter : undefined }
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

function checkpointsOf(
  { data, engine, host }: Work,
  { session, spec, results, directory, started, from }: CheckpointsWork,
): RunCheckpoints {
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
        data: dataKey(data),
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

export function outcomeOf({ history, expectations }: Tested, signal: AbortSignal): Outcome {
  if (signal.aborted) return 'interrupted'
  const { reason } = history.stop
  if (reason === 'diverged' || reason === 'paused' || reason === 'interrupted') return reason
  return expectations.every(({ passed }) => passed) ? 'done' : 'expectationFailed'
}
