/** The only training loop, for every engine and every kind of model. It runs programs and yields events. */
import type { EpochLengths } from '../base/epoch.js'
import { samplesOf } from '../base/share.js'
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
import { BEGIN, type Checkpoints, type Moment, type TrainingState } from './state.js'
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
  /** Batches of the training data in the order of this epoch, from 1, without the first `from` ones (0). */
  readonly batches: (epoch: number, from?: number) => AsyncIterable<Batch>
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
  /** Null for training that is not saved while it is under way. */
  readonly checkpoints?: Checkpoints | null
  /** Ends training after this epoch, as an interruption would. */
  readonly pauseAfter?: number | undefined
  /** Milliseconds. */
  readonly now: () => number
  /** Milliseconds since training began, if other hosts must see the same time. Default: by `now`. */
  readonly elapsed?: () => number
}

/**
 * Trains, and yields events. The last event is always `end`. `from` is a state that was saved; the runner must have the
 * values that were saved with it.
 */
export const train = (options: TrainingOptions, from: TrainingState = BEGIN): AsyncGenerator<TrainingEvent> =>
  new Training(options, from).events()

/** The history keys of an epoch. */
export function historyKeysOf({ metrics, validation }: Pick<TrainingOptions, 'metrics' | 'validation'>): string[] {
  const keys = withoutGaps(metrics).map(({ key }) => key)
  const gaps = metrics.filter(({ isGap }) => isGap).map(({ key }) => key)
  return validation ? [...keys, ...keys.map((key) => `val_${key}`), ...gaps] : keys
}

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

const PAUSED: Ending = { ...COMPLETED, reason: 'paused' }

const endingOf = ({ reason, stopping, interruptedAt }: Ending) => ({ reason, stopping, interruptedAt })

class Training {
  /** Measures of each batch, and those of the gap between training and validation. */
  readonly #ofEach: readonly Measured[]
  readonly #gaps: readonly Measured[]
  readonly #callbacks: CallbackChain
  /** History keys of an epoch. */
  readonly #keys: readonly string[]
  /** The rate that a callback has set, in place of the schedule. */
  #rate: number | null
  #kept: StateValues | null
  #restored = false
  #epoch: number
  #step: number
  /** The last step that was done. */
  #last: { readonly epoch: number; readonly step: number }
  #iterations: number
  #updates: number
  readonly #epochs: EpochEndEvent[]
  #totals: Totals
  /** When training would have begun without a break, and the same for the epoch under way. */
  #began = 0
  #epochBegan = 0
  #ending: Ending | null = null

  constructor(
    private readonly options: TrainingOptions,
    private readonly from: TrainingState,
  ) {
    const { metrics, callbacks } = options
    this.#ofEach = withoutGaps(metrics)
    this.#gaps = metrics.filter(({ isGap }) => isGap)
    this.#keys = historyKeysOf(options)
    const { epoch, step, iterations, updates, epochs, sums, learningRate, kept } = from
    this.#callbacks = new CallbackChain(callbacks, (actions) => this.#act(actions), from.callbacks ?? undefined)
    this.#rate = learningRate
    this.#kept = kept
    this.#epoch = epoch
    this.#step = step
    this.#last = { epoch, step }
    this.#iterations = iterations
    this.#updates = updates
    this.#epochs = [...epochs]
    this.#ending = from.ending && { ...COMPLETED, ...from.ending }
    this.#totals = new Totals(this.#ofEach, sums)
  }

