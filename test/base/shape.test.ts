/** Shapes, as numbers and as words. */
import { expect, test } from 'vitest'
import { formatShape, sizeOf, withBatch } from '../../src/base/shape.js'

test('a scalar has one element, and an empty tensor none', () => {
  expect([[], [3], [2, 3, 4], [5, 0]].map(sizeOf)).toEqual([1, 3, 24, 0])
})

test('shapes are written as Keras writes them', () => {
  expect([[], [3], [null, 28, 28], [null]].map(formatShape)).toEqual(['()', '(3,)', '(None, 28, 28)', '(None,)'])
})

test('the batch size fills the unknown dimension', () => {
  expect(withBatch([null, 3], 8)).toEqual([8, 3])
})
