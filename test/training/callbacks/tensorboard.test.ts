/** TensorBoard gets the numbers that Keras gives it, under the same names and steps. */
import { expect, test } from 'vitest'
import { batchEnd, epochEnd, playerOf } from '../../support/callbacks.js'

const METRICS = { loss: 0.5, acc: 0.75, val_loss: 0.25, val_acc: 1 }

test('an epoch, with validation', () => {
  expect(playerOf({ type: 'TensorBoard' }).epochEnd(epochEnd(3, METRICS), 42)).toEqual([
    {
      type: 'writeScalars',
      directory: 'logs/validation',
      step: 42,
      scalars: { evaluation_loss_vs_iterations: 0.25, evaluation_acc_vs_iterations: 1 },
    },
    {
      type: 'writeScalars',
      directory: 'logs/train',
      step: 2,
      scalars: { epoch_loss: 0.5, epoch_acc: 0.75, epoch_learning_rate: 0.1 },
    },
    { type: 'writeScalars', directory: 'logs/validation', step: 2, scalars: { epoch_loss: 0.25, epoch_acc: 1 } },
  ])
})

test('an epoch without validation', () => {
  expect(playerOf({ type: 'TensorBoard', log_dir: 'a/b' }).epochEnd(epochEnd(1, { loss: 0.5 }))).toEqual([
    { type: 'writeScalars', directory: 'a/b/train', step: 0, scalars: { epoch_loss: 0.5, epoch_learning_rate: 0.1 } },
  ])
})

test.each([
  ['epoch', undefined],
  ['batch', [1, 2, 3, 4, 5, 6]],
  [4, [4]],
] as const)('update_freq %s', (update_freq, steps) => {
  const callback = playerOf({ type: 'TensorBoard', update_freq })
  const written = [1, 2, 3, 4, 5, 6].flatMap((batch) => {
    const event = batchEnd(batch > 3 ? 2 : 1, batch > 3 ? batch - 3 : batch, { loss: batch })
    return callback.batchEnd(event)
  })
  expect(callback.callback.onBatchEnd === undefined).toBe(steps === undefined)
  expect(written).toEqual(
    (steps ?? []).map((step) => ({
      type: 'writeScalars',
      directory: 'logs/train',
      step,
      scalars: { batch_loss: step },
    })),
  )
})
