/** ReduceLROnPlateau lowers the rate in the same epochs as Keras, by the same amount. */
import { describe, expect, test } from 'vitest'
import { callbackOf, epochEnd, playerOf } from '../../support/callbacks.js'
import { kerasFixture } from '../../support/keras.js'
import { loopOptions, scriptedRunner, trainToEnd } from '../../support/loop.js'

const { curves, cases } = kerasFixture('reduce_lr_on_plateau')

describe.each(cases.map((one) => ({ ...one, what: JSON.stringify(one.options) })))('$what', ({ options, ...one }) => {
  test(`as in Keras on ${one.curve}`, () => {
    const callback = playerOf({ type: 'ReduceLROnPlateau', ...options })
    let rate = 0.1
    const rates = curves[one.curve]!.map((value, index) => {
      const metrics = value === null ? {} : { [options.monitor ?? 'val_loss']: value }
      for (const action of callback.epochEnd(epochEnd(index + 1, metrics, rate))) {
        if (action.type === 'setLearningRate') rate = action.value
      }
      return rate
    })
    for (const [index, expected] of one.rates.entries()) expect(rates[index]! / expected).toBeCloseTo(1, 6)
  })
})

test.each(['min', 'max'])(
  'NaN before the first number does not lower the rate, and any number is better: mode %s',
  (mode) => {
    const loweredAt = (values: readonly number[]) => {
      const callback = playerOf({ type: 'ReduceLROnPlateau', patience: 2, mode })
      return values.flatMap((value, index) =>
        callback.epochEnd(epochEnd(index + 1, { val_loss: value })).length > 0 ? [index + 1] : [],
      )
    }
    const { NaN: none } = Number
    expect(loweredAt([none, none, none, none])).toEqual([])
    expect(loweredAt([none, none, none, 1, 1, none])).toEqual([6])
    expect(loweredAt([none, none, 1, mode === 'min' ? 0.5 : 2, none, none])).toEqual([6])
  },
)

test('in the loop the next epoch has the new rate, and an epoch reports the rate that it used', async () => {
  const runner = scriptedRunner(({ size }) => ({ loss: size }))
  const callbacks = [callbackOf({ type: 'ReduceLROnPlateau', monitor: 'loss', patience: 1, factor: 0.5 })]
  const events = await trainToEnd(loopOptions({ runner, callbacks, epochs: 4, samples: 4, batchSize: 4 }))
  expect(runner.calls.map(({ scalars }) => scalars.learning_rate)).toEqual([0.5, 0.5, 0.25, 0.125])
  const told = events.flatMap((event) => (event.type === 'epochEnd' ? [event.learningRate] : []))
  expect(told).toEqual([0.5, 0.5, 0.25, 0.125])
})

test('two callbacks lower it twice', async () => {
  const runner = scriptedRunner(({ size }) => ({ loss: size }))
  const plateau = () => callbackOf({ type: 'ReduceLROnPlateau', monitor: 'loss', patience: 1, factor: 0.5 })
  const callbacks = [plateau(), plateau()]
  await trainToEnd(loopOptions({ runner, callbacks, epochs: 3, samples: 4, batchSize: 4 }))
  expect(runner.calls.map(({ scalars }) => scalars.learning_rate)).toEqual([0.5, 0.5, 0.125])
})
