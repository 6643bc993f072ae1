/** Splits are those of Keras. */
import { expect, test } from 'vitest'
import { trainCount } from '../../src/data/split.js'
import { formOf, splitLast, storedOf, tableOf } from '../support/data.js'

/** `int(math.floor(n * (1 - f)))` in Python, for n and f where rounding matters too. */
test.each([
  [60000, 0.1, 54000],
  [60000, 0.2, 48000],
  [10, 0.3, 7],
  [10, 0.7, 3],
  [100, 0.29, 71],
  [1000, 1 / 3, 666],
  [8000, 0, 8000],
  [5, 0.999, 0],
])('of %s samples by %s leaves %s', (count, fraction, expected) => {
  expect(trainCount(count, fraction)).toBe(expected)
})

test('the last samples validate', () => {
  const labels = Int32Array.from({ length: 10 }, (_, row) => row)
  const { train, validation } = splitLast(
    tableOf(formOf({ shape: [1], classes: 10 }), new Float32Array(10), labels),
    0.3,
  )
  expect([...storedOf(train).y]).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect([...storedOf(validation).y]).toEqual([7, 8, 9])
})
