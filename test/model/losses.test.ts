/** Losses and their gradients are those of Keras. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { ACTIVATION_FUNCTIONS } from '../../src/model/activations.js'
import { type Loss, lossFor, lossOfBatch } from '../../src/model/losses.js'
import type { ActivationName } from '../../src/spec/activations.js'
import type { LossSpec } from '../../src/spec/spec.js'
import { expectClose } from '../support/close.js'
import { expectGradient } from '../support/gradients.js'
import { kerasFixture } from '../support/keras.js'
import { lossTypes, resolveLoss, rowLossTypes } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const { cases } = kerasFixture('losses')
const { cases: settings } = kerasFixture('loss_settings')

const ofClasses = ({ target }: Loss) => target === 'class_index' || target === 'class_of_vector'

/** Targets as the loss wants them: class indices are int32, and have no axis of length 1 at their end. */
function targetOf(loss: Loss, values: readonly number[], shape: readonly number[], rank: number): tf.Tensor {
  if (ofClasses(loss)) return tf.tensor([...values], shape.slice(0, rank - 1), 'int32')
  return tf.tensor([...values], [...shape], 'float32')
}

test('every loss has fixtures', () => {
  // `crossentropy` is one of the others; `ctc` has a file of its own
  const known = [...cases, ...settings].map(({ loss }) => loss)
  expect(new Set([...known, 'crossentropy', 'ctc'])).toEqual(new Set(lossTypes))
})

test.each(cases)('$loss of $name is as in Keras', (given) => {
  const { y_true, y_true_shape, y_pred, y_pred_shape, per_sample, at_kinks } = given
  const loss = lossFor(resolveLoss(given.loss), y_pred_shape.slice(1))
  tf.tidy(() => {
    const target = targetOf(loss, y_true, y_true_shape, y_pred_shape.length)
    const prediction = tf.tensor(y_pred, y_pred_shape, 'float32')
    const values = loss.values(target, { output: prediction })
    expect(values.shape).toEqual([y_pred_shape[0]])
    expectClose(values.dataSync(), per_sample, 'loss of a sample', { relative: 2e-6 })
    const mean = (output: tf.Tensor) => tf.div(lossOfBatch(loss, target, { output }), y_pred_shape[0]!)
    const gradient = tf.grad(mean)(prediction).dataSync()
    const smooth = (values: ArrayLike<number>) => Array.from(values).filter((_, index) => !at_kinks.includes(index))
    expectClose(smooth(gradient), smooth(given.gradient), 'gradient', { relative: 1e-5 })
  })
})

test.each(settings)('$loss with $settings is as in Keras', (given) => {
  const { y_true, y_true_shape, y_pred, y_pred_shape, values, mean, weights, weighted } = given
  const loss = lossFor(resolveLoss({ type: given.loss, ...given.settings }), y_pred_shape.slice(1))
  expect(loss.problem).toBeUndefined()
  tf.tidy(() => {
    const target = targetOf(loss, y_true, y_true_shape, y_pred_shape.length)
    const output = tf.tensor(y_pred, y_pred_shape, 'float32')
    const batch = y_pred_shape[0]!
    const closely = { relative: 1e-5, absolute: 1e-6 }
    expectClose(loss.values(target, { output }).dataSync(), [values].flat(), 'values', closely)
    expectClose(tf.div(lossOfBatch(loss, target, { output }), batch).dataSync(), [mean], 'mean', closely)
    const weighing = lossOfBatch(loss, target, { output }, tf.tensor1d(weights))
    expectClose(tf.div(weighing, batch).dataSync(), [weighted], 'mean with weights', closely)
    const of = (prediction: tf.Tensor) => tf.div(lossOfBatch(loss, target, { output: prediction }), batch)
    const defined = (numbers: ArrayLike<number>) =>
      Array.from(numbers).filter((_, index) => !given.undefined.includes(index))
    const largest = Math.max(...given.gradient.map(Math.abs))
    const gradient = tf
      .grad(of as (x: tf.Tensor) => tf.Scalar)(output)
      .dataSync()
    expectClose(defined(gradient), defined(given.gradient), 'gradient', {
      relative: 1e-5,
      absolute: 2e-6 * largest,
    })
  })
})

