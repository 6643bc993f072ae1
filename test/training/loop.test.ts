/** The loop gives events in order, with exact means, and ends for the right reason. */
import { describe, expect, test } from 'vitest'
import type { StepPlan } from '../../src/program/descent.js'
import { type Measured, meanOver } from '../../src/program/measured.js'
import type { Callback, Standing } from '../../src/training/callbacks/callback.js'
import { evaluate } from '../../src/training/evaluate.js'
import type { EndEvent, EpochEndEvent, TrainingEvent } from '../../src/training/events.js'
import { train } from '../../src/training/loop.js'
import { BEGIN, type TrainingState } from '../../src/training/state.js'
import { acting } from '../support/callbacks.js'
import { type Call, emptyBatches, loopOptions, scriptedRunner, trainToEnd } from '../support/loop.js'

/** Each sample of a batch has this loss in training: the number of the step, from 1; 100 more in validation. */
const counting = () =>
  scriptedRunner(({ program, size }, index) => ({ loss: size * (index + 1 + (program === 'train' ? 0 : 100)) }))

const endOf = (events: readonly TrainingEvent[]) => events.at(-1) as EndEvent
const epochEnds = (events: readonly TrainingEvent[]) =>
  events.filter(({ type }) => type === 'epochEnd') as EpochEndEvent[]
const types = (events: readonly TrainingEvent[]) => events.map(({ type }) => type)

describe('events', () => {
  test('are in order, with means over samples', async () => {
    const runner = counting()
    const events = await trainToEnd(loopOptions({ runner, epochs: 2, validationSamples: 6 }))
    // batches of 4, 4, 2 with losses 1, 2, 3; then 4, 5, 6. Validation: 4, 2 with 101, 102; then 103, 104
    const means = (epoch: number, values: number[]) =>
      values.map((loss, index) => ({
        type: 'batchEnd',
        epoch,
        step: index + 1,
        samples: [4, 8, 10][index],
        metrics: { loss },
      }))
    expect(events).toEqual([
      {
        type: 'start',
        samples: 10,
        validationSamples: 6,
        epochs: 2,
        batchSize: 4,
        stepsPerEpoch: 3,
        metrics: ['loss'],
        from: null,
      },
      { type: 'epochBegin', epoch: 1, step: 0, seconds: 0, earliestStop: null },
      ...means(1, [1, 1.5, 1.8]),
      { type: 'epochEnd', epoch: 1, metrics: { loss: 1.8, val_loss: 608 / 6 }, learningRate: 0.5, seconds: 1 },
      { type: 'epochBegin', epoch: 2, step: 0, seconds: 0, earliestStop: null },
      ...means(2, [4, 4.5, 4.8]),
      { type: 'epochEnd', epoch: 2, metrics: { loss: 4.8, val_loss: 620 / 6 }, learningRate: 0.5, seconds: 1 },
      {
        type: 'end',
        reason: 'completed',
        updates: 6,
        epochs: 2,
        best: null,
        restored: false,
        interruptedAt: null,
        missingRow: null,
        divergence: null,
        stopping: null,
      },
    ])
  })

  test('without validation data there are no val_ metrics', async () => {
    const events = await trainToEnd(loopOptions({ runner: counting() }))
    expect(epochEnds(events)[0]!.metrics).toEqual({ loss: 1.8 })
  })

  test('metrics keep the order of the spec', async () => {
    const runner = scriptedRunner(({ size }) => ({ acc: size, mae: 3 * size, loss: 2 * size }))
    const options = { runner, metrics: ['loss', 'mae', 'acc'], validationSamples: 4 }
    const [{ metrics }] = epochEnds(await trainToEnd(loopOptions(options))) as [EpochEndEvent]
    expect(Object.entries(metrics)).toEqual([
      ['loss', 2],
      ['mae', 3],
      ['acc', 1],
      ['val_loss', 2],
      ['val_mae', 3],
      ['val_acc', 1],
    ])
  })

  test('a batch larger than the data has all samples', async () => {
    const runner = counting()
    const events = await trainToEnd(loopOptions({ runner, samples: 10, batchSize: 64 }))
    expect(events[0]).toMatchObject({ stepsPerEpoch: 1 })
    expect(runner.calls).toEqual([{ program: 'train', size: 10, scalars: { learning_rate: 0.5, iterations: 0 } }])
    expect(types(events)).toEqual(['start', 'epochBegin', 'batchEnd', 'epochEnd', 'end'])
  })
})

