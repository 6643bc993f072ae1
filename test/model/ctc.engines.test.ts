/** Connectionist temporal classification: losses and gradients are those of Keras, on every engine. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { ctc } from '../../src/model/ctc.js'
import { lossFor, lossOfBatch } from '../../src/model/losses.js'
import { buildModel } from '../../src/model/model.js'
import { expectClose, largestMagnitude } from '../support/close.js'
import { expectGradient } from '../support/gradients.js'
import { kerasFixture } from '../support/keras.js'
import { expectOnEveryEngine, some } from '../support/kernels.js'
import { resolveLoss, resolveModel } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()
buildModel(resolveModel([{ type: 'Dense', units: 1 }]), { x: [1] }, 0) // brings tfjs' gradients

const { cases } = kerasFixture('ctc')
const loss = lossFor(resolveLoss('CTC'), [4, 3])

describe.each(cases)('$name', ({ y_true, y_true_shape, y_pred, y_pred_shape, ...expected }) => {
  const [batch] = y_pred_shape as [number]
  /** Probabilities of classes, whose logarithms are rounded as numbers of the size of the loss are. */
  const tolerance = { relative: 1e-5, absolute: (4e-7 * Math.max(5, largestMagnitude(expected.values))) / batch }
  const labels = () => tf.tensor2d(y_true, y_true_shape as [number, number], 'int32')

  test('is as in Keras', () => {
    tf.tidy(() => {
      const output = tf.tensor(y_pred, y_pred_shape)
      const mean = (output: tf.Tensor, weights?: tf.Tensor) =>
        tf.div(lossOfBatch(loss, labels(), { output }, weights), batch)
      const closely = { relative: 2e-6 }
      expectClose(loss.values(labels(), { output }).dataSync(), expected.values, 'values', closely)
      expectClose(mean(output).dataSync(), [expected.mean], 'mean', closely)
      expectClose(mean(output, tf.tensor1d(expected.weights)).dataSync(), [expected.weighted], 'with weights', closely)
    })
  })

  test('is as in Keras on every engine', async () => {
    const gradient = (labels: tf.Tensor) => tf.grad((output: tf.Tensor) => tf.mean(ctc(labels, output)))
    await expectOnEveryEngine(
      ({ numbers, output }) => {
        const labels = tf.cast(numbers!, 'int32')
        return { values: ctc(labels, output!), gradient: gradient(labels)(output!) }
      },
      { output: { shape: y_pred_shape, values: y_pred }, numbers: { shape: y_true_shape, values: y_true } },
      {
        expected: { values: expected.values, gradient: expected.gradient },
        tolerance,
      },
    )
    const found = tf.tidy(() => gradient(labels())(tf.tensor(y_pred, y_pred_shape)).dataSync())
    expectClose(found, expected.gradient, 'gradient', tolerance)
  })
})

test('the gradient is the slope', () => {
  const labels = tf.tensor2d([1, 1, 0, 2, 1, 2], [2, 3], 'int32')
  expectGradient((output) => ctc(labels, output), some([2, 5, 3]).values, [2, 5, 3], 'ctc')
  labels.dispose()
})

test('a loss is -log of the share of paths that give the sequence', () => {
  tf.tidy(() => {
    // "a" in three steps of two equally probable classes: a--, -a-, --a, aa-, -aa, aaa of eight
    const [found] = ctc(tf.tensor2d([[1]], [1, 1], 'int32'), tf.zeros([1, 3, 2])).dataSync()
    expect(found).toBeCloseTo(-Math.log(6 / 8), 6)
  })
})

test('logits that are far apart keep their digits', () => {
  tf.tidy(() => {
    const [steps, classes] = [200, 3]
    // one class after another, each for two steps: the only likely path
    const labels = Int32Array.from({ length: steps / 2 }, (_, at) => 1 + (at % 2))
    const target = tf.tensor2d(labels, [1, labels.length], 'int32')
    const sum = (output: tf.Tensor) => tf.sum(ctc(target, output))
    const logits = (value: (label: number, step: number) => number) =>
      tf.tensor3d(
        Array.from({ length: steps * classes }, (_, at) => value(at % classes, Math.floor(at / classes))),
        [1, steps, classes],
      )
    const right = logits((label, step) => (label === labels[step >> 1] ? 900 : 0))
    expect(sum(right).dataSync()[0]).toBe(0)
    // the blank at every step: each class costs 900, at any step
    const wrong = logits((label) => (label === 0 ? 900 : 0))
    const expected = labels.length * 900 - logOfChoices(steps, labels.length)
    expectClose(sum(wrong).dataSync(), [expected], 'loss', { relative: 1e-6, absolute: 0 })
    const gradient = tf.grad(sum)(wrong).dataSync()
    // one distribution less another
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThanOrEqual(1.00001)
    const ofSteps = Array.from({ length: steps }, (_, step) => gradient.slice(3 * step, 3 * step + 3))
    for (const [a, b, c] of ofSteps) expect(a! + b! + c!).toBeCloseTo(0, 5)
  })
})

/** Logarithm of the number of ways to choose some of these. */
function logOfChoices(of: number, chosen: number): number {
  let sum = 0
  for (let at = 1; at <= chosen; at++) sum += Math.log((of - chosen + at) / at)
  return sum
}

test('a sequence that does not fit into the steps has a huge loss, and a finite gradient', () => {
  tf.tidy(() => {
    const target = tf.tensor2d([1, 1], [1, 2], 'int32')
    const sum = (output: tf.Tensor) => tf.sum(ctc(target, output))
    const output = tf.tensor3d([1, 2, 3, 4], [1, 2, 2])
    expect(sum(output).dataSync()[0]).toBeGreaterThan(1e29)
    expect(tf.grad(sum)(output).dataSync().every(Number.isFinite)).toBe(true)
  })
})
