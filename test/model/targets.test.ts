/** Labels in the forms that losses and metrics take. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { encodeTarget, fittingForm, type TargetForm, targetForm } from '../../src/model/targets.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

test.each<[TargetForm, number[], string, number[]]>([
  ['one_hot', [2, 3], 'float32', [0, 0, 1, 1, 0, 0]],
  ['column', [2, 1], 'float32', [2, 0]],
  ['class_index', [2], 'int32', [2, 0]],
])('%s', (form, shape, dtype, values) => {
  tf.tidy(() => {
    const target = encodeTarget(tf.tensor1d([2, 0], 'int32'), form, 3)
    expect(target.shape).toEqual(shape)
    expect(target.dtype).toBe(dtype)
    expect([...target.dataSync()]).toEqual(values)
  })
})

test('the form that fits follows the output', () => {
  expect(fittingForm([10], 10)).toBe('one_hot')
  expect(fittingForm([1], 10)).toBe('column')
  expect(fittingForm([7], 10)).toBeNull()
  expect(fittingForm([2, 5], 10)).toBeNull()
  expect(fittingForm([1], 1)).toBe('one_hot')
})

test('what is asked for needs an output that suits it', () => {
  expect(targetForm('one_hot', [10], 10)).toBe('one_hot')
  expect(targetForm('class_index', [10], 10)).toBe('class_index')
  expect(targetForm('class_index', [7], 10)).toBeNull()
  expect(targetForm('fitting', [1], 10)).toBe('column')
  expect(targetForm('class_of_vector', [7], 10)).toBe('class_index')
  expect(targetForm('class_of_vector', [7, 2], 10)).toBeNull()
})
