/** Labels in the forms that losses and metrics take. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import {
  encodeTarget,
  fittingForm,
  type Target,
  type TargetForm,
  targetForm,
  targetOf,
  targetTensor,
} from '../../src/model/targets.js'
import type { TargetSpec } from '../../src/spec/outputs.js'
import { formOf } from '../support/data.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const labels = (classes: number): Target => ({ kind: 'labels', classes })

test.each<[TargetForm, number[], string, number[]]>([
  ['one_hot', [2, 3], 'float32', [0, 0, 1, 1, 0, 0]],
  ['column', [2, 1], 'float32', [2, 0]],
  ['class_index', [2], 'int32', [2, 0]],
])('%s', (form, shape, dtype, values) => {
  tf.tidy(() => {
    const target = encodeTarget(tf.tensor1d([2, 0], 'int32'), form, [3], labels(3))
    expect(target.shape).toEqual(shape)
    expect(target.dtype).toBe(dtype)
    expect([...target.dataSync()]).toEqual(values)
  })
})

test('the form of the target follows from the output', () => {
  expect(fittingForm([10], 10)).toBe('one_hot')
  expect(fittingForm([1], 10)).toBe('column')
  expect(fittingForm([7], 10)).toBeNull()
  expect(fittingForm([2, 5], 10)).toBeNull()
  expect(fittingForm([1], 1)).toBe('one_hot')
})

test('a target needs an output that fits it', () => {
  expect(targetForm('one_hot', [10], labels(10))).toBe('one_hot')
  expect(targetForm('class_index', [10], labels(10))).toBe('class_index')
  expect(targetForm('class_index', [7], labels(10))).toBeNull()
  expect(targetForm('fitting', [1], labels(10))).toBe('column')
  expect(targetForm('class_of_vector', [7], labels(10))).toBe('class_index')
  expect(targetForm('class_of_vector', [7, 2], labels(10))).toBeNull()
})

test('values are compared with an output of as many elements, as that is shaped', () => {
  const values: Target = { kind: 'values', size: 6 }
  expect(targetForm('fitting', [6], values)).toBe('values')
  expect(targetForm('fitting', [2, 3], values)).toBe('values')
  expect(targetForm('one_hot', [6], values)).toBe('values')
  expect(targetForm('fitting', [7], values)).toBeNull()
  expect(targetForm('class_index', [6], values)).toBeNull()
  tf.tidy(() => {
    const given = tf.tensor3d([1, 2, 3, 4, 5, 6], [1, 3, 2])
    const target = encodeTarget(given, 'values', [2, 3], values)
    expect(target.shape).toEqual([1, 2, 3])
    expect([...target.dataSync()]).toEqual([1, 2, 3, 4, 5, 6])
  })
})

test('the target of an output is the label, its group, or the sample', () => {
  const form = formOf({ shape: [2], classes: 3 })
  const grouped: TargetSpec = { type: 'grouped_label', groups: [[1], [2, 0]] }
  expect(targetOf({ type: 'label' }, form)).toEqual({ kind: 'labels', classes: 3 })
  expect(targetOf(grouped, form)).toEqual({ kind: 'labels', classes: 2 })
  expect(targetOf({ type: 'input' }, form)).toEqual({ kind: 'values', size: 2 })
  tf.tidy(() => {
    const [x, y] = [tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor1d([2, 1], 'int32')]
    const values = (spec: TargetSpec) => [...targetTensor(spec, x, y, form).dataSync()]
    expect(values({ type: 'label' })).toEqual([2, 1])
    expect(values(grouped)).toEqual([1, 0])
    expect(values({ type: 'input' })).toEqual([1, 2, 3, 4])
  })
})
