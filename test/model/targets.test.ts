/** Labels in the forms that losses and metrics take. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { classField, type Field } from '../../src/base/field.js'
import type { DataForm } from '../../src/base/form.js'
import {
  encodeTarget,
  findTarget,
  fittingForm,
  type Target,
  type TargetForm,
  targetForm,
  targetOf,
  targetTensor,
} from '../../src/model/targets.js'
import type { TargetSpec } from '../../src/spec/outputs.js'
import { formOf, X, Y } from '../support/data.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const labels = (classes: number, shape: number[] = []): Target => ({ kind: 'labels', classes, shape })

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
  const form = (output: number[], classes: number, shape: number[] = []) => fittingForm(output, { classes, shape })
  expect(form([10], 10)).toBe('one_hot')
  expect(form([1], 10)).toBe('column')
  expect(form([7], 10)).toBeNull()
  expect(form([2, 5], 10)).toBeNull()
  expect(form([1], 1)).toBe('one_hot')
  expect(form([4, 10], 10, [4])).toBe('one_hot')
  expect(form([4, 1], 10, [4])).toBe('column')
  expect(form([4], 10, [4])).toBe('class_values')
  expect(form([5, 10], 10, [4])).toBeNull()
})

test('a target needs an output that fits it', () => {
  expect(targetForm('one_hot', [10], labels(10))).toBe('one_hot')
  expect(targetForm('class_index', [10], labels(10))).toBe('class_index')
  expect(targetForm('class_index', [7], labels(10))).toBeNull()
  expect(targetForm('fitting', [1], labels(10))).toBe('column')
  expect(targetForm('class_of_vector', [7], labels(10))).toBe('class_index')
  expect(targetForm('class_of_vector', [7, 2], labels(10))).toBeNull()
  expect(targetForm('class_index', [4, 10], labels(10, [4]))).toBe('class_index')
  expect(targetForm('one_hot', [10], labels(10, [4]))).toBeNull()
  expect(targetForm('class_of_vector', [7], labels(10, [4]))).toBeNull()
})

test('a sequence of classes needs an output of enough steps', () => {
  const sequence: Target = { kind: 'sequence', classes: 4, steps: 6 }
  expect(targetForm('class_sequence', [6, 4], sequence)).toBe('class_sequence')
  expect(targetForm('class_sequence', [9, 4], sequence)).toBe('class_sequence')
  expect(targetForm('class_sequence', [5, 4], sequence)).toBeNull()
  expect(targetForm('class_sequence', [6, 5], sequence)).toBeNull()
  expect(targetForm('class_sequence', [4], sequence)).toBeNull()
  expect(targetForm('class_sequence', [2, 6, 4], sequence)).toBeNull()
  expect(targetForm('class_index', [6, 4], sequence)).toBeNull()
  expect(targetForm('fitting', [6, 4], sequence)).toBeNull()
  expect(targetForm('class_sequence', [4], labels(4))).toBeNull()
})

test('a class for each pixel needs an output with an axis more', () => {
  const pixels = labels(3, [4, 5])
  expect(targetForm('class_index', [4, 5, 3], pixels)).toBe('class_index')
  expect(targetForm('one_hot', [4, 5, 3], pixels)).toBe('one_hot')
  expect(targetForm('fitting', [4, 5, 1], pixels)).toBe('column')
  expect(targetForm('class_index', [5, 4, 3], pixels)).toBeNull()
  expect(targetForm('class_index', [3], pixels)).toBeNull()
  expect(targetForm('class_of_vector', [4, 5, 3], pixels)).toBeNull()
})

test('values are compared with an output of as many elements, as that is shaped', () => {
  const values: Target = { kind: 'values', size: 6 }
  expect(targetForm('fitting', [6], values)).toBe('values')
  expect(targetForm('fitting', [2, 3], values)).toBe('values')
  expect(targetForm('one_hot', [6], values)).toBe('values')
  expect(targetForm('fitting', [7], values)).toBeNull()
  expect(targetForm('class_index', [6], values)).toBeNull()
  expect(targetForm('fitting', [1], { kind: 'values', size: 1 })).toBe('values')
  expect(targetForm('one_hot', [1], { kind: 'values', size: 1 })).toBeNull()
  tf.tidy(() => {
    const given = tf.tensor3d([1, 2, 3, 4, 5, 6], [1, 3, 2])
    const target = encodeTarget(given, 'values', [2, 3], values)
    expect(target.shape).toEqual([1, 2, 3])
    expect([...target.dataSync()]).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('the target of an output', () => {
  const form = formOf({ shape: [2], classes: 3 })
  const grouped: TargetSpec = { type: 'grouped_label', groups: [[1], [2, 0]] }
  const find = (spec: TargetSpec, data: DataForm = form) => findTarget(spec, 'price', data)

  test('is the label, its group, or the sample', () => {
    expect(find({ type: 'label' })).toMatchObject({ key: Y, target: labels(3) })
    expect(find(grouped)).toMatchObject({ key: Y, target: labels(2) })
    expect(find({ type: 'input' })).toMatchObject({ key: X, target: { kind: 'values', size: 2 } })
    tf.tidy(() => {
      const values = (spec: TargetSpec) => [
        ...targetTensor(targetOf(spec, 'a', form), tf.tensor1d([2, 1], 'int32')).dataSync(),
      ]
      expect(values({ type: 'label' })).toEqual([2, 1])
      expect(values(grouped)).toEqual([1, 0])
    })
  })

  const numbers: Field = { shape: [], dtype: 'float32', divisor: 1, values: 'real' }
  const several: DataForm = {
    ...form,
    targets: { price: numbers, sold: classField(2), rooms: { ...numbers, shape: [3] } },
  }

  test('is the only one, whatever its kind', () => {
    const priced = { ...form, targets: { cost: numbers } }
    expect(find({ type: 'label' }, priced)).toMatchObject({ key: 'y:cost', target: { kind: 'values', size: 1 } })
  })

  test('of several is the one that is named, or has the name of the layer', () => {
    expect(find({ type: 'field', name: 'sold' }, several)).toMatchObject({ key: 'y:sold', target: labels(2) })
    expect(find({ type: 'field', name: 'rooms' }, several)).toMatchObject({ target: { kind: 'values', size: 3 } })
    expect(find({ type: 'label' }, several)).toMatchObject({ key: 'y:price' })
    expect(findTarget({ type: 'grouped_label', groups: [[0], [1]] }, 'sold', several)).toMatchObject({ key: 'y:sold' })
  })

  test.each<[TargetSpec, DataForm, object]>([
    [
      { type: 'field', name: 'prise' },
      several,
      {
        problem: 'found "prise", which is not a target of test; its targets are "price", "sold", "rooms"',
        nearest: 'price',
      },
    ],
    [
      { type: 'field', name: 'z' },
      form,
      { problem: 'found "z", which is not a target of test; its only target is "y"' },
    ],
    [
      { type: 'field', name: 'toString' },
      form,
      { problem: 'found "toString", which is not a target of test; its only target is "y"' },
    ],
    [{ type: 'label' }, { ...form, targets: {} }, { problem: 'found label, but test has no target' }],
    [
      { type: 'label' },
      { ...form, targets: { y: { ...classField(4), shape: [2, 5], sequenceSteps: 5 } } },
      { problem: 'target "y" has several sequences of classes in each sample, must have one' },
    ],
    [
      grouped,
      { ...form, targets: { y: { ...classField(4), shape: [5], sequenceSteps: 5 } } },
      { problem: 'found grouped_label, but target "y" is not a class' },
    ],
    [grouped, several, { problem: 'found grouped_label, but target "price" is not a class' }],
    [
      { type: 'input' },
      { ...form, inputs: { a: numbers, b: numbers } },
      { problem: 'found input, but the data have 2 inputs, must have one for that' },
    ],
  ])('%j: what is missing', (spec, data, problem) => {
    expect(find(spec, data)).toEqual(problem)
    expect(() => targetOf(spec, 'price', data)).toThrow(/^internal/)
  })

  test('of several is asked for, if no name says which', () => {
    expect(findTarget({ type: 'label' }, 'dense', several)).toEqual({
      problem: 'output "dense" has no target: test has 3, "price", "sold", "rooms"; "target" must name one',
    })
  })
})
