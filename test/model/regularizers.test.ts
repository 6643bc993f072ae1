/** Regularizers and their gradients are those of Keras. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { buildModel } from '../../src/model/model.js'
import { penaltyOf } from '../../src/model/regularizers.js'
import { regularizer } from '../../src/spec/regularizers.js'
import { expectClose } from '../support/close.js'
import { expectGradient } from '../support/gradients.js'
import { kerasFixture } from '../support/keras.js'
import { resolveModel } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()
buildModel(resolveModel([{ type: 'Dense', units: 1 }]), { x: [1] }, 0) // brings tfjs' gradients

test.each(kerasFixture('weights').regularizers)('$regularizer', ({ regularizer: given, shape, x, value, gradient }) => {
  const penalty = penaltyOf(regularizer('').parse(given))!
  tf.tidy(() => {
    const tensor = tf.tensor(x, [...shape])
    expectClose(penalty(tensor).dataSync(), [value], 'value', { relative: 1e-5 })
    const found = tf
      .grad((x) => penalty(x))(tensor)
      .dataSync()
    expectClose(found, gradient, 'gradient', { relative: 1e-4, absolute: 1e-6 })
  })
})

test('a matrix of one row is at right angles to nothing', () => {
  const penalty = penaltyOf({ type: 'OrthogonalRegularizer', factor: 1, mode: 'rows' })!
  expect(tf.tidy(() => penalty(tf.tensor2d([[1, 2]])).dataSync()[0])).toBe(0)
})

test('norms of 0 divide nothing', () => {
  const penalty = penaltyOf({ type: 'OrthogonalRegularizer', factor: 1, mode: 'rows' })!
  expect(tf.tidy(() => penalty(tf.zeros([2, 3])).dataSync()[0])).toBe(0)
  expectGradient((x) => tf.reshape(penalty(x), [1]), [1, 2, 3, 4, -5, 6], [2, 3], 'two rows')
})
