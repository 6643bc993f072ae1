/** LearningRateScheduler sets the rate at the start of an epoch, from a table or a schedule. */
import { expect, test } from 'vitest'
import { callbackOf } from '../../support/callbacks.js'
import { loopOptions, scriptedRunner, trainToEnd } from '../../support/loop.js'

async function ratesOf(spec: object) {
  const runner = scriptedRunner(({ size }) => ({ loss: size }))
  const callbacks = [callbackOf({ type: 'LearningRateScheduler', ...spec })]
  const events = await trainToEnd(loopOptions({ runner, callbacks, epochs: 5, samples: 8, batchSize: 4 }))
  const told = events.flatMap((event) => (event.type === 'epochEnd' ? [event.learningRate] : []))
  const used = runner.calls.map(({ scalars }) => scalars.learning_rate!)
  expect(used).toEqual(told.flatMap((rate) => [rate, rate]))
  return told
}

test('by a table, from its epochs on; before them the rate is that of the optimizer', async () => {
  expect(await ratesOf({ rates: { 1: 0.25, 3: 0.125 } })).toEqual([0.5, 0.25, 0.25, 0.125, 0.125])
})

test('from the first epoch', async () => {
  expect(await ratesOf({ rates: { 0: 0 } })).toEqual([0, 0, 0, 0, 0])
})

test('by a schedule, whose steps are epochs', async () => {
  const schedule = { type: 'ExponentialDecay', initial_learning_rate: 1, decay_rate: 0.5, decay_steps: 1 }
  expect(await ratesOf({ schedule })).toEqual([1, 0.5, 0.25, 0.125, 0.0625])
})
