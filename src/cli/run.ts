/** Trains what a session has, tests it, and leaves the results in their folder. */
import { availableParallelism } from 'node:os'
import { type Issue, UserError } from '../base/issue.js'
import type { Engine } from '../engine/engine.js'
import { buildHistory, type History } from '../export/history.js'
import { createReporter, type StyleName } from '../report/reporter.js'
import { expectationLines, summary } from '../report/summary.js'
import { undefinedLines } from '../report/undefined.js'
import type { Session } from '../run/session.js'
import { versions } from '../run/versions.js'
import { earlyStoppingOf, type StageSpec, watchersOf } from '../spec/spec.js'
import type {
  BadTensor,
  EndEvent,
  EpochEndEvent,
  Metrics,
  StartEvent,
  StopReason,
  TrainingEvent,
} from '../training/events.js'
import { checkExpectations, type Expectation } from '../training/gate.js'
import { evaluate, train as trainingEvents } from '../training/loop.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { codeOfInterruption } from './interrupt.js'
import { type Io, mayColor, mayRedraw, say, type Voice } from './io.js'
import type { Results } from './results.js'
import { withSpinner } from './spinner.js'

/** Options that say how a run is shown. */
export interface RunOptions {
  readonly style: StyleName
  readonly verbose: '0' | '1' | '2' | '3'
}

/** How training came to its end. A signal after that changes the exit code alone. */
export interface Ended {
  readonly code: ExitCode
  readonly reason: StopReason
}

export interface Run {
  readonly spec: StageSpec
  /** Of the spec, said before training. */
  readonly warnings: readonly Issue[]
  readonly options: RunOptions
  readonly io: Io
  readonly voice: Voice
  readonly signal: AbortSignal
  readonly session: Session
  readonly results: Results
  readonly engine: Engine
  /** Whether to draw those that its model has. */
  readonly pictures: boolean
}

export async function run(given: Run): Promise<Ended> {
  const { spec, warnings, options, io, voice, signal, session, results, engine, pictures } = given
  const began = new Date()
  const verbose = (options.verbose === '3' ? 1 : Number(options.verbose)) as 0 | 1 | 2
  const now = () => performance.now()
  const reporter = createReporter({
    style: options.style,
    verbose,
    stream: io.stderr,
    redraws: mayRedraw(io, io.stderr),
    color: mayColor(io, io.stderr),
    now,
  })
  voice.leaving(reporter.leave)
  const beginning = now()
  const {
    start,
    epochs,
    end: trained,
    failure,
  } = await follow(
    (ending) => trainingEvents({ ...session.training, signal: ending, now, files: results.files }),
    reporter.onEvent,
    results,
    signal,
  ).finally(reporter.leave)
  const tested =
    trained.missingRow?.problem ?? (BROKEN_OFF.has(trained.reason) ? null : await testScores(session, signal))
  const [scores, fault] = tested instanceof UserError ? [null, tested] : [tested, null]
  const end = scores?.bad ? divergedInTest(trained, scores.bad, start) : trained
  const test = scores?.values ?? null
  const left = epochs[(end.restored && end.best ? end.best.epoch : end.epochs) - 1]
  const expectations = checkExpectations(spec.expect, { ...left?.metrics, ...prefixed(test ?? {}, 'test_') })
  const seconds = (now() - beginning) / 1000
  const history = buildHistory({
    name: spec.name,
    seed: spec.seed,
    engine: engine.name,
    device: engine.device,
    precision: engine.precision,
    processors: availableParallelism(),
    versions: versions(engine),
    started: began.toISOString(),
    total_seconds: seconds,
    warnings,
    start,
    epochs,
    end,
    test,
    expectations,
  })
  await results.finish(history, session).catch((error) => {
    throw both(failure, error)
  })
  if (failure) throw new UserError(`${failure.message}\nTraining ended there. The model and history.json are written.`)
  const { rbm } = session
  if (pictures && rbm !== null && !BROKEN_OFF.has(end.reason)) {
    const { drawPictures } = await import('./pictures.js')
    const { directory } = results
    const draw = () => drawPictures(directory, { spec, session, rbm, engine, epochs: epochs.length, signal })
    await (verbose === 0 ? draw() : withSpinner('Drawing', io, draw))
  }
  const lines = summary({
    end,
    stepsPerEpoch: start.stepsPerEpoch,
    earlyStopping: earlyStoppingOf(spec),
    test,
    missing: undefinedLines({ metrics: session.training.metrics, epochs, test, watchers: watchersOf(spec) }),
    seconds,
    directory: results.directory,
    notInTfjs: session.model.saved().notInTfjs,
  })
  for (const line of [...(verbose > 0 ? lines : []), ...expectationLines(expectations)]) say(io, line)
  if (fault) throw fault
  return { code: exitCodeOf(history.stop, expectations, signal), reason: end.reason }
}

/** Then nothing is tested, and no pictures are drawn. */
const BROKEN_OFF: ReadonlySet<StopReason> = new Set(['interrupted', 'diverged'])

/** Shows and writes the events as they come. Where the folder of the run fails, training ends with the step under way. */
async function follow(
  events: (ending: AbortSignal) => AsyncIterable<TrainingEvent>,
  show: (event: TrainingEvent) => void,
  results: Results,
  signal: AbortSignal,
): Promise<{ start: StartEvent; epochs: EpochEndEvent[]; end: EndEvent; failure: UserError | undefined }> {
  const epochs: EpochEndEvent[] = []
  let start: StartEvent | undefined
  let failure: UserError | undefined
  const failed = new AbortController()
  for await (const event of events(AbortSignal.any([signal, failed.signal]))) {
    show(event)
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

/** What failed first, and what could not be saved after it; the same is said once. */
function both(first: UserError | undefined, then: unknown): unknown {
  if (first === undefined || !(then instanceof UserError) || then.message === first.message) return then
  return new UserError(`${first.message}\n${then.message}`)
}

/** Loss and metrics on the test set; `null` when interrupted. A fault of its data is told when all is written. */
async function testScores({ runner, training, testBatches }: Session, signal: AbortSignal) {
  try {
    return await evaluate(runner, testBatches(), training.metrics, signal, training.lookups)
  } catch (error) {
    if (signal.aborted) return null
    if (error instanceof UserError) return error
    throw error
  }
}

/** After the last step. */
const divergedInTest = (end: EndEvent, bad: BadTensor, { stepsPerEpoch }: StartEvent): EndEvent => ({
  ...end,
  reason: 'diverged',
  divergence: { epoch: end.epochs, step: stepsPerEpoch, during: 'test', updates: end.updates, ...bad },
})

const prefixed = (metrics: Metrics, prefix: string): Metrics =>
  Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`${prefix}${key}`, value]))

function exitCodeOf(stop: History['stop'], expectations: readonly Expectation[], signal: AbortSignal): ExitCode {
  if (signal.aborted) return codeOfInterruption(signal)
  if (stop.reason === 'diverged') return EXIT.diverged
  return expectations.every(({ passed }) => passed) ? EXIT.done : EXIT.expectationFailed
}
