/** A pass visits every row once, in an order that follows from the fields, the number of rows, seed and epoch alone. */
import { describe, expect, test } from 'vitest'
import type { Field } from '../../src/base/field.js'
import { PURPOSE, permutation } from '../../src/base/philox.js'
import { blockRows, shuffled } from '../../src/data/row-order.js'
import type { Run, Table } from '../../src/data/table.js'

/** Rows of a quarter of a MiB, so that four are a block. */
const wide: Field = { shape: [2 ** 16], dtype: 'float32', divisor: 1, values: 'real' }

const tableOf = (count: number, prefetch?: (runs: readonly Run[]) => void): Table => ({
  fields: { wide },
  count,
  read: () => {},
  ...(prefetch && { prefetch }),
})

const order = (count: number, window: number | null, { seed = 1, epoch = 1 } = {}) =>
  [...shuffled(tableOf(count), { seed, epoch, window })].flatMap((rows) => [...rows])

const wholePermutation = (count: number) => [
  ...permutation({ seed: 1, purpose: PURPOSE.shuffle, stream: 0, step: 1 }, count),
]

test('blocks have about a MiB', () => {
  const label: Field = { shape: [], dtype: 'int32', divisor: 1, values: 'class' }
  expect(blockRows({ fields: { wide } })).toBe(4)
  expect(blockRows({ fields: { label } })).toBe(2 ** 18)
  expect(blockRows({ fields: { wide: { ...wide, shape: [2 ** 20] } } })).toBe(1)
})

describe.each([1, 2, 3, 7])('a window of %s blocks', (window) => {
  test.each([0, 1, 4, 5, 30, 41])('visits each of %s rows once', (count) => {
    expect(order(count, window).toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, row) => row))
  })

  test('mixes the rows of as many blocks, and visits blocks in random order', () => {
    const rows = order(40, window)
    const blocks = rows.map((row) => Math.floor(row / 4))
    for (let at = 0; at < 40; at += 4 * window) {
      expect(new Set(blocks.slice(at, at + 4 * window)).size).toBe(Math.min(window, 10 - at / 4))
    }
    expect(blocks).not.toEqual(blocks.toSorted((a, b) => a - b))
  })

  test('has another order for another seed or epoch, and the same for the same', () => {
    const first = order(40, window)
    expect(order(40, window)).toEqual(first)
    expect(order(40, window, { epoch: 2 })).not.toEqual(first)
    expect(order(40, window, { seed: 2 })).not.toEqual(first)
  })
})

test.each([null, 10, 11, 1000])('a window of %s blocks is that of all', (window) => {
  expect(order(40, window)).toEqual(wholePermutation(40))
  expect(order(37, window)).toEqual(wholePermutation(37))
})

test.each([null, 1, 3, 10])('the order from a row on is the end of the whole, with a window of %s blocks', (window) => {
  const whole = order(37, window)
  for (const from of [0, 1, 11, 12, 13, 36, 37]) {
    const rest = [...shuffled(tableOf(37), { seed: 1, epoch: 1, window }, from)].flatMap((rows) => [...rows])
    expect(rest).toEqual(whole.slice(from))
  }
})

test('windows before the first row are not fetched', () => {
  const fetched: number[] = []
  const table = tableOf(40, (runs) => fetched.push(...runs.map(({ from }) => from / 4)))
  const rest = [...shuffled(table, { seed: 1, epoch: 1, window: 2 }, 27)].flatMap((rows) => [...rows])
  expect(rest).toHaveLength(13)
  expect(fetched).toHaveLength(4)
  expect(new Set(rest.map((row) => Math.floor(row / 4)))).toEqual(new Set(fetched))
})

test('the blocks of a window are fetched before it begins', () => {
  const fetched: number[] = []
  const table = tableOf(22, (runs) => {
    for (const { from, count } of runs) for (let row = from; row < from + count; row++) fetched.push(row)
  })
  for (const rows of shuffled(table, { seed: 1, epoch: 1, window: 2 }))
    expect(fetched).toEqual(expect.arrayContaining([...rows]))
  expect(fetched.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 22 }, (_, row) => row))
})
