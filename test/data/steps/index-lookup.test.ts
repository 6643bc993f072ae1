/** Gaps and values outside the vocabulary. */
import { expect, test } from 'vitest'
import { X } from '../../support/data.js'
import { type ColumnRows, columnRows, learnFrom, make } from '../../support/steps.js'

const words = (...values: (string | null)[]): ColumnRows => ({
  column: { values: 'text' },
  count: values.length,
  values,
})
const numbers = (...values: number[]) => columnRows({ kind: 'integer', shape: [], values })
const gap = Number.NaN

const tokensOf = (learnt: Awaited<ReturnType<typeof learnFrom>>) => (learnt[X]![0]![0] as { tokens: unknown[] }).tokens

test('a gap is a category of its own if training rows have gaps', async () => {
  const learnt = await learnFrom(['StringLookup'], words('b', null, '', 'a', null))
  expect(tokensOf(learnt)).toEqual([null, 'b', 'a', ''])
  const { values, field } = await make(['StringLookup'], words(null, 'a', '', 'new'), learnt)
  expect([...values]).toEqual([1, 3, 4, 0])
  expect(field).toEqual({ shape: [1], dtype: 'int32', divisor: 1, values: 'class', classes: 5 })
})

test('otherwise a gap is outside the vocabulary', async () => {
  const learnt = await learnFrom(['StringLookup'], words('b', 'a'))
  expect([...(await make(['StringLookup'], words(null, 'a'), learnt)).values]).toEqual([0, 2])
})

test('the same of whole numbers', async () => {
  const learnt = await learnFrom(['IntegerLookup'], numbers(3, gap, 3, 2 ** 53 - 1))
  expect(tokensOf(JSON.parse(JSON.stringify(learnt)))).toEqual([3, 2 ** 53 - 1, null])
  expect([...(await make(['IntegerLookup'], numbers(gap, 2 ** 53 - 1, 4), learnt)).values]).toEqual([3, 2, 0])
})

test('without a place for it a value outside the vocabulary is an error with its row', async () => {
  const step = { type: 'StringLookup', num_oov_indices: 0, vocabulary: ['a', 'b'] }
  await expect(make([step], words('a', 'b', 'c', 'a'), { [X]: [[null]] }, 2)).rejects.toThrow(
    'column "x": found "c" in row 3, which the vocabulary lacks; num_oov_indices 1 gives such values a place',
  )
})

test('numbers with a fraction have no place in a vocabulary', async () => {
  const rows = columnRows({ kind: 'float32', shape: [], values: [1, 2, 2.5, 3] })
  await expect(learnFrom(['IntegerLookup'], rows)).rejects.toThrow(
    'column "x": found 2.5 in row 3; must be whole numbers',
  )
})

test('more categories than a vector can have are refused', async () => {
  const rows = numbers(...Array.from({ length: 10_000 }, (_, index) => index))
  const step = { type: 'IntegerLookup', output_mode: 'one_hot' }
  const learnt = await learnFrom([step], rows)
  await expect(make([step], rows, learnt)).rejects.toThrow(
    'column "x": found 10,001 categories, must be at most 10,000 for output_mode "one_hot"',
  )
  expect((await make([{ ...step, output_mode: 'int' }], rows, learnt)).field.classes).toBe(10_001)
})
