/** Rows beside those that are augmented are read from their source as seldom as possible. */
import { expect, test } from 'vitest'
import { otherRows } from '../../../src/data/augment/training-rows.js'
import { nothingLearnt } from '../../../src/data/preparation.js'
import type { Source } from '../../../src/data/sources/source.js'
import { readRows } from '../../../src/data/table.js'
import { X } from '../../support/data.js'
import { columnRows, plansOf, sourceOf } from '../../support/steps.js'

const ROWS = columnRows({ kind: 'float32', shape: [2], values: [0, 1, 10, 11, 20, 21, 30, 31, 40, 41] })

/** A source that counts how often its rows are read. */
function counted() {
  const source = sourceOf(ROWS, 2)
  let passes = 0
  const counting: Source = {
    ...source,
    rows(...only) {
      passes++
      return source.rows(...only)
    },
  }
  const plans = plansOf([])
  return { filling: { plans, learnt: nothingLearnt(plans), source: counting }, passes: () => passes }
}

test('several sets take one pass', async () => {
  const { filling, passes } = counted()
  const tables = await otherRows(filling, [Uint32Array.of(1, 4), { from: 2, to: 4 }, new Uint32Array()])
  const values = tables.map((table) => Array.from(readRows(table, 0, table.count, null)[X]!))
  expect(values).toEqual([[10, 11, 40, 41], [20, 21, 30, 31], []])
  expect(passes()).toBe(1)
})

test('no rows take none', async () => {
  const { filling, passes } = counted()
  const tables = await otherRows(filling, [{ from: 5, to: 5 }, new Uint32Array()])
  expect(tables.map(({ count }) => count)).toEqual([0, 0])
  expect(passes()).toBe(0)
})
