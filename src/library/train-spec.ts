/** The work of `train`: from a spec to a trained model, as events. */
import { formatIssue, type Issue, UserError } from '../base/issue.js'
import { defaultThreads } from '../data/augment/batch-threads.js'
import { UNWATCHED } from '../data/watch.js'
import { openEngine } from '../engine/registry.js'
import { checkEmpty } from '../export/run-directory.js'
import { arithmeticOf } from '../run/arithmetic.js'
import { warningsOfData } from '../run/data-warnings.js'
import { requireMemory } from '../run/foresee.js'
import { type TrainedModel, trainedModel } from '../run/open-model.js'
import type { CheckedSpec } from '../run/read-spec.js'
import { type FoldsEnd, hasFolds, trainFolds } from '../run/train-folds.js'
import { trainStages } from '../run/train-stages.js'
import type { Host, Work } from '../run/work.js'
import type { StageEndEvent, StagesEnd, WorkEvent } from '../run/work-events.js'
import { writesFiles } from '../spec/callback-rules.js'
import type { Spec } from '../spec/spec.js'
import type { NoteEvent, ResultEvent, RunEvent, WarningEvent } from './events.js'
import { readInput, type SpecOptions } from './spec-input.js'

export interface TrainOptions extends SpecOptions {
  /** Folder of the run, which must be new or empty. Without it nothing is written, and the model is in memory. */
  readonly out?: string | undefined
  /** Number of threads that augment training rows. Default: by the processors of the machine. */
  readonly workers?: number | undefined
}

export async function* trainSpec(given: Spec | string, options: TrainOptions): AsyncGenerator<RunEvent, void> {
  const { signal = UNWATCHED.signal } = options
  const unwritten: string[] = []
  const host: Host = {
    signal,
    waiting: (_, work) => work(),
    saving: (work) => work(),
    histories: () => [],
    unwritten: (text) => void unwritten.push(text),
  }
  const work = yield* opened(given, options, host)
  const events = hasFolds(work.spec) ? trainFolds(work) : trainStages(work)
  let last: Last | undefined
  try {
    for (;;) {
      const { value, done } = await events.next()
      for (const text of unwritten.splice(0)) yield { type: 'warning', text, issue: null }
      if (done) return yield resultOf(value, last, signal)
      const event = await shown(value)
      // a stage with a folder of its own is not the model of the run
      if (value.type === 'stageEnd') last = { isModel: value.stage.folder === null, event: event as StageEnd }
      yield event
    }
  } finally {
    await events.return(undefined as never)
  }
}

/** Reads the spec, opens the engine and loads the data. Throws the reason of the signal when that is aborted. */
async function* opened(
  given: Spec | string,
  options: TrainOptions,
  host: Host,
): AsyncGenerator<NoteEvent | WarningEvent, Work> {
  const { out = null, workers = defaultThreads() } = options
  const { signal } = host
  signal.throwIfAborted()
  const checked = await readInput(given, options)
  const { spec, start, warnings, issue } = checked
  if (out === null) refuseFiles(checked)
  else await checkEmpty(out)
  yield* checked.data.decided.map(noteOf)
  yield* warnings.map(warningOf)
  signal.throwIfAborted()
  const { device, precision } = spec
  const { engine, note } = await openEngine(spec.engine, { device, precision, logs: false }, () =>
    arithmeticOf(spec, checked.data.form),
  )
  if (note !== undefined) yield noteOf(note)
  signal.throwIfAborted()
  if (engine.device.startsWith('cpu')) requireMemory(spec, checked.data.form)
  const data = await checked.data.load()
  if (data.packed !== undefined) yield noteOf(data.packed)
  const ofData = warningsOfData(spec, data).map(issue)
  yield* ofData.map(warningOf)
  signal.throwIfAborted()
  return { spec, warnings: [...warnings, ...ofData], start, data, engine, workers, out, host }
}

const noteOf = (text: string): NoteEvent => ({ type: 'note', text })

const warningOf = (issue: Issue): WarningEvent => ({ type: 'warning', text: formatIssue(issue), issue })

/** Throws a UserError if a callback writes files. */
function refuseFiles({ spec, issue }: CheckedSpec): void {
  const issues = spec.callbacks.flatMap((callback, index) => {
    const message = `found ${callback.type}, which writes files: it needs the option "out", a folder for the run`
    return writesFiles(callback) ? [issue({ code: 'callback', pointer: `/callbacks/${index}`, message })] : []
  })
  if (issues.length > 0) throw new UserError('The run has no folder.', issues)
}

/** An event as a program gets it. */
async function shown(event: WorkEvent): Promise<RunEvent> {
  switch (event.type) {
    case 'engineWarning':
      return { type: 'warning', text: event.text, issue: null }
    case 'stageBegin':
      return { type: 'stageBegin', title: event.stage.title, directory: event.directory }
    case 'stageEnd': {
      const { stage, directory, tested } = event
      const { history, test, scores, expectations } = tested
      const model = await modelOf(event)
      return { type: 'stageEnd', title: stage.title, directory, model, history, test, scores, expectations }
    }
    default:
      return event
  }
}

/** The trained model of a stage; null if its data are not those of the spec, or if it diverged. */
async function modelOf(ended: StageEndEvent): Promise<TrainedModel | null> {
  const { stage, session, directory, preparation, tested } = ended
  if (tested.end.reason === 'diverged' || !(stage.alone || stage.folder === null)) return null
  const state = await session.runner.read()
  const weights = Object.fromEntries(session.model.weights.map(({ name }) => [name, state[name]!]))
  return trainedModel({ directory, spec: stage.spec, preparation, weights })
}

type StageEnd = Extract<RunEvent, { type: 'stageEnd' }>

/** The last stage that ended. */
interface Last {
  readonly isModel: boolean
  readonly event: StageEnd
}

/** Throws the reason of the signal if it came before a part of the run. */
function resultOf(end: StagesEnd | FoldsEnd, last: Last | undefined, signal: AbortSignal): ResultEvent {
  const { outcome, directory, scores } = end
  if (end.before !== null) throw signal.reason
  const folds = 'folds' in end ? end.folds : null
  const isModel = last?.isModel === true && !('folds' in end)
  return {
    type: 'result',
    ...{ outcome, directory, scores },
    model: isModel ? last.event.model : null,
    expectations: folds?.expectations ?? last?.event.expectations ?? [],
    folds: folds?.report ?? null,
  }
}
