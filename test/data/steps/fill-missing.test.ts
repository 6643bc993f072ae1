/** Gaps are filled by what training rows have. */
import { describe, expect, test } from 'vitest'
import { X } from '../../support/data.js'
import { hashes } from '../../support/hashed.js'
import { type ColumnRows, columnRows, type GivenStep, learnFrom, make } from '../../support/steps.js'

const gap = Number.NaN
const pairs = columnRows({ kind: 'float32', shape: [2], values: [1, gap, 2, 8, gap, 6, 6, 6, 2, 10] })

test.each([
  [{ type: 'FillMissing' }, [2.75, 7.5]],
  [{ type: 'FillMissing', strategy: 'median' }, [2, 7]],
  [{ type: 'FillMissing', strategy: 'most_frequent' }, [2, 6]],
  [{ type: 'FillMissing', strategy: 'constant', value: -1 }, [-1, -1]],
])('%j', async (step, [first, second]) => {
  const { values, field } = await make([step], pairs, await learnFrom([step], pairs))
  expect([...values]).toEqual([1, second, 2, 8, first, 6, 6, 6, 2, 10])
  expect(field).toEqual(pairs.column)
})

test.each([1, 2, 3, 100, 101])('the median of %i numbers is exact', async (count) => {
  const numbers = Float32Array.from(hashes('median', count), (hash, at) =>
    at % 7 === 0 ? -0 : (hash - 2 ** 31) * 2 ** ((at % 40) - 50),
  )
  const sorted = numbers.toSorted()
  const wanted = (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2
  const rows: ColumnRows = { ...columnRows({ kind: 'float32', shape: [], values: [] }), count, values: numbers }
  const learnt = await learnFrom([{ type: 'FillMissing', strategy: 'median' }], rows)
  expect(learnt[X]![0]![0]).toEqual({ fills: [wanted] })
})

describe('of texts and whole numbers', () => {
  const fill = async (step: GivenStep, rows: ColumnRows) => {
    const steps = [step, rows.column.values === 'text' ? 'StringLookup' : 'IntegerLookup']
    const [filled, lookup] = (await learnFrom(steps, rows))[X]![0]!
    return { filled, lookup }
  }
  const words: ColumnRows = { column: { values: 'text' }, count: 5, values: ['b', 'a', null, 'a', 'b'] }
  const numbers: ColumnRows = {
    column: { values: 'integer' },
    count: 4,
    values: Float64Array.of(2 ** 40, gap, 3, 2 ** 40),
  }

  test('the most frequent one, of several the smallest', async () => {
    const step = { type: 'FillMissing', strategy: 'most_frequent' }
    expect(await fill(step, words)).toEqual({ filled: { fills: ['a'] }, lookup: { tokens: ['a', 'b'], weights: null } })
    expect(await fill(step, numbers)).toEqual({
      filled: { fills: [2 ** 40] },
      lookup: { tokens: [2 ** 40, 3], weights: null },
    })
  })

  test('a constant', async () => {
    const { lookup } = await fill({ type: 'FillMissing', strategy: 'constant', value: 'none' }, words)
    expect(lookup).toEqual({ tokens: ['b', 'a', 'none'], weights: null })
  })
})

test.each(['mean', 'median', 'most_frequent'])('only gaps have no %s', async (strategy) => {
  const rows = columnRows({ kind: 'float32', shape: [2], values: [1, gap, 2, gap] })
  await expect(learnFrom([{ type: 'FillMissing', strategy }], rows)).rejects.toThrow(
    `column "x": found only gaps in the training rows, so there is no "${strategy}" to fill them with`,
  )
})
