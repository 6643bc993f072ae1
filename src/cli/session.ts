/** Joins the stages: from a spec and its data to programs that an engine has ready to run. */
import type { Dataset, Samples } from '../data/dataset.js'
import { batches, splitSamples } from '../data/dataset.js'
import type { Batch, Engine, Runner } from '../engine/engine.js'
import { metricFor } from '../model/metrics.js'
import { buildModel, type Model } from '../model/model.js'
import { supervisedPrograms } from '../program/supervised.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { Callback } from '../training/callbacks/callback.js'
import { buildCallbacks } from '../training/callbacks/registry.js'
import type { TrainingOptions } from '../training/loop.js'
import { buildSchedule } from '../training/schedules/registry.js'

export interface Session {
  readonly model: Model
  readonly runner: Runner
  /** What the loop needs, but for the clock, the interruption, and the files of a run. */
  readonly training: Omit<TrainingOptions, 'signal' | 'now' | 'files'>
  testBatches(): AsyncIterable<Batch>
}

export async function openSession(spec: ResolvedSpec, dataset: Dataset, engine: Engine): Promise<Session> {
  const { seed, fit, loss, optimizer, metrics } = spec
  const { info } = dataset
  const { train, validation } = splitSamples(dataset.train, fit.validation_split)
  const batchSize = Math.min(fit.batch_size, train.count)
  const stepsPerEpoch = Math.ceil(train.count / batchSize)
  const model = buildModel(spec.model, info.sampleShape, seed)
  const { train: step, evaluate, inspect } = supervisedPrograms({ model, info, loss, metrics, optimizer })
  const runner = await engine.load({ train: step, evaluate, inspect }, { seed, batchSize })
  const inOrder = (samples: Samples) => () => batches(samples, { batchSize })
  return {
    model,
    runner,
    training: {
      runner,
      epochs: fit.epochs,
      batchSize,
      samples: train.count,
      validationSamples: validation.count,
      batches: (epoch) => batches(train, { batchSize, ...(fit.shuffle && { shuffle: { seed, epoch } }) }),
      validation: validation.count > 0 ? inOrder(validation) : null,
      metrics: ['loss', ...metrics],
      learningRate: buildSchedule(optimizer.learning_rate, { stepsPerEpoch, epochs: fit.epochs }),
      callbacks: callbacksOf(spec, model),
    },
    testBatches: inOrder(dataset.test),
  }
}

/** Those of `callbacks`, after the one that `early_stopping` is. */
function callbacksOf({ early_stopping, callbacks, metrics, fit }: ResolvedSpec, model: Model): Callback[] {
  const stopping = early_stopping ? [{ type: 'EarlyStopping' as const, ...early_stopping }] : []
  return buildCallbacks([...stopping, ...callbacks], {
    epochs: fit.epochs,
    betterOf(monitor) {
      const metric = metrics.find((name) => name === monitor.replace(/^val_/, ''))
      return metric ? metricFor(metric, model.outputShape).better : 'min'
    },
    now: () => performance.now(),
  })
}
