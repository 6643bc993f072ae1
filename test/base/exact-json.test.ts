/** Numbers that JSON loses are kept. */
import { expect, test } from 'vitest'
import { exactText, exactValue } from '../../src/base/exact-json.js'

test.each([
  [0],
  [-0],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [Number.NEGATIVE_INFINITY],
  [5e-324],
  [0.1 + 0.2],
  [null],
  ['NaN'],
  [{ a: [1, Number.NaN, { b: -0 }], c: true }],
])('%j comes back', (value) => {
  expect(exactValue(exactText(value))).toEqual(value)
})

test('a typed array is a list', () => {
  expect(exactValue(exactText({ sums: Float64Array.of(1, Number.NaN, -0) }))).toEqual({ sums: [1, Number.NaN, -0] })
})