/** Two samples of three outputs, away from every kink; a target for them by what a loss wants. */
const OUTPUTS = [0.3, 0.5, 0.2, 0.25, 0.35, 0.7]
const targetFor = (loss: Loss) =>
  ofClasses(loss) ? tf.tensor1d([0, 1], 'int32') : tf.tensor2d([1, 0, 0, 0, 1, 0], [2, 3])

test.each(rowLossTypes)('the gradient of %s is its slope', (type) => {
  const loss = lossFor(resolveLoss(type), [3])
  // a share of a target of 0 is too large for differences
  const target = type === 'mean_absolute_percentage_error' ? tf.tensor2d([1, 2, 3, -1, 2, 1], [2, 3]) : targetFor(loss)
  expectGradient((output) => loss.values(target, { output }), OUTPUTS, [2, 3], type)
  target.dispose()
})

describe.each<{ type: LossSpec['type']; activation: ActivationName }>([
  { type: 'categorical_crossentropy', activation: 'softmax' },
  { type: 'sparse_categorical_crossentropy', activation: 'softmax' },
  { type: 'crossentropy', activation: 'softmax' },
  { type: 'binary_crossentropy', activation: 'sigmoid' },
  { type: 'binary_focal_crossentropy', activation: 'sigmoid' },
])('$type from what $activation is made of', ({ type, activation }) => {
  const loss = lossFor(resolveLoss(type), [3])
  const predict = (value: tf.Tensor) => ({
    output: ACTIVATION_FUNCTIONS[activation].apply(value),
    logits: { value, activation },
  })
  const direct = (target: tf.Tensor, logits: tf.Tensor) => loss.values(target, predict(logits))

  test('is that of the probabilities, if those are exact', () => {
    tf.tidy(() => {
      const target = targetFor(loss)
      const logits = tf.tensor2d([0.3, -1.5, 2, 0.25, 4, -0.7], [2, 3])
      const viaOutput = loss.values(target, { output: ACTIVATION_FUNCTIONS[activation].apply(logits) })
      expectClose(direct(target, logits).dataSync(), viaOutput.dataSync(), type, { relative: 1e-5 })
    })
  })

  test('has its slope as gradient', () => {
    const target = targetFor(loss)
    expectGradient((logits) => direct(target, logits), [0.3, -1.5, 2, 0.25, 4, -0.7], [2, 3], type)
    target.dispose()
  })

  test('stays exact where a probability rounds to 0 or 1', () => {
    tf.tidy(() => {
      const target = targetFor(loss)
      const logits = tf.tensor2d([-80, 90, 90, -70, 60, -50], [2, 3])
      const [wrong, right] = direct(target, logits).dataSync()
      expect(wrong).toBeGreaterThan(50)
      expect(wrong).toBeLessThan(200)
      expect(right).toBeGreaterThanOrEqual(0)
      expect(right).toBeLessThan(1e-20)
    })
  })
})

test('a loss uses the output if the last activation is another one, or none', () => {
  tf.tidy(() => {
    const target = tf.tensor2d([1, 0], [1, 2])
    const output = tf.tensor2d([0.25, 0.75], [1, 2])
    const value = tf.tensor2d([9, -9], [1, 2])
    const loss = lossFor(resolveLoss('categorical_crossentropy'), [2])
    for (const logits of [undefined, { value, activation: 'tanh' as const }]) {
      const [found] = loss.values(target, { output, ...(logits && { logits }) }).dataSync()
      expect(found).toBeCloseTo(-Math.log(0.25), 5)
    }
  })
})

test('crossentropy is binary for one output, else sparse categorical', () => {
  expect(lossFor(resolveLoss('ce'), [1]).target).toBe('fitting')
  expect(lossFor(resolveLoss('ce'), [4]).target).toBe('class_index')
})

test('circle is finite for a sample that is far from its class or alone in the batch', () => {
  tf.tidy(() => {
    const loss = lossFor(resolveLoss('circle'), [2])
    const labels = tf.tensor1d([0, 1, 2], 'int32')
    const output = tf.tensor2d([1, 0, -1, 0, 0, 1], [3, 2])
    const sum = (embeddings: tf.Tensor) => lossOfBatch(loss, labels, { output: embeddings }) as tf.Scalar
    expect(sum(output).dataSync()[0]).toBe(0)
    expect([...tf.grad(sum)(output).dataSync()]).toEqual([0, 0, 0, 0, 0, 0])
  })
})
