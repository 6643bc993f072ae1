/** Losses and their gradients are Keras'. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { LOSSES } from '../../src/model/losses.js'
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

describe('gradients are the slopes', () => {
  const targets = { fitting: [1, 0, 0, 0, 1, 0], one_hot: [1, 0, 0, 0, 1, 0], class_index: [0, 1], column: [] }
  test.each(lossTypes)('%s', (loss) => {
    const target = targetOf(loss, targets[LOSSES[loss].target], [2, 3])
    const prediction = [0.3, 0.5, 0.2, 0.25, 0.35, 0.7]
    expectGradient((p) => LOSSES[loss].perSample(target, p), prediction, [2, 3], loss)
    target.dispose()
  })
})
