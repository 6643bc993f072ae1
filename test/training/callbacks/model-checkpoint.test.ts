/** ModelCheckpoint saves in the same epochs as Keras, under the same names. */
import { describe, expect, test } from 'vitest'
import type { Action } from '../../../src/training/callbacks/callback.js'
import { batchEnd, callbackOf, epochEnd, playerOf } from '../../support/callbacks.js'
import { kerasFixture } from '../../support/keras.js'
import { loopOptions, scriptedRunner, trainToEnd } from '../../support/loop.js'

const { batches, curves, cases } = kerasFixture('model_checkpoint')

describe.each(cases.map((one) => ({ ...one, what: JSON.stringify(one.options) })))('$what', ({ options, ...one }) => {
  test(`as in Keras on ${one.curve}`, () => {
    const callback = playerOf({ type: 'ModelCheckpoint', ...options })
    const saved: [number, string][] = []
    const take = (epoch: number, actions: readonly Action[]) => {
      for (const action of actions) if (action.type === 'saveModel') saved.push([epoch, action.path])
    }
    for (const [index, value] of curves[one.curve]!.entries()) {
      const epoch = index + 1
      for (let batch = 0; batch < batches; batch++) {
        take(epoch, callback.batchEnd(batchEnd(epoch, batch + 1, { loss: value + batch, acc: value })))
      }
      const metrics = { loss: value, acc: value, val_loss: value, val_acc: value }
      take(epoch, callback.epochEnd(epochEnd(epoch, metrics)))
    }
    expect(saved).toEqual(one.saved)
  })
})

test.each(['min', 'max'])('any number is better than NaN: mode %s', (mode) => {
  const saved = (values: readonly number[], more: object = {}) => {
    const options = { filepath: '{epoch}', save_best_only: true, monitor: 'val_loss', mode, ...more }
    const callback = playerOf({ type: 'ModelCheckpoint', ...options })
    return values.flatMap((value, index) =>
      callback.epochEnd(epochEnd(index + 1, { val_loss: value })).map((action) => 'path' in action && action.path),
    )
  }
  expect(saved([Number.NaN, 1, Number.NaN, mode === 'min' ? 0.5 : 2])).toEqual(['2', '4'])
  expect(saved([Number.NaN, 1], { initial_value_threshold: mode === 'min' ? 2 : 0 })).toEqual(['2'])
  expect(saved([Number.NaN, Number.NaN])).toEqual([])
})

test('within an epoch it uses the batches so far', () => {
  const options = { filepath: '{batch}', save_freq: 1, save_best_only: true, monitor: 'loss' }
  const callback = playerOf({ type: 'ModelCheckpoint', ...options })
  const paths = [3, 4, 2, 2, 1].flatMap((loss, index) =>
    callback.batchEnd(batchEnd(1, index + 1, { loss })).map((action) => action.type === 'saveModel' && action.path),
  )
  expect(paths).toEqual(['1', '3', '5'])
})

test('the loop passes the weights of that moment', async () => {
  const written: unknown[] = []
  const files = {
    async write(action: Action, state: () => Promise<unknown>) {
      written.push([action, await state()])
    },
  }
  const runner = scriptedRunner(({ size }) => ({ loss: size }))
  const callbacks = [callbackOf({ type: 'ModelCheckpoint', filepath: '{epoch}', save_weights_only: true })]
  await trainToEnd(loopOptions({ runner, callbacks, files, epochs: 2, samples: 8, batchSize: 4 }))
  expect(written).toEqual([
    [{ type: 'saveModel', path: '1', weightsOnly: true }, { weight: Float32Array.of(2) }],
    [{ type: 'saveModel', path: '2', weightsOnly: true }, { weight: Float32Array.of(4) }],
  ])
})