test('the step count continues from epoch to epoch, and validation is no step', async () => {
  const runner = counting()
  await trainToEnd(loopOptions({ runner, epochs: 2, validationSamples: 4 }))
  const steps = runner.calls.map(({ program, scalars }) => (program === 'train' ? scalars.iterations : program))
  expect(steps).toEqual([0, 1, 2, 'evaluate', 3, 4, 5, 'evaluate'])
})

test('a metric is computed from the totals of its sums, in training and in validation', async () => {
  const precision: Measured = {
    key: 'precision',
    outputs: ['hits', 'yes'],
    value: ([hits, yes], samples) => hits![0]! / yes![0]! + 100 * hits![1]! + 1000 * samples,
  }
  const script = [
    { hits: [1, 0], yes: 1, loss: 0 },
    { hits: [0, 0.25], yes: 3, loss: 0 },
    { hits: [1, 0], yes: 4, loss: 0 },
  ]
  const runner = scriptedRunner(({ program }, index) => (program === 'train' ? script[index]! : script[0]!))
  const events = await trainToEnd(loopOptions({ runner, metrics: ['loss', precision], validationSamples: 4 }))
  const after = events.flatMap((event) => (event.type === 'batchEnd' ? [event.metrics.precision] : []))
  expect(after).toEqual([1 + 4000, 0.25 + 25 + 8000, 0.25 + 25 + 10000])
  expect(epochEnds(events)[0]!.metrics).toEqual({
    loss: 0,
    precision: 0.25 + 25 + 10000,
    val_loss: 0,
    val_precision: 1 + 4000,
  })
})

describe('a gap', () => {
  const gap: Measured = { ...meanOver('gap'), isGap: true }

  test('is validation minus as many training samples, once per epoch', async () => {
    // in each epoch batches of 4 and 2 of validation, then of training
    const means = [10, 20, 1, 3]
    const script = ({ program, size }: Call, index: number) =>
      program === 'train' ? { loss: 0 } : { loss: 0, gap: size * (means[index % 4]! + index) }
    const runner = scriptedRunner(script)
    const options = loopOptions({ runner, metrics: ['loss', gap], epochs: 2, validationSamples: 6 })
    const events = await trainToEnd(options)
    expect(events[0]).toMatchObject({ metrics: ['loss'] })
    for (const event of events) if (event.type === 'batchEnd') expect(event.metrics).toEqual({ loss: 0 })
    // (4 * 10 + 2 * 21) / 6 - (4 * 3 + 2 * 6) / 6; a count that goes on changes neither
    const expected = { loss: 0, val_loss: 0, gap: expect.closeTo((4 * 10 + 2 * 21 - 4 * 3 - 2 * 6) / 6, 12) }
    expect(epochEnds(events).map(({ metrics }) => metrics)).toEqual([expected, expected])
    const { values } = await evaluate(runner, emptyBatches(6, 4), options.metrics, options.signal)
    expect(values).toEqual({ loss: 0 })
  })

  test('that is no number is a divergence', async () => {
    const script = ({ program, size }: Call, index: number) =>
      program === 'train' ? { loss: 0 } : { loss: 0, gap: index === 2 ? Number.NaN : size }
    const options = loopOptions({ runner: scriptedRunner(script), metrics: ['loss', gap], validationSamples: 6 })
    expect(endOf(await trainToEnd(options))).toMatchObject({ reason: 'diverged', divergence: { epoch: 1 } })
  })
})

