/** The only training loop, for every engine and every kind of model. It runs programs and yields events. */
import type { EpochLengths } from '../base/epoch.js'
import type { Batch, Outputs, Runner, StateValues } from '../engine/engine.js'
import type { ComputedLookup } from '../model/model.js'
import type { StepPlan } from '../program/descent.js'
import type { LearningProgram } from '../program/learning-programs.js'
import type { Measured } from '../program/measured.js'
import { oneAhead } from './ahead.js'
import { firstBad, firstBadTensor, firstBadWeight } from './bad-tensor.js'
import type { Action, Callback, CallbackFiles, Standing } from './callbacks/callback.js'
import { CallbackChain } from './callbacks/chain.js'
import { numbered, withoutGaps } from './evaluate.js'
import type {
  BadTensor,
  BatchEndEvent,
  Divergence,
  EndEvent,
  EpochEndEvent,
  MissingRow,
  Stopping,
  StopReason,
  TrainingEvent,
} from './events.js'
import { type BatchPlace, missingRow } from './lookups.js'
import type { Schedule } from './schedules/schedule.js'
import { runEnd, runStep } from './step.js'
import { Totals } from './totals.js'

export interface TrainingOptions extends EpochLengths {
  /** Must have the programs of the plan, `evaluate` and `inspect`. */
  readonly runner: Runner<LearningProgram>
  readonly plan: StepPlan
  /** Names of the weights: the part of the state that is saved. */
  readonly weights: readonly string[]
  readonly epochs: number
  readonly validationSamples: number
  /** Batches of the training data in the order of this epoch, from 1. */
  readonly batches: (epoch: number) => AsyncIterable<Batch>
  /** Null without validation data. */
  readonly validation: (() => AsyncIterable<Batch>) | null
  /** Some of the training data, always the same, for measures of the gap between training and validation. */
  readonly compared: () => AsyncIterable<Batch>
  /** The measures of the programs, `loss` first. */
  readonly metrics: readonly Measured[]
  readonly learningRate: Schedule
  readonly callbacks: readonly Callback[]
  /** Lookups whose numbers are checked if the loss is NaN. */
  readonly lookups?: readonly ComputedLookup[]
  /** Writes the files of callbacks. */
  readonly files: CallbackFiles
  /** Ends training after the current step. */
  readonly signal: AbortSignal
  /** Milliseconds. */
  readonly now: () => number
}

/** Trains, and yields events. The last event is always `end`. */
export const train = (options: TrainingOptions): AsyncGenerator<TrainingEvent> => new Training(options).events()

/** Why training ended, and where. A run that is cut short leaves its epoch without a measure. */
interface Ending {
  readonly reason: StopReason
  readonly isCutShort: boolean
  readonly interruptedAt: { readonly epoch: number; readonly step: number } | null
  readonly stopping: Stopping | null
  readonly missingRow: MissingRow | null
  readonly divergence: Divergence | null
}

const COMPLETED: Ending = {
  reason: 'completed',
  isCutShort: false,
  interruptedAt: null,
  stopping: null,
  missingRow: null,
  divergence: null,
}

class Training {
  /** Measures of each batch, and those of the gap between training and validation. */
  readonly #ofEach: readonly Measured[]
  readonly #gaps: readonly Measured[]
  readonly #callbacks: CallbackChain
  /** History keys of an epoch. */
  readonly #keys: readonly string[]
  #learningRate: Schedule
  #kept: StateValues | null = null
  #restored = false
  #epoch = 1
  #step = 0
  /** The last step that was done. */
  #last = { epoch: 1, step: 0 }
  #iterations = 0
  #updates = 0
  #completed = 0
  #began = 0
  #ending: Ending | null = null