  async *events(): AsyncGenerator<TrainingEvent> {
    const { samples, validationSamples, epochs, batchSize, stepsPerEpoch, now, pauseAfter = epochs } = this.options
    const metrics = this.#ofEach.map(({ key }) => key)
    const from = this.#iterations === 0 ? null : { epoch: this.#epoch, step: this.#step }
    yield { type: 'start', samples, validationSamples, epochs, batchSize, stepsPerEpoch, metrics, from }
    this.#began = now() - this.from.milliseconds
    await this.#callbacks.begin(this.#keys)
    // the run has paused there before
    if (this.#ending === null && this.#epoch > pauseAfter && this.#epoch <= epochs) this.#ending = PAUSED
    while (this.#epoch <= epochs && this.#ending === null) yield* this.#trainEpoch()
    yield await this.#finish()
  }

  async *#trainEpoch(): AsyncGenerator<TrainingEvent> {
    const { signal, now } = this.options
    if (signal.aborted) return this.#interrupt()
    const epoch = this.#epoch
    const step = this.#step
    const before = step === 0 ? 0 : this.from.epochMilliseconds
    this.#epochBegan = now() - before
    // a callback has acted on the beginning of an epoch that is under way
    if (step === 0) await this.#callbacks.epochBegin(epoch)
    yield { type: 'epochBegin', epoch, step, seconds: before / 1000, earliestStop: this.#callbacks.earliestStop(epoch) }
    yield* this.#steps()
    if (this.#ending?.isCutShort) return
    const validated = await this.#validate()
    if (this.#ending?.isCutShort) return
    const event: EpochEndEvent = {
      type: 'epochEnd',
      epoch,
      metrics: { ...this.#totals.values(), ...validated },
      learningRate: this.#learningRate(),
      seconds: (now() - this.#epochBegan) / 1000,
    }
    this.#epochs.push(event)
    await this.#callbacks.epochEnd(event, this.#standing)
    this.#epoch++
    this.#step = 0
    this.#totals = new Totals(this.#ofEach)
    await this.#afterEpoch(epoch)
    yield event
  }

  /** Saves the state if that is due, and always before a pause. */
  async #afterEpoch(epoch: number): Promise<void> {
    const { epochs, pauseAfter } = this.options
    const isOver = epoch === epochs || this.#ending !== null
    if (isOver || epoch !== pauseAfter) return this.#saveIfDue(isOver ? 'training' : 'epoch')
    await this.#save({ waits: true })
    this.#ending = PAUSED
  }

  /** The steps of the epoch that are left, whose outputs are added to its totals. */
  async *#steps(): AsyncGenerator<BatchEndEvent> {
    const { batches, signal, plan } = this.options
    const epoch = this.#epoch
    const totals = this.#totals
    for await (const { batch, prepareNext } of oneAhead(batches(epoch, this.#step))) {
      if (signal.aborted) return this.#interrupt()
      const iterations = this.#iterations
      const scalars = { learning_rate: this.#learningRate(), iterations }
      const outputs = await runStep(this.options, batch, scalars, prepareNext)
      const step = ++this.#step
      this.#last = { epoch, step }
      if (!totals.add(outputs, samplesOf(batch))) {
        const words = `epoch ${epoch}, step ${step}`
        return this.#wentBad('step', { mode: 'training', words, iterations }, batch, outputs)
      }
      if (plan.isUpdate(iterations)) this.#updates++
      this.#iterations++
      const event: BatchEndEvent = { type: 'batchEnd', epoch, step, samples: totals.samples, metrics: totals.values() }
      if (this.#callbacks.looksAtBatches) await this.#callbacks.batchEnd(event, this.#standing)
      if (this.#ending === null) await this.#saveIfDue('step')
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
        if (!totals.add(outputs, samplesOf(batch))) {
          const words = `the validation after epoch ${this.#epoch}`
          const place = { mode: 'evaluation', words, iterations: this.#iterations } as const
          await this.#wentBad('validation', place, batch, outputs)
          return {}
        }
        if (signal.aborted) {
          await this.#interrupt()
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
    const [updates, epochs, restored] = [this.#updates, this.#epochs.length, this.#restored]
    return { type: 'end', updates, epochs, best: this.#callbacks.best(), restored, ...ending }
  }

  readonly #standing = (): Standing => ({
    learningRate: this.#learningRate(),
    updates: this.#updates,
    keys: this.#keys,
    elapsed: this.options.elapsed ?? (() => this.options.now() - this.#began),
  })

  /** The rate of the next step. */
  #learningRate(): number {
    return this.#rate ?? this.options.learningRate(this.#iterations)
  }

  #state(): TrainingState {
    const now = this.options.now()
    return {
      epoch: this.#epoch,
      step: this.#step,
      iterations: this.#iterations,
      updates: this.#updates,
      learningRate: this.#rate,
      sums: this.#totals.sums(),
      callbacks: this.#callbacks.states,
      kept: this.#kept,
      milliseconds: now - this.#began,
      epochMilliseconds: this.#step === 0 ? 0 : now - this.#epochBegan,
      epochs: [...this.#epochs],
      ending: this.#ending && endingOf(this.#ending),
    }
  }

  async #saveIfDue(after: Moment): Promise<void> {
    if (this.options.checkpoints?.isDue(after, this.#iterations)) await this.#save({ waits: after === 'training' })
  }

  async #save(options: { readonly waits: boolean }): Promise<void> {
    const { checkpoints, runner } = this.options
    await checkpoints?.save(this.#state(), (into) => runner.read(into), options)
  }

  async #interrupt(): Promise<void> {
    await this.#save({ waits: true })
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
          this.#rate = action.value
          break
        default:
          await files.write(action, () => runner.read())
      }
    }
  }
}
