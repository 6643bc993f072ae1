/** Shows a run while it is trained: its progress, its results, and what a signal would prevent. */
import { defaultThreads } from '../data/augment/batch-threads.js'
import type { Engine } from '../engine/engine.js'
import { createReporter, type Reporter, type StyleName } from '../report/reporter.js'
import { expectationLines, runSummary } from '../report/run-summary.js'
import { undefinedLines } from '../report/undefined.js'
import { waitingLine } from '../report/waiting.js'
import { BROKEN_OFF } from '../run/train.js'
import type { DrawnStage } from '../run/work.js'
import type { StageBeginEvent, StageEndEvent, WorkEvent } from '../run/work-events.js'
import { earlyStoppingOf, watchersOf } from '../spec/spec.js'
import type { EpochEndEvent, StartEvent } from '../training/events.js'
import type { Listener } from './events.js'
import type { Interrupt } from './interrupt.js'
import { type Io, mayColor, mayRedraw, say, type Voice } from './io.js'
import { withSpinner } from './spinner.js'

/** Options for how a run is shown. */
export interface ShowOptions {
  readonly style: StyleName
  readonly verbose: '0' | '1' | '2' | '3'
}

/** A run, and those who hear of it. */
export interface Shown {
  readonly engine: Engine
  readonly options: ShowOptions
  readonly io: Io
  readonly voice: Voice
  readonly interrupt: Interrupt
  readonly listener: Listener
}

/** Trains, shows the events, and returns how the run ended. */
export async function showRun<End>(events: AsyncGenerator<WorkEvent, End>, shown: Shown): Promise<End> {
  const show = showing(shown)
  try {
    for (;;) {
      const { value, done } = await events.next()
      if (done) return value
      shown.listener.event(value, shown.engine)
      await show.event(value)
    }
  } finally {
    show.leave()
    await events.return(undefined as End)
  }
}

function showing(shown: Shown): { event(event: WorkEvent): Promise<void>; leave(): void } {
  const { options, io, voice, interrupt } = shown
  const isQuiet = options.verbose === '0'
  let reporter: Reporter | undefined
  let stage: StageBeginEvent
  return {
    leave: () => reporter?.leave(),
    async event(event) {
      switch (event.type) {
        case 'fold':
          if (!isQuiet) say(io, `Fold ${event.fold} of ${event.of}`)
          break
        case 'engineWarning':
          if (!isQuiet) say(io, `Warning: ${event.text}`)
          break
        case 'stageBegin': {
          stage = event
          const { title } = event.stage
          if (title !== null && !isQuiet) say(io, title)
          const place = event.directory
          interrupt.begin('training', `Stopped at once; the model and history.json were not written. Files: ${place}`)
          reporter = reporterFor(shown)
          voice.leaving(reporter.leave)
          break
        }
        case 'stageEnd':
          await showEnd(event, shown)
          break
        default: {
          reporter!.onEvent(event)
          if (event.type === 'start' && event.from && !isQuiet) say(io, goingOn(event, event.from))
          const line = event.type === 'epochEnd' && event.epoch === 1 ? lineOfWaiting(stage, event) : null
          if (line !== null && !isQuiet) voice.say(line)
          if (event.type === 'end') reporter!.leave()
        }
      }
    },
  }
}

const goingOn = ({ stepsPerEpoch }: StartEvent, { epoch, step }: NonNullable<StartEvent['from']>): string =>
  `Going on from epoch ${epoch}, ${step === 0 ? 'at its beginning' : `after ${step} of ${stepsPerEpoch} steps`}.`

const reporterFor = ({ options: { style, verbose }, io }: Shown): Reporter =>
  createReporter({
    style,
    verbose: (verbose === '3' ? 1 : Number(verbose)) as 0 | 1 | 2,
    stream: io.stderr,
    redraws: mayRedraw(io, io.stderr),
    color: mayColor(io, io.stderr),
    now: () => performance.now(),
  })

async function showEnd(ended: StageEndEvent, shown: Shown): Promise<void> {
  const { stage, session, directory, trained, tested, left } = ended
  const { options, io, interrupt } = shown
  const { spec } = stage
  const { end, history, test, expectations } = tested
  const { start, epochs } = trained
  const isQuiet = options.verbose === '0'
  const lines = runSummary({
    end,
    stepsPerEpoch: start.stepsPerEpoch,
    earlyStopping: earlyStoppingOf(spec),
    test,
    missing: undefinedLines({ metrics: session.training.metrics, epochs, test, watchers: watchersOf(spec) }),
    seconds: history.total_seconds,
    directory: directory!,
    notInTfjs: session.model.saved().notInTfjs,
  })
  for (const line of [...(isQuiet ? [] : lines), ...expectationLines(expectations)]) say(io, line)
  if (left === null) return
  const words = interruptedBefore(left, directory)
  if (interrupt.signal.aborted && end.reason !== 'interrupted') say(io, words)
  interrupt.begin('idle', words)
}

/** Draws the pictures of an RBM, unless it has only seen the outputs of another. Returns false if that was cut off. */
export async function drawStage(
  { stage, session, directory, end }: DrawnStage,
  { engine, options, io, interrupt }: Pick<Shown, 'engine' | 'options' | 'io' | 'interrupt'>,
): Promise<boolean> {
  const { rbm } = session
  if (!stage.alone || rbm === null || BROKEN_OFF.has(end.reason)) return true
  const { drawPictures } = await import('./pictures.js')
  const { signal } = interrupt
  const draw = () => drawPictures(directory, { spec: stage.spec, session, rbm, engine, epochs: end.epochs, signal })
  return options.verbose === '0' ? draw() : withSpinner('Drawing', io, draw)
}

/** The message for a signal after which a part of the run is not begun. */
export const interruptedBefore = (part: string, directory: string | null): string =>
  `Interrupted before ${part}${directory === null ? '; nothing was written.' : `. Files: ${directory}`}`

function lineOfWaiting({ stage, session }: StageBeginEvent, { seconds }: EpochEndEvent): string | null {
  const { data } = stage.spec
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