  constructor(private readonly options: TrainingOptions) {
    const { metrics, validation, callbacks, learningRate } = options
    this.#ofEach = withoutGaps(metrics)
    this.#gaps = metrics.filter(({ isGap }) => isGap)
    const keys = this.#ofEach.map(({ key }) => key)
    this.#keys = validation ? [...keys, ...keys.map((key) => `val_${key}`), ...this.#gaps.map(({ key }) => key)] : keys
    this.#callbacks = new CallbackChain(callbacks, (actions) => this.#act(actions))
    this.#learningRate = learningRate
  }

  async *events(): AsyncGenerator<TrainingEvent> {
    const { samples, validationSamples, epochs, batchSize, stepsPerEpoch, now } = this.options
    const metrics = this.#ofEach.map(({ key }) => key)
    yield { type: 'start', samples, validationSamples, epochs, batchSize, stepsPerEpoch, metrics }
    this.#began = now()
    await this.#callbacks.begin(this.#keys)
    while (this.#epoch <= epochs && this.#ending === null) yield* this.#trainEpoch()
    yield await this.#finish()
  }

  async *#trainEpoch(): AsyncGenerator<TrainingEvent> {
    const { signal, now } = this.options
    if (signal.aborted) return this.#interrupt()
    const epoch = this.#epoch
    const began = now()
    await this.#callbacks.epochBegin(epoch)
    yield { type: 'epochBegin', epoch, earliestStop: this.#callbacks.earliestStop(epoch) }
    const totals = new Totals(this.#ofEach)
    yield* this.#steps(totals)
    if (this.#ending?.isCutShort) return
    const validated = await this.#validate()
    if (this.#ending?.isCutShort) return
    const event: EpochEndEvent = {
      type: 'epochEnd',
      epoch,
      metrics: { ...totals.values(), ...validated },
      learningRate: this.#learningRate(this.#iterations),
      seconds: (now() - began) / 1000,
    }
    this.#completed = epoch
    await this.#callbacks.epochEnd(event, this.#standing)
    yield event
    this.#epoch++
    this.#step = 0
  }

  /** The steps of the epoch, whose outputs are added to its totals. */
  async *#steps(totals: Totals): AsyncGenerator<BatchEndEvent> {
    const { batches, signal, plan } = this.options
    const epoch = this.#epoch
    for await (const { batch, prepareNext } of oneAhead(batches(epoch))) {
      if (signal.aborted) return this.#interrupt()
      const iterations = this.#iterations
      const scalars = { learning_rate: this.#learningRate(iterations), iterations }
      const outputs = await runStep(this.options, batch, scalars, prepareNext)
      const step = ++this.#step
      this.#last = { epoch, step }
      if (!totals.add(outputs, batch.size)) {
        const words = `epoch ${epoch}, step ${step}`
        return this.#wentBad('step', { mode: 'training', words, iterations }, batch, outputs)
      }
      if (plan.isUpdate(iterations)) this.#updates++
      this.#iterations++
      const event: BatchEndEvent = { type: 'batchEnd', epoch, step, samples: totals.samples, metrics: totals.values() }
      if (this.#callbacks.looksAtBatches) await this.#callbacks.batchEnd(event, this.#standing)
      yield event
      if (this.#ending === null) continue
      this.#ending = { ...this.#ending, interruptedAt: { epoch, step } }
      return
    }
  }

  /** Measures validation, and the gap between it and training. Without validation, looks at the weights. */
  async #validate(): Promise<Record<string, number>> {
    const { runner, validation, compared, metrics, callbacks, epochs, signal } = this.options
    if (!validation) {
      // validation would show weights that are not finite; without it, callbacks must not see such weights
      if (callbacks.length > 0 || this.#epoch === epochs) await this.#lookAtWeights()
      return {}
    }
    const [measured, ofCompared] = [new Totals(metrics), new Totals(this.#gaps)]
    const passes = [[validation, measured] as const, [compared, ofCompared] as const]
    for (const [batches, totals] of this.#gaps.length > 0 ? passes : passes.slice(0, 1)) {
      for await (const { batch, scalars } of numbered(batches())) {
        const outputs = await runner.run('evaluate', batch, scalars)
        if (!totals.add(outputs, batch.size)) {
          const words = `the validation after epoch ${this.#epoch}`
          const place = { mode: 'evaluation', words, iterations: this.#iterations } as const
          await this.#wentBad('validation', place, batch, outputs)
          return {}
        }
        if (signal.aborted) {
          this.#interrupt()
          return {}
        }
      }
    }
    const values = measured.values()
    return Object.fromEntries([
      ...this.#ofEach.map(({ key }) => [`val_${key}`, values[key]!]),
      ...Object.entries(ofCompared.values()).map(([key, value]) => [key, values[key]! - value]),
    ])
  }

  async #finish(): Promise<EndEvent> {
    const isBad = () => this.#ending?.reason === 'missing_row' || this.#ending?.reason === 'diverged'
    // before the first step there is nothing to finish; a mean of the weights, for example, is still 0
    if (this.#iterations > 0) await runEnd(this.options)
    if (this.#iterations > 0 && !isBad()) await this.#lookAtWeights()
    await this.#callbacks.end()
    const { isCutShort: _, ...ending } = this.#ending ?? COMPLETED
    const [updates, epochs, restored] = [this.#updates, this.#completed, this.#restored]
    return { type: 'end', updates, epochs, best: this.#callbacks.best(), restored, ...ending }
  }

  readonly #standing = (): Standing => ({
    learningRate: this.#learningRate(this.#iterations),
    updates: this.#updates,
    keys: this.#keys,
    elapsed: () => this.options.now() - this.#began,
  })

  #interrupt(): void {
    const interruptedAt = { epoch: this.#epoch, step: this.#step }
    this.#ending = { ...(this.#ending ?? COMPLETED), reason: 'interrupted', isCutShort: true, interruptedAt }
  }

  #diverged(during: Divergence['during'], bad: BadTensor): void {
    const divergence = { ...this.#last, during, updates: this.#updates, ...bad }
    this.#ending = { ...(this.#ending ?? COMPLETED), reason: 'diverged', isCutShort: true, divergence }
  }

  /** Handles a measure that is not finite: a number had no row, or training diverged. */
  async #wentBad(during: 'step' | 'validation', place: BatchPlace, batch: Batch, outputs: Outputs): Promise<void> {
    const { runner, lookups = [] } = this.options
    const measured = firstBad(outputs)!
    const problem = await missingRow(runner, lookups, batch, place)
    if (!problem) return this.#diverged(during, await firstBadTensor(runner, batch, this.#iterations, measured))
    const ending = this.#ending ?? COMPLETED
    this.#ending = { ...ending, reason: 'missing_row', isCutShort: true, missingRow: { ...this.#last, problem } }
  }

  async #weights(): Promise<StateValues> {
    const state = await this.options.runner.read()
    return Object.fromEntries(this.options.weights.map((name) => [name, state[name]!]))
  }

  async #lookAtWeights(): Promise<void> {
    const bad = await firstBadWeight(this.options.runner, this.options.weights)
    if (bad !== null) this.#diverged('weights', bad)
  }

  async #act(actions: readonly Action[]): Promise<void> {
    const { runner, files } = this.options
    for (const action of actions) {
      switch (action.type) {
        case 'keepWeights':
          this.#kept = await this.#weights()
          break
        case 'restoreWeights':
          if (!this.#kept) break
          await runner.write(this.#kept)
          this.#restored = true
          break
        case 'stop': {
          const stopping = action.reason === 'early_stopping' ? action.stopping : null
          this.#ending = { ...(this.#ending ?? COMPLETED), reason: action.reason, stopping }
          break
        }
        case 'setLearningRate':
          this.#learningRate = () => action.value
          break
        default:
          await files.write(action, () => runner.read())
      }
    }
  }
}
