/** The only training loop, for every engine and every kind of model. It runs programs and yields events. */
import type { EpochLengths } from '../base/epoch.js'
import type { Batch, Outputs, Runner, Scalars, StateValues } from '../engine/engine.js'
import type { ComputedLookup } from '../model/model.js'
import type { StepPlan } from '../program/descent.js'
import type { LearningProgram } from '../program/learning-programs.js'
import type { Measured } from '../program/measured.js'
import { oneAhead } from './ahead.js'
import type { Action, Callback, CallbackFiles } from './callbacks/callback.js'
import type {
  BadTensor,
  BatchEndEvent,
  Divergence,
  EpochEndEvent,
  Metrics,
  MissingRow,
  Stopping,
  StopReason,
  TrainingEvent,
} from './events.js'
import { type BatchPlace, missingRow, refuseMissingRow } from './lookups.js'
import type { Schedule } from './schedules/schedule.js'
import { runEnd, runStep } from './step.js'

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
export async function* train(options: TrainingOptions): AsyncGenerator<TrainingEvent> {
  const { runner, epochs, callbacks, signal, now } = options
  const { samples, validationSamples, batchSize, stepsPerEpoch, metrics, lookups = [] } = options
  const ofEach = withoutGaps(metrics)
  const gaps = metrics.filter(({ isGap }) => isGap)
  const keys = ofEach.map(({ key }) => key)
  yield { type: 'start', samples, validationSamples, epochs, batchSize, stepsPerEpoch, metrics: keys }

  let { learningRate } = options
  let kept: StateValues | null = null
  let restored = false
  let iterations = 0
  let updates = 0
  let completed = 0
  let reason: StopReason = 'completed'
  let missing: MissingRow | null = null
  let divergence: Divergence | null = null
  let interruptedAt: { epoch: number; step: number } | null = null
  let stopping: Stopping | null = null
  let last = { epoch: 1, step: 0 }

  const diverged = (during: Divergence['during'], bad: BadTensor) => {
    reason = 'diverged'
    divergence = { ...last, during, updates, ...bad }
  }
  /** Handles a measure that is not finite: a number had no row, or training diverged. */
  const wentBad = async (during: 'step' | 'validation', place: BatchPlace, batch: Batch, outputs: Outputs) => {
    const measured = firstBad(outputs)!
    const problem = await missingRow(runner, lookups, batch, place)
    if (!problem) return diverged(during, await firstBadTensor(runner, batch, iterations, measured))
    reason = 'missing_row'
    missing = { ...last, problem }
  }
  /** Checks the weights. Returns true if they are finite. */
  const lookAtWeights = async () => {
    const bad = firstBad(await runner.read(), options.weights)
    if (bad !== null) diverged('weights', { tensor: bad.name, kind: 'weight', value: bad.value })
    return bad === null
  }
  /**
   * True after a callback has stopped training. A function, because TypeScript does not see that `act` sets `reason`.
   */
  const hasEnded = () => reason !== 'completed'
  const act = async (actions: readonly Action[]) => {
    for (const action of actions) {
      switch (action.type) {
        case 'keepWeights':
          kept = await runner.read()
          break
        case 'restoreWeights':
          if (!kept) break
          await runner.write(kept)
          restored = true
          break
        case 'stop':
          reason = action.reason
          if (action.reason === 'early_stopping') stopping = action.stopping
          break
        case 'setLearningRate':
          learningRate = () => action.value
          break
        default:
          await options.files.write(action, () => runner.read())
      }
    }
  }
  const eachBatch = callbacks.filter(({ onBatchEnd }) => onBatchEnd)
  const ofValidation = options.validation ? [...keys.map((key) => `val_${key}`), ...gaps.map(({ key }) => key)] : []
  for (const callback of callbacks) await act(callback.onBegin?.([...keys, ...ofValidation]) ?? [])

  training: for (let epoch = 1; epoch <= epochs && reason === 'completed'; epoch++) {
    let step = 0
    if (signal.aborted) {
      reason = 'interrupted'
      interruptedAt = { epoch, step }
      break
    }
    const began = now()
    for (const callback of callbacks) await act(callback.onEpochBegin?.(epoch) ?? [])
    yield { type: 'epochBegin', epoch }
    const totals = new Totals(ofEach)
    for await (const { batch, prepareNext } of oneAhead(options.batches(epoch))) {
      if (signal.aborted) {
        reason = 'interrupted'
        interruptedAt = { epoch, step }
        break training
      }
      const scalars = { learning_rate: learningRate(iterations), iterations }
      const outputs = await runStep(options, batch, scalars, prepareNext)
      step++
      last = { epoch, step }
      if (!totals.add(outputs, batch.size)) {
        const words = `epoch ${epoch}, step ${step}`
        await wentBad('step', { mode: 'training', words, iterations }, batch, outputs)
        break training
      }
      if (options.plan.isUpdate(iterations)) updates++
      iterations++
      const event: BatchEndEvent = { type: 'batchEnd', epoch, step, samples: totals.samples, metrics: totals.values() }
      for (const callback of eachBatch) await act(callback.onBatchEnd!(event))
      yield event
      if (hasEnded()) {
        interruptedAt = { epoch, step }
        break
      }
    }
    const measured: Record<string, number> = totals.values()
    if (options.validation) {
      const [validation, compared] = [new Totals(metrics), new Totals(gaps)]
      const passes = [[options.validation, validation] as const, [options.compared, compared] as const]
      for (const [batches, into] of gaps.length > 0 ? passes : passes.slice(0, 1)) {
        for await (const { batch, scalars } of evaluated(batches())) {
          const outputs = await runner.run('evaluate', batch, scalars)
          if (!into.add(outputs, batch.size)) {
            const words = `the validation after epoch ${epoch}`
            await wentBad('validation', { mode: 'evaluation', words, iterations }, batch, outputs)
            break training
          }
          if (signal.aborted) {
            reason = 'interrupted'
            interruptedAt = { epoch, step }
            break training
          }
        }
      }
      const values = validation.values()
      for (const key of keys) measured[`val_${key}`] = values[key]!
      for (const [key, value] of Object.entries(compared.values())) measured[key] = values[key]! - value
    }
    // validation would show weights that are not finite; without it, callbacks must not see such weights
    else if ((callbacks.length > 0 || epoch === epochs) && !(await lookAtWeights())) break
    const event: EpochEndEvent = {
      type: 'epochEnd',
      epoch,
      metrics: measured,
      learningRate: learningRate(iterations),
      seconds: (now() - began) / 1000,
    }
    completed = epoch
    for (const callback of callbacks) {
      await act(callback.onEpochEnd(event, { learningRate: learningRate(iterations), updates }))
    }
    yield event
  }
  // before the first step there is nothing to finish; a mean of the weights, for example, is still 0
  if (iterations > 0) await runEnd(options)
  if (iterations > 0 && missing === null && divergence === null) await lookAtWeights()
  for (const callback of callbacks) await act(callback.onEnd())
  const best = callbacks.map((callback) => callback.best?.() ?? null).find((found) => found !== null) ?? null
  const stops = { interruptedAt, stopping, missingRow: missing, divergence }
  yield { type: 'end', reason, updates, epochs: completed, best, restored, ...stops }
}

