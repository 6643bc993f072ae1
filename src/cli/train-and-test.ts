/** Trains the model of a session, tests it, and shows both. */

import { defaultThreads } from '../data/augment/batch-threads.js'
import type { History } from '../export/history.js'
import { createReporter, type StyleName } from '../report/reporter.js'
import { expectationLines, runSummary } from '../report/run-summary.js'
import { undefinedLines } from '../report/undefined.js'
import { waitingLine } from '../report/waiting.js'
import { BROKEN_OFF, finishRun, type TrainingRun, trainSession } from '../run/train.js'
import { earlyStoppingOf, watchersOf } from '../spec/spec.js'
import type { Metrics, StopReason, TrainingEvent } from '../training/events.js'
import type { Expectation } from '../training/gate.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { codeOfInterruption } from './interrupt.js'
import { type Io, mayColor, mayRedraw, say, type Voice } from './io.js'
import { withSpinner } from './spinner.js'

/** Options for how a run is shown. */
export interface ShowOptions {
  readonly style: StyleName
  readonly verbose: '0' | '1' | '2' | '3'
}

/** How training ended. A signal that comes later changes only the exit code. */
export interface Ended {
  readonly code: ExitCode
  readonly reason: StopReason
  /** The measures of the saved model: those of its epoch, and those of the test. */
  readonly scores: Metrics
}

export interface ShownRun extends TrainingRun {
  readonly options: ShowOptions
  readonly io: Io
  readonly voice: Voice
  /** True if the pictures of an RBM are to be drawn. */
  readonly pictures: boolean
}

export async function trainAndTest(run: ShownRun): Promise<Ended> {
  const { spec, session, results, engine, signal, options, io, voice, pictures } = run
  const verbose = (options.verbose === '3' ? 1 : Number(options.verbose)) as 0 | 1 | 2
  const reporter = createReporter({
    style: options.style,
    verbose,
    stream: io.stderr,
    redraws: mayRedraw(io, io.stderr),
    color: mayColor(io, io.stderr),
    now: () => performance.now(),
  })
  voice.leaving(reporter.leave)
  const show = (event: TrainingEvent) => {
    reporter.onEvent(event)
    const line = event.type === 'epochEnd' && event.epoch === 1 ? lineOfWaiting(run, event.seconds) : null
    if (line !== null && verbose > 0) voice.say(line)
  }
  const trained = await trainSession(run, show).finally(reporter.leave)
  const { end, history, test, expectations, fault, scores } = await finishRun(run, trained)
  const { start, epochs } = trained
  const { rbm } = session
  if (pictures && rbm !== null && !BROKEN_OFF.has(end.reason)) {
    const { drawPictures } = await import('./pictures.js')
    const draw = () => drawPictures(results.directory, { spec, session, rbm, engine, epochs: epochs.length, signal })
    await (verbose === 0 ? draw() : withSpinner('Drawing', io, draw))
  }
  const lines = runSummary({
    end,
    stepsPerEpoch: start.stepsPerEpoch,
    earlyStopping: earlyStoppingOf(spec),
    test,
    missing: undefinedLines({ metrics: session.training.metrics, epochs, test, watchers: watchersOf(spec) }),
    seconds: history.total_seconds,
    directory: results.directory,
    notInTfjs: session.model.saved().notInTfjs,
  })
  for (const line of [...(verbose > 0 ? lines : []), ...expectationLines(expectations)]) say(io, line)
  if (fault) throw fault
  return { code: exitCodeOf(history.stop, expectations, signal), reason: end.reason, scores }
}

function lineOfWaiting({ spec: { data }, session }: ShownRun, seconds: number): string | null {
  const { clock, inFile, runner, workers } = session
  return waitingLine({
    epoch: seconds,
    batches: clock.spent / 1000,
    meanwhile: runner.computesElsewhere ?? false,
    inFile,
    drawn: 'binarize' in data && data.binarize === 'sample_each_epoch',
    workers: workers === null ? null : { count: workers, most: Math.max(1, defaultThreads()) },
  })
}

function exitCodeOf(stop: History['stop'], expectations: readonly Expectation[], signal: AbortSignal): ExitCode {
  if (signal.aborted) return codeOfInterruption(signal)
  if (stop.reason === 'diverged') return EXIT.diverged
  return expectations.every(({ passed }) => passed) ? EXIT.done : EXIT.expectationFailed
}