describe('a plan', () => {
  /** Every other step is an update, after each of which the mean takes the place of the weights. */
  const plan: StepPlan = {
    step: (iterations) => (iterations % 2 === 0 ? ['accumulate'] : ['train', 'average']),
    isUpdate: (iterations) => iterations % 2 === 1,
    end: ['average'],
  }
  const restoring = acting({
    onEpochEnd: () => [{ type: 'keepWeights' }],
    onEnd: () => [{ type: 'restoreWeights' }],
  })

  test('names the programs of each step, the first of which gives the metrics, and the programs at the end', async () => {
    const runner = scriptedRunner(({ program, size }, index) =>
      program === 'average' ? {} : { loss: size * (program === 'train' ? 100 + index : index) },
    )
    const events = await trainToEnd(loopOptions({ runner, plan, epochs: 2 }))
    expect(runner.calls.map(({ program }) => program)).toEqual([
      ...['accumulate', 'train', 'average', 'accumulate'],
      ...['train', 'average', 'accumulate', 'train', 'average'],
      'average',
    ])
    expect(runner.calls.flatMap(({ scalars }) => scalars.iterations ?? [])).toEqual([0, 1, 2, 3, 4, 5])
    expect(epochEnds(events).map(({ metrics }) => metrics.loss)).toEqual([40.2, 61.6])
  })

  test('ends training before callbacks do, as in Keras', async () => {
    const order: string[] = []
    const runner = scriptedRunner(({ program }) => {
      order.push(program)
      return { loss: 1 }
    })
    const write = runner.write.bind(runner)
    runner.write = async (values) => {
      order.push('write')
      await write(values)
    }
    await trainToEnd(loopOptions({ runner, plan, samples: 4, callbacks: [restoring] }))
    expect(order).toEqual(['accumulate', 'average', 'write'])
  })

  test('computes the rate from the count of steps, and gives callbacks the count of updates, as in Keras', async () => {
    const standings: Standing[] = []
    const watching = acting({
      onEpochEnd(_, standing) {
        standings.push(standing)
        return []
      },
    })
    const runner = scriptedRunner(() => ({ loss: 1 }))
    const learningRate = (done: number) => 10 + done
    await trainToEnd(loopOptions({ runner, plan, epochs: 2, learningRate, callbacks: [watching] }))
    expect(runner.calls.flatMap(({ scalars }) => scalars.learning_rate ?? [])).toEqual([10, 11, 12, 13, 14, 15])
    expect(standings).toEqual([
      { learningRate: 13, updates: 1, keys: ['loss'], elapsed: expect.any(Function) },
      { learningRate: 16, updates: 3, keys: ['loss'], elapsed: expect.any(Function) },
    ])
  })

  test('runs nothing at the end if no step ran', async () => {
    const runner = counting()
    await trainToEnd(loopOptions({ runner, plan, signal: AbortSignal.abort() }))
    expect(runner.calls).toEqual([])
  })
})

test('each epoch asks for its own batches', async () => {
  const asked: number[] = []
  const batches = (epoch: number) => {
    asked.push(epoch)
    return emptyBatches(4, 4)
  }
  await trainToEnd(loopOptions({ runner: counting(), epochs: 3, batches }))
  expect(asked).toEqual([1, 2, 3])
})

test('a missing output is an internal error with a message', async () => {
  const runner = scriptedRunner(() => ({ loss: 1 }))
  await expect(trainToEnd(loopOptions({ runner, metrics: ['loss', 'acc'] }))).rejects.toThrow('internal: no output acc')
})

