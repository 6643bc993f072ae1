/** Trains the model of a session, tests it, and writes the results. */
import { type Issue, UserError } from '../base/issue.js'
import type { Engine } from '../engine/engine.js'
import { buildHistory, type History } from '../export/history.js'
import type { StageSpec } from '../spec/spec.js'
import { evaluate } from '../training/evaluate.js'
import type {
  BadTensor,
  EndEvent,
  EpochEndEvent,
  Metrics,
  StartEvent,
  StopReason,
  TrainingEvent,
} from '../training/events.js'
import { checkExpectations, type Expectation, type Measured, scoresOf } from '../training/gate.js'
import { train } from '../training/loop.js'
import { BEGIN, type Checkpoints } from '../training/state.js'
import type { Results } from './results.js'
import { computedBy, type ResumeState } from './resume.js'
import type { Session } from './session.js'
import { versions } from './versions.js'

/** A session to train, and the writer of its results. */
export interface TrainingRun {
  readonly spec: StageSpec
  /** Warnings about the spec, printed before training. */
  readonly warnings: readonly Issue[]
  readonly session: Session
  readonly engine: Engine
  readonly results: Results
  readonly signal: AbortSignal
  /** The checkpoint from which training goes on; null if it begins. */
  readonly from: ResumeState | null
  /** When the run began for the first time. */
  readonly started: Date
  readonly checkpoints: Checkpoints | null
  readonly pauseAfter: number | undefined
  /** Draws what belongs to the results, after the model is saved. Returns false if the signal has cut that off. */
  draw(end: EndEvent): Promise<boolean>
}

export interface TrainingResult {
  readonly start: StartEvent
  readonly epochs: readonly EpochEndEvent[]
  readonly end: EndEvent
  /** The error that ended training, because the results could not be written. */
  readonly failure: UserError | undefined
  /** When training began; `milliseconds` without the time in which it stood still. */
  readonly began: { readonly date: Date; readonly milliseconds: number }
}

/** Trains. Yields each event, and writes it when the next one is asked for. */
export async function* trainSession({
  session,
  results,
  signal,
  from,
  started,
  checkpoints,
  pauseAfter,
}: TrainingRun): AsyncGenerator<TrainingEvent, TrainingResult> {
  const now = () => performance.now()
  const state = from === null ? BEGIN : { ...from.facts.training, kept: from.kept }
  const began = { date: started, milliseconds: now() - state.milliseconds }
  // all rows are written again: the last ones may be later than the checkpoint
  for (const event of state.epochs) await results.epoch(event)
  const { training, agreement } = session
  const events = (ending: AbortSignal) => {
    agreement?.begin({ ending, elapsed: () => now() - began.milliseconds })
    const heard = agreement ? { signal: agreement.signal, elapsed: agreement.elapsed } : { signal: ending }
    return train({ ...training, ...heard, now, files: results.files, checkpoints, pauseAfter }, state)
  }
  return { ...(yield* follow(events, state.epochs, results, signal)), began }
}

export interface Tested {
  /** How training ended; changed if the test diverged. */
  readonly end: EndEvent
  readonly history: History
  /** Loss and metrics on the test set; null if the model was not tested. */
  readonly test: Metrics | null
  readonly measured: Measured
  /** The measures of the saved model: those of its epoch, and those of the test with `test_`. */
  readonly scores: Metrics
  readonly expectations: readonly Expectation[]
  /** An error in the test data. */
  readonly fault: UserError | undefined
}

/**
 * Tests the trained model, and writes it and the history. Throws a UserError if writing fails, or failed in training.
 */
