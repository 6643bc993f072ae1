/** Losses and their gradients are Keras'. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { ACTIVATIONS } from '../../src/model/activations.js'
import { LOSSES, lossPerSample } from '../../src/model/losses.js'
import type { ActivationName } from '../../src/spec/activations.js'
import type { LossSpec } from '../../src/spec/spec.js'
import { expectClose } from '../support/close.js'
import { expectGradient } from '../support/gradients.js'
import { kerasFixture } from '../support/keras.js'
import { lossTypes } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const { cases } = kerasFixture('losses')

/** Targets as the loss wants them: class indices are (batch) and int32. */
function targetOf(loss: LossSpec['type'], values: readonly number[], shape: readonly number[]): tf.Tensor {
  if (LOSSES[loss].target === 'class_index') return tf.tensor1d([...values], 'int32')
  return tf.tensor([...values], [...shape], 'float32')
}

test('every loss has fixtures', () => {
  expect(new Set(cases.map(({ loss }) => loss))).toEqual(new Set(lossTypes))
})

test.each(cases)('$loss of $name is as in Keras', (given) => {
  const { loss, y_true, y_true_shape, y_pred, y_pred_shape, per_sample, at_kinks } = given
  tf.tidy(() => {
    const target = targetOf(loss, y_true, y_true_shape)
    const prediction = tf.tensor(y_pred, y_pred_shape, 'float32')
    const perSample = LOSSES[loss].perSample(target, prediction)
    expect(perSample.shape).toEqual([y_pred_shape[0]])
    expectClose(perSample.dataSync(), per_sample, 'loss of a sample', { relative: 2e-6 })
    const mean = (p: tf.Tensor) => tf.mean(LOSSES[loss].perSample(target, p))
    const gradient = tf.grad(mean)(prediction).dataSync()
    const smooth = (values: ArrayLike<number>) => Array.from(values).filter((_, index) => !at_kinks.includes(index))
    expectClose(smooth(gradient), smooth(given.gradient), 'gradient', { relative: 1e-5 })
  })
})

const targets = { fitting: [1, 0, 0, 0, 1, 0], one_hot: [1, 0, 0, 0, 1, 0], class_index: [0, 1], column: [] }

test.each(lossTypes)('the gradient of %s is its slope', (loss) => {
  const target = targetOf(loss, targets[LOSSES[loss].target], [2, 3])
  expectGradient((p) => LOSSES[loss].perSample(target, p), [0.3, 0.5, 0.2, 0.25, 0.35, 0.7], [2, 3], loss)
  target.dispose()
})

const fromLogits = lossTypes.flatMap((loss) =>
  Object.keys(LOSSES[loss].fromLogits ?? {}).map((activation) => ({ loss, activation: activation as ActivationName })),
)
describe.each(fromLogits)('$loss from what $activation is made of', ({ loss, activation }) => {
  const predict = (value: tf.Tensor) => ({
    output: ACTIVATIONS[activation].apply(value),
    logits: { value, activation },
  })
  const direct = (target: tf.Tensor, logits: tf.Tensor) => lossPerSample(LOSSES[loss], target, predict(logits))

  test('is that of the probabilities, where those are exact', () => {
    tf.tidy(() => {
      const target = targetOf(loss, targets[LOSSES[loss].target], [2, 3])
      const logits = tf.tensor2d([0.3, -1.5, 2, 0.25, 4, -0.7], [2, 3])
      const viaOutput = LOSSES[loss].perSample(target, ACTIVATIONS[activation].apply(logits))
      expectClose(direct(target, logits).dataSync(), viaOutput.dataSync(), loss, { relative: 1e-5 })
    })
  })

  test('has the gradient that is its slope', () => {
    const target = targetOf(loss, targets[LOSSES[loss].target], [2, 3])
    expectGradient((logits) => direct(target, logits), [0.3, -1.5, 2, 0.25, 4, -0.7], [2, 3], loss)
    target.dispose()
  })

  test('stays exact where a probability rounds to 0 or 1', () => {
    tf.tidy(() => {
      const target = targetOf(loss, targets[LOSSES[loss].target], [2, 3])
      const logits = tf.tensor2d([-80, 90, 90, -70, 60, -50], [2, 3])
      const [wrong, right] = direct(target, logits).dataSync()
      expect(wrong).toBeGreaterThan(50)
      expect(wrong).toBeLessThan(200)
      expect(right).toBeGreaterThanOrEqual(0)
      expect(right).toBeLessThan(1e-20)
    })
  })
})

test('a loss takes the output where the last step is another activation, or none', () => {
  tf.tidy(() => {
    const target = tf.tensor2d([1, 0], [1, 2])
    const output = tf.tensor2d([0.25, 0.75], [1, 2])
    const value = tf.tensor2d([9, -9], [1, 2])
    const loss = LOSSES.categorical_crossentropy
    for (const logits of [undefined, { value, activation: 'tanh' as const }]) {
      const [found] = lossPerSample(loss, target, { output, ...(logits && { logits }) }).dataSync()
      expect(found).toBeCloseTo(-Math.log(0.25), 5)
    }
  })
})