/**
 * Returns the loss and metrics over batches, without training, and the first tensor that is not finite. Measures of a
 * gap are left out, because they need two kinds of batches. Throws a UserError if a layer gets a number for which it
 * has no row.
 */
export async function evaluate(
  runner: Runner<LearningProgram>,
  batches: AsyncIterable<Batch>,
  metrics: readonly Measured[],
  signal: AbortSignal,
  lookups: readonly ComputedLookup[] = [],
): Promise<{ readonly values: Metrics; readonly bad: BadTensor | null }> {
  const totals = new Totals(withoutGaps(metrics))
  let bad: BadTensor | null = null
  for await (const { batch, scalars } of evaluated(batches)) {
    signal.throwIfAborted()
    const outputs = await runner.run('evaluate', batch, scalars)
    if (totals.add(outputs, batch.size)) continue
    const measured = firstBad(outputs)!
    await refuseMissingRow(runner, lookups, batch, { mode: 'evaluation', words: 'the test', iterations: 0 })
    bad ??= await firstBadTensor(runner, batch, 0, measured)
  }
  return { values: totals.values(), bad }
}

const withoutGaps = (metrics: readonly Measured[]): Measured[] => metrics.filter(({ isGap }) => !isGap)

/** Batches with their number, from which random numbers follow, so that every evaluation draws the same ones. */
async function* evaluated(batches: AsyncIterable<Batch>): AsyncGenerator<{ batch: Batch; scalars: Scalars }> {
  let iterations = 0
  for await (const batch of batches) yield { batch, scalars: { iterations: iterations++ } }
}

/** Sums of the outputs of batches, in float64, so that values over an epoch are exact. */
class Totals {
  samples = 0
  readonly #sums = new Map<string, Float64Array>()
  readonly #outputs: ReadonlySet<string>

  constructor(private readonly measured: readonly Measured[]) {
    this.#outputs = new Set(measured.flatMap(({ outputs }) => outputs))
  }

  /** Adds the sums of a batch. Returns false if one of them is NaN or infinite. */
  add(outputs: Readonly<Record<string, Float32Array>>, size: number): boolean {
    this.samples += size
    let finite = true
    for (const name of this.#outputs) {
      const batch = outputs[name]
      if (batch === undefined) throw new Error(`internal: no output ${name}`)
      const total = this.#sums.get(name) ?? new Float64Array(batch.length)
      for (const [index, sum] of batch.entries()) {
        total[index]! += sum
        finite &&= Number.isFinite(sum)
      }
      this.#sums.set(name, total)
    }
    return finite
  }

  values(): Record<string, number> {
    const totalOf = (name: string) => this.#sums.get(name)!
    return Object.fromEntries(
      this.measured.map(({ key, outputs, value }) => [key, value(outputs.map(totalOf), this.samples)]),
    )
  }
}

/**
 * Returns the first tensor with NaN or infinity, in the order of the computation: weights, then the output of each
 * layer, then the loss, then the other measures. `measured` is the output in which it was noticed. The caller finds
 * that before anything else runs, because the results of a run are valid only until the next one.
 */
async function firstBadTensor(
  runner: Runner<'inspect'>,
  batch: Batch,
  iterations: number,
  measured: BadNumber,
): Promise<BadTensor> {
  const weight = firstBad(await runner.read())
  if (weight !== null) return { tensor: weight.name, kind: 'weight', value: weight.value }
  const found = firstBad(await runner.run('inspect', batch, { iterations })) ?? measured
  if (found.name === 'loss' || found === measured) return { tensor: found.name, kind: 'measure', value: found.value }
  return { tensor: `the output of ${found.name}`, kind: 'layer', value: found.value }
}

interface BadNumber {
  readonly name: string
  readonly value: number
}

/** Finds the first NaN or infinity in all arrays, or in those with these names. */
function firstBad(
  arrays: Readonly<Record<string, Float32Array>>,
  names: readonly string[] = Object.keys(arrays),
): BadNumber | null {
  for (const name of names) {
    const value = arrays[name]!.find((element) => !Number.isFinite(element))
    if (value !== undefined) return { name, value }
  }
  return null
}