describe('callbacks', () => {
  test('see each epoch before other listeners, and may stop training', async () => {
    const seen: number[] = []
    const stopping = acting({
      onEpochEnd({ epoch }) {
        seen.push(epoch)
        return epoch === 2 ? [{ type: 'stop', reason: 'early_stopping', stopping: { epochs: 1, baseline: null } }] : []
      },
    })
    const events = await trainToEnd(loopOptions({ runner: counting(), epochs: 5, callbacks: [stopping] }))
    expect(seen).toEqual([1, 2])
    expect(epochEnds(events).length).toBe(2)
    expect(endOf(events)).toMatchObject({ reason: 'early_stopping', epochs: 2 })
  })

  test('may keep weights and restore them', async () => {
    const runner = counting()
    const keeping = acting({
      onEpochEnd: ({ epoch }) => (epoch === 1 ? [{ type: 'keepWeights' }] : []),
      onEnd: () => [{ type: 'restoreWeights' }],
      best: () => ({ epoch: 1, monitor: 'loss', value: 1.8 }),
    })
    const events = await trainToEnd(loopOptions({ runner, epochs: 3, callbacks: [keeping] }))
    expect(endOf(events)).toMatchObject({ restored: true, best: { epoch: 1, monitor: 'loss', value: 1.8 } })
    expect(await runner.read()).toEqual({ weight: Float32Array.of(3) })
  })

  test('restore nothing if nothing was kept', async () => {
    const runner = counting()
    const restoring = acting({ onEnd: () => [{ type: 'restoreWeights' }] })
    expect(endOf(await trainToEnd(loopOptions({ runner, callbacks: [restoring] })))).toMatchObject({ restored: false })
    expect(runner.written).toEqual([])
  })
})

describe('an interrupt', () => {
  /** Aborts when the given event comes by. */
  async function interruptAt(when: (event: TrainingEvent) => boolean, rest = {}) {
    const controller = new AbortController()
    const runner = counting()
    const events: TrainingEvent[] = []
    const options = loopOptions({ runner, epochs: 3, validationSamples: 8, signal: controller.signal, ...rest })
    for await (const event of train(options)) {
      events.push(event)
      if (when(event)) controller.abort()
    }
    return { events, runner }
  }

  test('ends training after the step under way', async () => {
    const { events, runner } = await interruptAt(
      (event) => event.type === 'batchEnd' && event.epoch === 2 && event.step === 2,
    )
    expect(endOf(events)).toMatchObject({ reason: 'interrupted', epochs: 1, interruptedAt: { epoch: 2, step: 2 } })
    expect(epochEnds(events).length).toBe(1)
    expect(runner.calls.filter(({ program }) => program === 'train').length).toBe(5)
  })

  test('in the last step of an epoch ends it before validation', async () => {
    const { events, runner } = await interruptAt((event) => event.type === 'batchEnd' && event.step === 3)
    expect(endOf(events)).toMatchObject({ reason: 'interrupted', epochs: 0, interruptedAt: { epoch: 1, step: 3 } })
    expect(runner.calls.filter(({ program }) => program === 'evaluate').length).toBeLessThanOrEqual(1)
  })

  test('between epochs ends training without another epoch', async () => {
    const { events } = await interruptAt((event) => event.type === 'epochEnd')
    expect(types(events).slice(-2)).toEqual(['epochEnd', 'end'])
    expect(endOf(events)).toMatchObject({ reason: 'interrupted', epochs: 1, interruptedAt: { epoch: 2, step: 0 } })
  })

  test('after the last epoch comes too late: training is complete', async () => {
    const { events } = await interruptAt((event) => event.type === 'epochEnd', { epochs: 1 })
    expect(endOf(events)).toMatchObject({ reason: 'completed', epochs: 1, interruptedAt: null })
  })

  test('before the first step does nothing', async () => {
    const { events, runner } = await interruptAt((event) => event.type === 'start')
    expect(runner.calls).toEqual([])
    expect(types(events)).toEqual(['start', 'end'])
    expect(endOf(events)).toMatchObject({ reason: 'interrupted', epochs: 0, interruptedAt: { epoch: 1, step: 0 } })
  })

  test('still restores the best weights', async () => {
    const keeping = acting({
      onEpochEnd: () => [{ type: 'keepWeights' }],
      onEnd: () => [{ type: 'restoreWeights' }],
    })
    const interrupted = (event: TrainingEvent) => event.type === 'batchEnd' && event.epoch === 2 && event.step === 2
    const { events, runner } = await interruptAt(interrupted, { callbacks: [keeping] })
    expect(endOf(events)).toMatchObject({ reason: 'interrupted', restored: true })
    expect(await runner.read()).toEqual({ weight: Float32Array.of(3) })
  })
})

