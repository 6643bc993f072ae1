/** Columns that say the same as the target. */
import { expect, test } from 'vitest'
import { likeness } from '../../../src/run/look/likeness.js'

const isAlike = (
  values: readonly (string | null)[] | Float32Array,
  target: readonly (string | null)[] | Float32Array,
) => {
  const one = likeness()
  one.see(values, target)
  return one.isAlike()
}

test.each([
  ['codes of classes', ['S', 'V', 'S', 'V'], ['setosa', 'virginica', 'setosa', 'virginica'], true],
  ['numbers of classes', Float32Array.of(7, 8, 7, 8), ['a', 'b', 'a', 'b'], true],
  ['a copy of numbers that all differ', Float32Array.of(1.5, 2.5, 4), Float32Array.of(1.5, 2.5, 4), true],
  ['one code that is wrong', ['S', 'V', 'S', 'S'], ['setosa', 'virginica', 'setosa', 'virginica'], false],
  ['several codes of one class', ['a', 'b', 'c', 'a', 'b', 'c'], ['x', 'x', 'y', 'x', 'x', 'y'], false],
  ['identifiers', ['1', '2', '3', '4'], ['x', 'x', 'y', 'y'], false],
  ['numbers that differ, of a target that differs', Float32Array.of(1, 2, 3), Float32Array.of(4, 6, 9), false],
  ['the same value in every row', ['a', 'a', 'a', 'a'], ['a', 'a', 'a', 'a'], false],
  ['a gap for each row of a class', [null, 'x', null, 'x'], ['no', 'yes', 'no', 'yes'], true],
])('%s', (_, values, target, expected) => expect(isAlike(values, target)).toBe(expected))

test('many different values are compared only for equality', () => {
  const values = Float32Array.from({ length: 4000 }, (_, row) => row % 1500)
  expect(isAlike(values, values)).toBe(true)
  expect(
    isAlike(
      values,
      values.map((value) => value + 1),
    ),
  ).toBe(false)
})
