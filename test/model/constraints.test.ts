/** Constraints give the weights that Keras gives. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { projectionOf } from '../../src/model/constraints.js'
import { constraint } from '../../src/spec/constraints.js'
import { expectClose } from '../support/close.js'
import { kerasFixture } from '../support/keras.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

test.each(kerasFixture('weights').constraints)('$constraint', ({ constraint: given, shape, x, y }) => {
  const project = projectionOf(constraint('').parse(given))!
  tf.tidy(() => {
    const projected = project(tf.tensor(x, [...shape]))
    expect(projected.shape).toEqual(shape)
    expectClose(projected.dataSync(), y, 'weight', { relative: 1e-5, absolute: 1e-7 })
  })
})