export async function finishRun(run: TrainingRun, trained: TrainingResult): Promise<Tested> {
  const { spec, warnings, session, engine, results, signal, from, draw } = run
  const { start, epochs, failure, began } = trained
  const tested =
    trained.end.missingRow?.problem ?? (BROKEN_OFF.has(trained.end.reason) ? null : await testScores(session, signal))
  const [tests, fault] = tested instanceof UserError ? [null, tested] : [tested, undefined]
  let { end } = trained
  if (tests?.bad) end = divergedInTest(end, tests.bad, start)
  else if (tested === null && !BROKEN_OFF.has(end.reason) && session.form.rows.test > 0)
    end = interruptedAfter(end, start)
  const test = tests?.values ?? null
  const total_seconds = (performance.now() - began.milliseconds) / 1000
  const restored = end.restored && end.best ? end.best.epoch : end.epochs
  const measured: Measured = { epochs: epochs.map(({ metrics }) => metrics), restored, test, seconds: total_seconds }
  // a run that is paused has not shown yet what is expected of it
  const expectations = end.reason === 'paused' ? [] : checkExpectations(spec.expect, [measured])
  const historyOf = (end: EndEvent) =>
    buildHistory({
      name: spec.name,
      seed: spec.seed,
      ...computedBy(engine),
      versions: versions(engine),
      started: began.date.toISOString(),
      total_seconds,
      warnings,
      startedFrom: from ? from.facts.startedFrom : session.start,
      start,
      epochs,
      end,
      test,
      expectations,
    })
  const drawn = async () => {
    if (!(await draw(end))) end = interruptedAfter(end, start)
  }
  await results
    .finish(session, drawn, () => historyOf(end))
    .catch((error) => {
      throw both(failure, error)
    })
  if (failure)
    throw new UserError(`${failure.message}\nTraining stopped there; the model and history.json were written.`)
  return { end, history: historyOf(end), test, measured, scores: scoresOf(measured), expectations, fault }
}

/** After these, the model is not tested and no pictures are drawn. */
export const BROKEN_OFF: ReadonlySet<StopReason> = new Set(['paused', 'interrupted', 'diverged'])

/** Yields and writes events as they come. If the folder of the run fails, training ends after the current step. */
async function* follow(
  events: (ending: AbortSignal) => AsyncIterable<TrainingEvent>,
  before: readonly EpochEndEvent[],
  results: Results,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, Omit<TrainingResult, 'began'>> {
  const epochs = [...before]
  let start: StartEvent | undefined
  let failure: UserError | undefined
  const failed = new AbortController()
  for await (const event of events(AbortSignal.any([signal, failed.signal]))) {
    yield event
    if (event.type === 'start') start = event
    if (event.type === 'epochEnd') {
      epochs.push(event)
      await results.epoch(event).catch((error) => {
        if (!(error instanceof UserError)) throw error
        failure = error
        failed.abort()
      })
    }
    if (event.type === 'end') return { start: start!, epochs, end: event, failure }
  }
  throw new Error('internal: training ended without its last event')
}

/** Joins the first error and the one that occurred while saving after it. Equal messages are reported once. */
function both(first: UserError | undefined, then: unknown): unknown {
  if (first === undefined || !(then instanceof UserError) || then.message === first.message) return then
  return new UserError(`${first.message}\n${then.message}`)
}

/**
 * Returns the loss and metrics on the test set; null without one, or when interrupted. A UserError about its data is
 * returned, not thrown, so that the results can be written first.
 */
async function testScores({ form, runner, training, testBatches, agreement }: Session, own: AbortSignal) {
  if (form.rows.test === 0) return null
  const signal = agreement?.signal ?? own
  try {
    return await evaluate(runner, testBatches(), training.metrics, signal, training.lookups)
  } catch (error) {
    if (signal.aborted) return null
    if (error instanceof UserError) return error
    throw error
  }
}

/** The end of a run whose test or pictures were interrupted, after the last training step. */
const interruptedAfter = (end: EndEvent, { stepsPerEpoch }: StartEvent): EndEvent => ({
  ...end,
  reason: 'interrupted',
  interruptedAt: { epoch: end.epochs, step: stepsPerEpoch },
})

/** The end of a run whose test diverged, after the last training step. */
const divergedInTest = (end: EndEvent, bad: BadTensor, { stepsPerEpoch }: StartEvent): EndEvent => ({
  ...end,
  reason: 'diverged',
  divergence: { epoch: end.epochs, step: stepsPerEpoch, during: 'test', updates: end.updates, ...bad },
})
