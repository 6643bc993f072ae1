/** Makes a session from a spec and its data: the model, and its programs loaded by an engine. */
import { epochLengths } from '../base/epoch.js'
import { type DataForm, soleInputKey } from '../base/form.js'
import { isAugmented } from '../data/augment/augmented-table.js'
import { batchThreads } from '../data/augment/batch-threads.js'
import { type BatchOptions, batches } from '../data/batches.js'
import type { Data } from '../data/data.js'
import { elementMeans, part, type Table } from '../data/table.js'
import { type Clock, timed } from '../data/timed.js'
import type { Batch, Engine, Runner } from '../engine/engine.js'
import type { StartReport } from '../export/start-report.js'
import type { ClassRbm } from '../model/rbm/class-rbm.js'
import type { Rbm } from '../model/rbm/rbm.js'
import type { Saveable } from '../model/saveable.js'
import { isShared, type LearningProgram } from '../program/learning-programs.js'
import { betterOf } from '../spec/metrics.js'
import { allMetricsOf, type FitSpec, type ResolvedSpec, type StageSpec } from '../spec/spec.js'
import type { Callback } from '../training/callbacks/callback.js'
import { buildCallbacks } from '../training/callbacks/registry.js'
import type { TrainingOptions } from '../training/loop.js'
import { buildSchedule } from '../training/schedules/registry.js'
import { classCounts } from './class-weights.js'
import { copiedBytes, largestOutput } from './foresee.js'
import { Agreement } from './host-group.js'
import { learnerOf } from './learner.js'
import type { Start } from './start.js'

export interface Session {
  /** The form of its data. */
  readonly form: DataForm
  /** How many layers began with trained weights; null if the spec has no `start`. */
  readonly start: StartReport | null
  readonly model: Saveable
  /** The RBM without its labels; null if the model is a network. */
  readonly rbm: Rbm | null
  /** The RBM with its labels; null if it has none, or if the model is a network. */
  readonly labelled: ClassRbm | null
  readonly runner: Runner<LearningProgram>
  /** The options of the training loop, except those of a run: the clock, the signal, files and checkpoints. */
  readonly training: Omit<TrainingOptions, 'signal' | 'now' | 'files' | 'checkpoints' | 'pauseAfter'>
  testBatches(): AsyncIterable<Batch>
  /** Frees the runner, and ends the threads that make batches. */
  dispose(): Promise<void>
  /** The time in which the batches of training were made. */
  readonly clock: Clock
  /** True if the rows to train on are read from a file. */
  readonly inFile: boolean
  /** Number of threads that augment the rows to train on; null if these are not augmented. */
  readonly workers: number | null
  /** The end and the time on which the hosts of a group agree while they train; null if this one trains alone. */
  readonly agreement: Agreement | null
}

export interface SessionOptions {
  readonly warn?: (text: string) => void
  /** Number of threads that augment rows; with 0, that is done between the steps. The results are the same. */
  readonly workers?: number
  /** The weights with which training begins. Default: initial values. */
  readonly start?: Start | null | undefined
}

export async function openSession(
  spec: StageSpec,
  data: Data,
  engine: Engine,
  { warn, workers = 0, start = null }: SessionOptions = {},
): Promise<Session> {
  const { seed, fit, optimizer } = spec
  const { form, train, validation, test } = data
  const lengths = epochLengths(train.count, fit.batch_size)
  const { batchSize, stepsPerEpoch } = lengths
  const facts = {
    means: () => elementMeans(train, soleInputKey(form)),
    classCounts: (key: string, classes: number) => classCounts(train, key, classes),
  }
  const learner = learnerOf(spec, form, lengths, facts, start?.values)
  const { model, programs, plan, measured } = learner
  const memory = { copies: copiedBytes(spec, learner), largest: largestOutput(learner).name }
  const { group } = engine
  const agreement = group ? new Agreement(group) : null
  const runner = await engine.load(programs, {
    ...{ seed, batchSize, ...memory },
    isShared,
    ...(agreement && { news: agreement.news }),
    ...(warn && { warn }),
  })
  const own = group && { part: { index: group.rank, of: group.addresses.length } }
  const inOrder = (table: Table) => () => batches(table, { batchSize, ...own })
  const clock: Clock = { spent: 0 }
  const threads = isAugmented(train) && workers > 0 ? batchThreads(train, workers, batchSize) : null
  const trainingBatches = (pass: BatchOptions) =>
    threads ? threads.batches(pass, clock) : timed(batches(train, pass), clock)
  return {
    form,
    start: start?.report ?? null,
    clock,
    inFile: train.prefetch !== undefined,
    workers: isAugmented(train) ? workers : null,
    agreement,
    model,
    rbm: learner.kind === 'rbm' ? learner.unlabelled : null,
    labelled: learner.kind === 'rbm' ? learner.labelled : null,
    runner,
    training: {
      runner,
      plan,
      weights: model.weights.map(({ name }) => name),
      epochs: fit.epochs,
      ...lengths,
      validationSamples: validation.count,
      batches: (epoch, from = 0) =>
        trainingBatches({
          ...{ batchSize, epoch, from, ...own },
          ...(fit.shuffle && { shuffle: { seed, epoch, ...windowOf(fit) } }),
        }),
      validation: validation.count > 0 ? inOrder(validation) : null,
      // the first training samples, as many as validation has
      compared: inOrder(part(train, 0, Math.min(train.count, validation.count))),
      metrics: measured,
      learningRate: buildSchedule(optimizer.learning_rate, { stepsPerEpoch, epochs: fit.epochs }),
      callbacks: callbacksOf(spec),
      ...(learner.kind === 'network' && { lookups: learner.model.lookups }),
    },
    testBatches: inOrder(test),
    async dispose() {
      await threads?.close()
      await runner.dispose()
    },
  }
}

const windowOf = ({ shuffle }: FitSpec) => (typeof shuffle === 'object' ? shuffle : {})

/** Builds the callbacks of a spec: first the one for `early_stopping`, then those in `callbacks`. */
export function callbacksOf(spec: ResolvedSpec): Callback[] {
  const { early_stopping, callbacks, fit } = spec
  const stopping = early_stopping ? [{ type: 'EarlyStopping' as const, ...early_stopping }] : []
  const metrics = allMetricsOf(spec)
  return buildCallbacks([...stopping, ...callbacks], {
    epochs: fit.epochs,
    betterOf: (monitor) => betterOf(monitor, metrics),
  })
}
