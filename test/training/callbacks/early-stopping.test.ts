/** EarlyStopping stops in the epoch in which Keras does, with the same weights. */
import { describe, expect, test } from 'vitest'
import { betterOf } from '../../../src/spec/metrics.js'
import { earlyStopping } from '../../../src/training/callbacks/early-stopping.js'
import type { EndEvent } from '../../../src/training/events.js'
import { epochEnd, Player } from '../../support/callbacks.js'
import { kerasFixture, type StoppingOptions } from '../../support/keras.js'
import { loopOptions, scriptedRunner, trainToEnd } from '../../support/loop.js'
import { resolveMetric } from '../../support/spec.js'

const { defaults, curves, cases } = kerasFixture('early_stopping')

/** Keras' `auto`: by the metric that is watched. */
const direction = (monitor: string): 'min' | 'max' =>
  betterOf(monitor, monitor.endsWith('loss') ? [] : [resolveMetric(monitor.replace(/^val_/, ''))])!

const resolve = (options: Partial<StoppingOptions>) => {
  const all = { ...defaults, ...options }
  return { ...all, mode: all.mode === 'auto' ? direction(all.monitor) : all.mode }
}

/** Runs the callback by hand; the weights of an epoch are its number, from 0. */
function stopAt(options: Partial<StoppingOptions>, values: readonly (number | null)[]) {
  const callback = new Player(earlyStopping(resolve(options)))
  let weights = -1
  let kept: number | null = null
  let stoppedEpoch: number | null = null
  let epoch = 0
  for (; epoch < values.length && stoppedEpoch === null; epoch++) {
    weights = epoch
    const value = values[epoch]!
    const metrics = value === null ? {} : { [resolve(options).monitor]: value }
    const event = { type: 'epochEnd', epoch: epoch + 1, metrics, learningRate: 0, seconds: 0 } as const
    for (const action of callback.epochEnd(event)) {
      if (action.type === 'keepWeights') kept = weights
      if (action.type === 'stop') stoppedEpoch = epoch
    }
  }
  for (const action of callback.end()) if (action.type === 'restoreWeights') weights = kept!
  return { stoppedEpoch, epochsRun: epoch, best: callback.best(), kept, weights }
}

/** In Keras a first NaN is the best for good. */
const beginsWithNaN = ({ options, curve }: (typeof cases)[number]) =>
  Number.isNaN(curves[curve]![options.start_from_epoch ?? 0])

const alike = cases.filter((one) => !beginsWithNaN(one)).map((one) => ({ ...one, what: JSON.stringify(one.options) }))

describe.each(alike)('$what', (one) => {
  test(`stops as in Keras on ${one.curve}`, () => {
    const found = stopAt(one.options, curves[one.curve]!)
    expect(found.stoppedEpoch).toBe(one.stopped_epoch)
    expect(found.epochsRun).toBe(one.epochs_run)
    expect(found.best?.value ?? null).toBe(one.best)
    if (found.best) expect(found.best.epoch - 1).toBe(one.best_epoch)
    expect(found.kept).toBe(one.restored_epoch)
    expect(found.weights).toBe(one.final_weights_epoch)
  })
})

test.each<[Partial<StoppingOptions>, number[], object]>([
  [{ patience: 2 }, [1, 0.5, 0.6, 0.7], { epochs: 2, baseline: null }],
  [{ patience: 2, baseline: 0.1 }, [1, 0.9, 0.8, 0.85], { epochs: 4, baseline: 0.1 }],
  [{ patience: 1, baseline: 0.95 }, [1, 0.9, 0.8, 0.85], { epochs: 1, baseline: null }],
  [{ patience: 1, baseline: 5, mode: 'max' }, [1, 2, 2], { epochs: 3, baseline: 5 }],
])('says what it waited for: %j of %j', (options, values, stopping) => {
  const callback = new Player(earlyStopping(resolve(options)))
  const actions = values.flatMap((val_loss, index) => callback.epochEnd(epochEnd(index + 1, { val_loss })))
  expect(actions).toEqual([{ type: 'stop', reason: 'early_stopping', stopping }])
})

