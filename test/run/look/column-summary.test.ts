/** Summaries of columns, and what they keep. */
import { describe, expect, test } from 'vitest'
import { numberField } from '../../../src/data/column.js'
import { limitsFor, moments, summarizer } from '../../../src/run/look/column-summary.js'

const LIMITS = limitsFor(1)
const TEXT = { values: 'text' } as const
const WHOLE = { values: 'integer' } as const

const summaryOf = (
  column: Parameters<typeof summarizer>[0],
  ...pieces: Parameters<ReturnType<typeof summarizer>['see']>[0][]
) => {
  const one = summarizer(column, LIMITS)
  for (const piece of pieces) one.see(piece)
  return one.summary()
}

describe('a column', () => {
  test('of numbers', () => {
    const values = [Float32Array.of(1, 2.5, Number.NaN), Float32Array.of(2.5, 4)]
    expect(summaryOf(numberField, ...values)).toEqual({
      kind: 'number',
      rows: 5,
      gaps: 1,
      distinct: 3,
      all_different: false,
      frequent: [
        { value: '2.5', count: 2 },
        { value: '1', count: 1 },
        { value: '4', count: 1 },
      ],
      numbers: { least: 1, mean: 2.5, deviation: Math.sqrt(9 / 8), largest: 4 },
      histogram: [1, 0, 0, 0, 2, 0, 0, 1],
    })
  })

  test('of text', () => {
    expect(summaryOf(TEXT, ['a', null, 'b', 'a'])).toMatchObject({
      kind: 'text',
      gaps: 1,
      distinct: 2,
      frequent: [
        { value: 'a', count: 2 },
        { value: 'b', count: 1 },
      ],
      numbers: null,
      histogram: [],
    })
  })

  test('of whole numbers, none of which is there twice, is like an identifier', () => {
    const ids = Float64Array.from({ length: 40 }, (_, row) => 2 ** 40 + row)
    expect(summaryOf(WHOLE, ids)).toMatchObject({ kind: 'whole number', all_different: true })
    expect(summaryOf(WHOLE, ids, ids.subarray(0, 1))).toMatchObject({ all_different: false })
    expect(summaryOf(WHOLE, ids.subarray(0, 10))).toMatchObject({ all_different: false })
  })

  test('of measurements is not, even if all differ', () => {
    const values = Float32Array.from({ length: 40 }, (_, row) => row + 0.5)
    expect(summaryOf(numberField, values)).toMatchObject({ kind: 'number', all_different: false })
  })

  test('of arrays', () => {
    const pixels = { shape: [2, 2], dtype: 'uint8', divisor: 255, values: 'grey' } as const
    expect(summaryOf(pixels, Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 255))).toMatchObject({
      kind: 'array',
      rows: 2,
      numbers: { least: 0, mean: 0.25, largest: 1 },
    })
  })

  test('without values', () => {
    expect(summaryOf(numberField, Float32Array.of(Number.NaN))).toMatchObject({ gaps: 1, distinct: 0, numbers: null })
  })

  test('of too many different values counts none', () => {
    const values = Array.from({ length: 1001 }, (_, row) => `v${row}`)
    expect(summaryOf(TEXT, values)).toMatchObject({ distinct: null, frequent: [], all_different: true })
  })
})

test('less is kept of each column if there are many', () => {
  expect(limitsFor(10)).toEqual({ distinct: 1000, compared: 100_000, sampled: 4096 })
  expect(limitsFor(10_000)).toEqual({ distinct: 110, compared: 1000, sampled: 400 })
})

test('mean and deviation of numbers far from 0 are exact', () => {
  const sums = moments(16)
  for (let index = 0; index < 100_000; index++) sums.see(1e9 + (index % 2))
  expect(sums.summary()).toMatchObject({ mean: expect.closeTo(1e9 + 0.5, 6), deviation: expect.closeTo(0.5, 9) })
  expect(sums.histogram().reduce((sum, count) => sum + count)).toBeLessThanOrEqual(16)
})
