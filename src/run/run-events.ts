/** Makes the events of the stream that programs read from those of the work. */
import { formatIssue, type Issue, UserError } from '../base/issue.js'
import type { Engine } from '../engine/engine.js'
import { stopOf } from '../export/history.js'
import { finite, finiteMeasures } from '../export/report-fields.js'
import type { RunEvent } from '../export/run-events.js'
import type { EndEvent, EpochEndEvent, StartEvent } from '../training/events.js'
import type { Expectation } from '../training/gate.js'
import type { FoldsEnd } from './train-folds.js'
import type { StageBeginEvent, StagesEnd, WorkEvent } from './work-events.js'

/** At most ten times a second. */
const BATCH_MS = 100

type Own<Name extends RunEvent['event']> = Omit<Extract<RunEvent, { event: Name }>, 'version' | 'elapsed'>

/** Takes what happens, and gives each event to `write`. */
export interface EventTeller {
  event(event: WorkEvent, engine: Engine): void
  warning(warning: Issue | string): void
  /** A callback has saved a model at this path. */
  saved(path: string): void
  end(end: StagesEnd | FoldsEnd): void
  /** The last event, if an error ended the command. */
  failed(error: unknown): void
}

/** `now` gives milliseconds. */
export function tellEvents(write: (event: RunEvent) => void, now: () => number): EventTeller {
  const began = now()
  const tell = <Name extends RunEvent['event']>({ event, ...fields }: Own<Name>) =>
    write({ version: 1, event, elapsed: Math.round(now() - began) / 1000, ...fields } as unknown as RunEvent)
  let fold: number | null = null
  let stage: StageBeginEvent | undefined
  let start: StartEvent | undefined
  let step = 0
  let expectations: readonly Expectation[] = []
  let nextBatch = Number.NEGATIVE_INFINITY
  /** Models saved by callbacks, which act before the event that they act upon is heard. */
  const saved: string[] = []
  const tellSaved = (epoch: number) => {
    for (const path of saved.splice(0)) tell<'checkpoint'>({ event: 'checkpoint', epoch, step, path })
  }
  const warning = (given: Issue | string) =>
    tell<'warning'>(
      typeof given === 'string'
        ? { event: 'warning', code: null, pointer: null, message: given }
        : { event: 'warning', code: given.code, pointer: given.pointer, message: formatIssue(given) },
    )
  const epochEnd = ({ epoch, metrics, learningRate, seconds }: EpochEndEvent) => {
    const ofBatches = new Set(start!.metrics)
    const validated = Object.entries(metrics).filter(([key]) => !ofBatches.has(key))
    if (validated.length > 0) {
      const samples = start!.validationSamples
      tell<'validation'>({
        event: 'validation',
        epoch,
        samples,
        metrics: finiteMeasures(Object.fromEntries(validated)),
      })
    }
    tell<'epoch'>({
      event: 'epoch',
      epoch,
      metrics: finiteMeasures(metrics),
      learning_rate: learningRate,
      seconds,
    })
  }
  return {
    warning,
    event(event, engine) {
      switch (event.type) {
        case 'fold':
          fold = event.fold
          break
        case 'engineWarning':
          warning(event.text)
          break
        case 'stageBegin':
          stage = event
          break
        case 'start':
          start = event
          tell<'start'>(startOf(event, { stage: stage!, fold, engine }))
          break
        case 'epochBegin':
          step = 0
          break
        case 'batchEnd':
          step = event.step
          if (saved.length > 0) tellSaved(event.epoch)
          if (now() < nextBatch) break
          nextBatch = now() + BATCH_MS
          tell<'batch'>({
            event: 'batch',
            epoch: event.epoch,
            step,
            samples: event.samples,
            metrics: finiteMeasures(event.metrics),
          })
          break
        case 'epochEnd':
          epochEnd(event)
          tellSaved(event.epoch)
          break
        case 'end':
          tell<'stop'>(stopped(event))
          break
        case 'stageEnd':
          expectations = event.tested.expectations
          break
      }
    },
    saved: (path) => void saved.push(path),
    end: (end) => {
      const { outcome, directory, scores } = end
      const checked = ('folds' in end ? end.folds?.expectations : undefined) ?? expectations
      tell<'end'>({
        event: 'end',
        outcome: outcome === 'expectationFailed' ? 'expectation_failed' : outcome,
        message: null,
        directory,
        scores: scores && finiteMeasures(scores),
        expectations: checked.map((one) => ({ ...one, found: finite(one.found) })),
      })
    },
    failed: (error) =>
      tell<'end'>({
        event: 'end',
        outcome: 'failed',
        message: wordsOf(error),
        directory: null,
        scores: null,
        expectations: [],
      }),
  }
}

interface StartFacts {
  readonly stage: StageBeginEvent
  readonly fold: number | null
  readonly engine: Engine
}

function startOf(start: StartEvent, { stage: { stage, directory }, fold, engine }: StartFacts): Own<'start'> {
  const { name, seed } = stage.spec
  return {
    event: 'start',
    time: new Date().toISOString(),
    ...{ name, stage: stage.title, fold, directory, seed, engine: engine.name, device: engine.device },
    samples: start.samples,
    validation_samples: start.validationSamples,
    epochs: start.epochs,
    batch_size: start.batchSize,
    steps_per_epoch: start.stepsPerEpoch,
    metrics: [...start.metrics],
    from: start.from,
  }
}

function stopped(end: EndEvent): Own<'stop'> {
  const { reason, epochs, updates, best, restored } = end
  return {
    event: 'stop',
    ...{ reason, epochs, updates, epoch: null, step: null, tensor: null },
    ...stopOf(end),
    best: best && { ...best, value: finite(best.value) },
    restored_best_weights: restored,
  }
}

/** The message of an error of the user with all its problems; any other error is one of the program. */
function wordsOf(error: unknown): string {
  if (error instanceof UserError) return [...error.issues.map(formatIssue), error.message].join('\n')
  return error instanceof Error ? error.message : String(error)
}