test.each(
  [0, 1, 3].flatMap((patience) =>
    [0, 2].flatMap((start_from_epoch) => [null, 0.5].map((baseline) => ({ patience, start_from_epoch, baseline }))),
  ),
)('foretells the earliest stop, which comes if nothing improves: %j', (options) => {
  for (const improving of [0, 1, 2, 4]) {
    const callback = new Player(earlyStopping(resolve(options)))
    let epoch = 1
    for (; epoch <= improving; epoch++) callback.epochEnd(epochEnd(epoch, { val_loss: 10 - epoch }))
    const foretold = callback.earliestStop(epoch)!
    let more = 0
    while (callback.epochEnd(epochEnd(epoch + more++, { val_loss: 10 })).every(({ type }) => type !== 'stop'));
    expect({ improving, epochs: more }).toEqual({ improving, epochs: foretold })
  }
})

describe('NaN', () => {
  test.each([
    ['min', [Number.NaN, Number.NaN, 0.9, 0.8, 0.85, 0.9]],
    ['max', [Number.NaN, Number.NaN, 0.1, 0.2, 0.15, 0.1]],
  ] as const)('is worse than any number, and no epoch of it counts before the first: mode %s', (mode, values) => {
    const options = { monitor: 'val_loss', mode, patience: 2, restore_best_weights: true }
    expect(stopAt(options, values)).toMatchObject({ stoppedEpoch: 5, best: { epoch: 4 }, kept: 3, weights: 3 })
  })

  test.each([{}, { patience: 2, restore_best_weights: true }, { baseline: 0.5 }, { start_from_epoch: 1 }])(
    'throughout stops nothing, and nothing is best: %j',
    (options) => {
      const found = stopAt(options, [Number.NaN, Number.NaN, Number.NaN, Number.NaN])
      expect(found).toEqual({ stoppedEpoch: null, epochsRun: 4, best: null, kept: null, weights: 3 })
    },
  )

  test('after a number is no improvement', () => {
    expect(stopAt({ patience: 2 }, [1, Number.NaN, Number.NaN])).toMatchObject({ stoppedEpoch: 2, best: { epoch: 1 } })
  })
})

describe('in the training loop', () => {
  const losses = [0.9, 0.5, 0.7, 0.8, 0.1]
  const run = async (options: Partial<StoppingOptions>) => {
    const runner = scriptedRunner(({ program, size }, index) => ({
      loss: size * (program === 'train' ? 1 : losses[index]!),
    }))
    const callbacks = [earlyStopping(resolve(options))]
    const events = await trainToEnd(
      loopOptions({ runner, callbacks, epochs: 5, samples: 4, batchSize: 4, validationSamples: 4 }),
    )
    return { end: events.at(-1) as EndEvent, weight: (await runner.read()).weight![0] }
  }

  test('the weights of the best epoch are restored when patience ends', async () => {
    const { end, weight } = await run({ patience: 2, restore_best_weights: true })
    const best = { epoch: 2, monitor: 'val_loss', value: expect.closeTo(0.5) }
    expect(end).toMatchObject({ reason: 'early_stopping', epochs: 4, best, restored: true })
    expect(weight).toBe(2)
  })

  test('without restore_best_weights the last weights stay', async () => {
    const { end, weight } = await run({ patience: 2 })
    expect(end).toMatchObject({ reason: 'early_stopping', epochs: 4, best: { epoch: 2 }, restored: false })
    expect(weight).toBe(4)
  })

  test('the weights are also restored when all epochs are done', async () => {
    const { end, weight } = await run({
      patience: 9,
      monitor: 'val_loss',
      start_from_epoch: 2,
      restore_best_weights: true,
    })
    expect(end).toMatchObject({ reason: 'completed', epochs: 5, best: { epoch: 5 }, restored: true })
    expect(weight).toBe(5)
  })

  test('nothing is restored if no epoch was compared', async () => {
    const { end, weight } = await run({ start_from_epoch: 50, restore_best_weights: true })
    expect(end).toMatchObject({ reason: 'completed', epochs: 5, best: null, restored: false })
    expect(weight).toBe(5)
  })
})