describe('divergence', () => {
  const diverge = async (
    bad: { train?: number; evaluate?: number; value?: number },
    inspect: Record<string, number[]>,
  ) => {
    const { value = Number.NaN } = bad
    const runner = scriptedRunner(({ program, size }, index) => {
      if (program === 'inspect') return inspect
      return { loss: index === bad[program as 'train'] ? value : size, acc: size }
    })
    const events = await trainToEnd(loopOptions({ runner, epochs: 3, validationSamples: 8, metrics: ['loss', 'acc'] }))
    return { events, runner, end: endOf(events) }
  }
  const layers = { dense: [1, 2], relu: [3, Number.POSITIVE_INFINITY], output: [Number.NaN], loss: [Number.NaN] }

  test('ends training at the step, and names the first tensor that went bad', async () => {
    const { end, events, runner } = await diverge({ train: 4 }, layers)
    const divergence = { epoch: 2, step: 2, tensor: 'the output of relu', value: Number.POSITIVE_INFINITY }
    expect(end).toMatchObject({ reason: 'diverged', epochs: 1, divergence })
    expect(types(events).at(-2)).toBe('batchEnd')
    expect(runner.calls.at(-1)).toEqual({ program: 'inspect', size: 4, scalars: { iterations: 4 } })
  })

  test('infinity diverges as NaN does', async () => {
    const { end } = await diverge({ train: 0, value: Number.NEGATIVE_INFINITY }, { loss: [Number.NEGATIVE_INFINITY] })
    const divergence = { epoch: 1, step: 1, tensor: 'loss', value: Number.NEGATIVE_INFINITY }
    expect(end).toMatchObject({ reason: 'diverged', epochs: 0, divergence })
  })

  test('in validation ends training too', async () => {
    const { end, events } = await diverge({ evaluate: 3 }, layers)
    expect(end).toMatchObject({
      reason: 'diverged',
      epochs: 1,
      divergence: { epoch: 2, step: 3, during: 'validation' },
    })
    expect(epochEnds(events).length).toBe(1)
  })

  test('names a weight if a weight is bad', async () => {
    const runner = scriptedRunner(() => ({ loss: Number.NaN }))
    runner.read = async () => ({ 'dense/kernel': Float32Array.of(1, 2), 'dense/bias': Float32Array.of(Number.NaN) })
    const end = endOf(await trainToEnd(loopOptions({ runner })))
    const found = { tensor: 'dense/bias', kind: 'weight', value: Number.NaN }
    expect(end.divergence).toEqual({ epoch: 1, step: 1, during: 'step', updates: 0, ...found })
  })

  test('names the loss if nothing else is found', async () => {
    const { end } = await diverge({ train: 0 }, { dense: [1], loss: [2] })
    expect(end.divergence).toMatchObject({ tensor: 'loss', value: Number.NaN })
  })
})

