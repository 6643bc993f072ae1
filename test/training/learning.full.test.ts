/** From data to a trained network: it learns, gives the same run each time, and says so if it diverges. */
import { describe, expect, test } from 'vitest'
import { epochLengths } from '../../src/base/epoch.js'
import { inputShapes } from '../../src/base/form.js'
import { batches } from '../../src/data/batches.js'
import { loadData } from '../../src/data/load.js'
import { buildModel } from '../../src/model/model.js'
import { stepPlan } from '../../src/program/descent.js'
import { supervisedMeasures, supervisedPrograms } from '../../src/program/supervised.js'
import { outputsOf } from '../../src/spec/outputs.js'
import { earlyStopping } from '../../src/training/callbacks/early-stopping.js'
import { evaluate } from '../../src/training/evaluate.js'
import type { EndEvent, EpochEndEvent, TrainingEvent } from '../../src/training/events.js'
import { train } from '../../src/training/loop.js'
import { loadRunner } from '../support/engines.js'
import { NO_FILES } from '../support/loop.js'
import { resolveData, resolveSpec } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const BATCH_SIZE = 128
const data = resolveData({ dataset: 'mnist-10k', flatten: true })
const loaded = loadData({ data, seed: 0, fit: { validation_split: 0.1 } })

/** A small MLP on the 10,000 digits; all that happened, and the score on the test digits. */
async function learn(rest: { seed: number; epochs: number; learning_rate?: number; patience?: number }) {
  const layers = [
    { type: 'Dense', units: 64, activation: 'relu' },
    { type: 'Dropout', rate: 0.2 },
    { type: 'Dense', units: 10, activation: 'softmax' },
  ]
  const { seed, epochs, learning_rate = 0.003, patience } = rest
  const optimizer = { type: 'RMSprop', learning_rate }
  const spec = resolveSpec({ layers, data, seed, optimizer, loss: 'categorical_crossentropy', metrics: ['acc'] })
  const { form, train: samples, validation, test } = await loaded
  const model = buildModel(spec.model, inputShapes(form), seed)
  const outputs = outputsOf(spec)
  const programs = supervisedPrograms({ classWeight: null, ...spec, model, form, outputs })
  const runner = await loadRunner('onnx', { ...programs }, { batchSize: BATCH_SIZE, seed })
  const metrics = supervisedMeasures({ classWeight: null, ...spec, model, form, outputs })
  const { signal } = new AbortController()
  const stopping = earlyStopping({
    monitor: 'val_loss',
    mode: 'min',
    min_delta: 0,
    patience: patience ?? 0,
    baseline: null,
    restore_best_weights: true,
    start_from_epoch: 0,
  })
  const events: TrainingEvent[] = []
  const options = {
    runner,
    weights: model.weights.map(({ name }) => name),
    epochs,
    ...epochLengths(samples.count, BATCH_SIZE),
    validationSamples: validation.count,
    batches: (epoch: number) => batches(samples, { batchSize: BATCH_SIZE, shuffle: { seed, epoch } }),
    validation: () => batches(validation, { batchSize: BATCH_SIZE }),
    compared: () => batches(samples, { batchSize: BATCH_SIZE }),
    metrics,
    plan: stepPlan(spec.optimizer),
    learningRate: () => learning_rate,
    files: NO_FILES,
    callbacks: patience === undefined ? [] : [stopping],
    signal,
    now: () => 0,
  }
  for await (const event of train(options)) events.push(event)
  const { values: score } = await evaluate(runner, batches(test, { batchSize: BATCH_SIZE }), metrics, signal)
  const { values: ofValidation } = await evaluate(
    runner,
    batches(validation, { batchSize: BATCH_SIZE }),
    metrics,
    signal,
  )
  const history = events.filter(({ type }) => type === 'epochEnd') as EpochEndEvent[]
  return { events, history, score, ofValidation, end: events.at(-1) as EndEvent }
}

describe('an MLP on 10,000 digits', () => {
  test('learns them, and the same seed gives the same run', async () => {
    const first = await learn({ seed: 1, epochs: 3 })
    expect(first.end).toMatchObject({ reason: 'completed', epochs: 3 })
    expect(first.history.map(({ metrics }) => Object.keys(metrics))[0]).toEqual(['loss', 'acc', 'val_loss', 'val_acc'])
    expect(first.history[2]!.metrics.val_acc).toBeGreaterThan(0.9)
    expect(first.score.acc).toBeGreaterThan(0.9)
    expect((await learn({ seed: 1, epochs: 3 })).events).toEqual(first.events)
    expect((await learn({ seed: 2, epochs: 1 })).history[0]!.metrics).not.toEqual(first.history[0]!.metrics)
  })

  test('ends with the weights of its best epoch', async () => {
    const { end, history, ofValidation } = await learn({ seed: 1, epochs: 30, learning_rate: 0.02, patience: 1 })
    expect(end).toMatchObject({ reason: 'early_stopping', restored: true })
    expect(end.epochs).toBe(end.best!.epoch + 1)
    const best = history[end.best!.epoch - 1]!.metrics
    expect(best.val_loss).toBe(Math.min(...history.map(({ metrics }) => metrics.val_loss!)))
    expect(ofValidation).toEqual({ loss: best.val_loss, acc: best.val_acc })
  })

  test('says where it diverged if the steps are too large', async () => {
    const { end } = await learn({ seed: 1, epochs: 3, learning_rate: 1e38 })
    expect(end.reason).toBe('diverged')
    expect(end.divergence).toMatchObject({ epoch: 1, tensor: expect.stringMatching(/dense|loss/) })
    expect(end.divergence!.value).not.toSatisfy(Number.isFinite)
  })
})
