/** Balanced weights of classes are those of scikit-learn, of rows that are counted. */
import { expect, test } from 'vitest'
import { classCounts, classWeightsOf } from '../../src/run/class-weights.js'
import { formOf, tableOf, Y } from '../support/data.js'

const balanced = (...counts: number[]) => classWeightsOf({ class_weight: 'balanced' }, () => counts)

test('compute_class_weight("balanced", classes=[0, 1, 2], y=[0] * 6 + [1] * 3 + [2])', () => {
  expect(balanced(6, 3, 1)).toEqual({ 0: 10 / 18, 1: 10 / 9, 2: 10 / 3 })
})

test('a class without rows is left out, because scikit-learn does not see it', () => {
  expect(balanced(6, 0, 2)).toEqual({ 0: 8 / 12, 2: 2 })
})

test('given weights stay as they are', () => {
  expect(classWeightsOf({ class_weight: { 1: 3 } }, () => [1, 1])).toEqual({ 1: 3 })
  expect(classWeightsOf({ class_weight: null }, () => [1, 1])).toBeNull()
})

test('rows are counted by class', () => {
  const table = tableOf(formOf({ shape: [], classes: 4 }), new Float32Array(5), Int32Array.of(2, 0, 2, 3, 2))
  expect([...classCounts(table, Y, 4)]).toEqual([1, 0, 3, 1])
})