describe('weights that the last update makes bad', () => {
  /** They are, after so many steps. */
  const runnerOf = (steps: number, value: number) => {
    const runner = counting()
    return Object.assign(runner, {
      read: async () => {
        const done = runner.calls.filter(({ program }) => program === 'train').length
        return { weight: Float32Array.of(done < steps ? 1 : value), 'weight/slot': Float32Array.of(1) }
      },
    })
  }
  const found = { tensor: 'weight', kind: 'weight', during: 'weights' }

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('are found at the end: %d', async (value) => {
    const end = endOf(await trainToEnd(loopOptions({ runner: runnerOf(6, value), epochs: 2 })))
    const divergence = { ...found, epoch: 2, step: 3, value, updates: 6 }
    expect(end).toMatchObject({ reason: 'diverged', epochs: 1, divergence })
  })

  test('are found though validation does not show it', async () => {
    const options = loopOptions({ runner: runnerOf(3, Number.NaN), validationSamples: 4 })
    expect(endOf(await trainToEnd(options))).toMatchObject({ reason: 'diverged', divergence: found })
  })

  test('are not kept by a callback', async () => {
    const events: number[] = []
    const keeping = acting({
      onEpochEnd({ epoch }) {
        events.push(epoch)
        return []
      },
    })
    const options = loopOptions({ runner: runnerOf(6, Number.NaN), epochs: 3, callbacks: [keeping] })
    const divergence = { ...found, epoch: 2, step: 3 }
    expect(endOf(await trainToEnd(options))).toMatchObject({ reason: 'diverged', epochs: 1, divergence })
    expect(events).toEqual([1])
  })

  test('are found when the time is up', async () => {
    const stop: Callback = {
      initial: null,
      onBatchEnd: (state) => ({ state, actions: [{ type: 'stop', reason: 'time_budget' }] }),
    }
    const options = loopOptions({ runner: runnerOf(1, Number.NaN), callbacks: [stop] })
    expect(endOf(await trainToEnd(options))).toMatchObject({ reason: 'diverged', divergence: { step: 1 } })
  })

  test('are only those that are saved', async () => {
    const runner = Object.assign(counting(), {
      read: async () => ({ weight: Float32Array.of(1), 'weight/slot': Float32Array.of(Number.NaN) }),
    })
    expect(endOf(await trainToEnd(loopOptions({ runner })))).toMatchObject({ reason: 'completed' })
  })
})

describe('evaluation', () => {
  const { signal } = new AbortController()

  test('is the mean over samples, without a step of training', async () => {
    const runner = scriptedRunner(({ size }, index) => ({ loss: size * (index + 1), acc: size }))
    const found = await evaluate(runner, emptyBatches(10, 4), [meanOver('loss'), meanOver('acc')], signal)
    expect(found).toEqual({ values: { loss: 1.8, acc: 1 }, bad: null })
    expect(runner.calls.map(({ program, scalars }) => ({ program, scalars }))).toEqual(
      [0, 1, 2].map((iterations) => ({ program: 'evaluate', scalars: { iterations } })),
    )
  })

  test('says so when it is not finite', async () => {
    const runner = scriptedRunner(() => ({ loss: Number.NaN }))
    expect(await evaluate(runner, emptyBatches(4, 4), [meanOver('loss')], signal)).toEqual({
      values: { loss: Number.NaN },
      bad: { tensor: 'loss', kind: 'measure', value: Number.NaN },
    })
  })

  test('stops when asked to', async () => {
    const controller = new AbortController()
    const runner = scriptedRunner(() => {
      controller.abort()
      return { loss: 1 }
    })
    await expect(evaluate(runner, emptyBatches(9, 3), [meanOver('loss')], controller.signal)).rejects.toThrow('aborted')
    expect(runner.calls.length).toBe(1)
  })
})

describe('a pause', () => {
  const pausing = (from?: TrainingState) =>
    trainToEnd(loopOptions({ runner: counting(), epochs: 3, pauseAfter: 2 }), from)

  test('ends training after an epoch, counted from the beginning', async () => {
    const events = await pausing()
    expect(epochEnds(events)).toHaveLength(2)
    expect(endOf(events)).toMatchObject({ reason: 'paused', epochs: 2 })
  })

  test('ends it at once where it has come as far already', async () => {
    for (const step of [0, 1]) {
      const events = await pausing({ ...BEGIN, epoch: 3, step, iterations: 6 + step })
      expect(types(events)).toEqual(['start', 'end'])
      expect(endOf(events).reason).toBe('paused')
    }
  })
})
