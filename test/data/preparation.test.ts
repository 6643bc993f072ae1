/** Steps learn from training rows alone, and the size of a source's chunks changes nothing. */
import { describe, expect, test } from 'vitest'
import type { Field } from '../../src/base/field.js'
import { fieldsOf, learn, type Plans, tableOf } from '../../src/data/preparation.js'
import { memorySource, type Source } from '../../src/data/sources/source.js'
import { flatten } from '../../src/data/steps/flatten.js'
import { standardize } from '../../src/data/steps/standardize.js'
import type { Step } from '../../src/data/steps/step.js'
import { storedOf, X, Y } from '../support/data.js'

const pair: Field = { shape: [2, 1], dtype: 'float32', divisor: 1, values: 'real' }
const label: Field = { shape: [], dtype: 'int32', divisor: 1, values: 'class', classes: 2 }
const values = Float32Array.of(1, 9, 3, 9, 5, 9, 1e6, -1e6)
const source = memorySource({ pair, label }, 4, { pair: values, label: Int32Array.of(0, 1, 0, 1) })

/** The same rows, some at a time. */
const inChunks = (rows: number): Source => ({
  ...source,
  *rows() {
    for (let from = 0; from < source.count; from += rows) {
      const count = Math.min(rows, source.count - from)
      const columns = {
        pair: values.slice(2 * from, 2 * (from + count)),
        label: Int32Array.of(0, 1, 0, 1).slice(from, from + count),
      }
      yield { from, count, columns }
    }
  },
})

const plans: Plans = {
  [X]: [{ column: 'pair', steps: [flatten, standardize] }],
  [Y]: [{ column: 'label', steps: [] }],
}
const learntOf = (from: Source) => learn(plans, from, { from: 0, to: 3 })

test('rows that are not for training teach nothing', async () => {
  const [, moments] = (await learntOf(source))[X]![0]!
  expect(moments).toEqual({ means: [3, 9], variances: [8 / 3, 0] })
})

test.each([1, 2, 3])('chunks of %s rows give the same', async (rows) => {
  const [whole, cut] = [await learntOf(source), await learntOf(inChunks(rows))]
  expect(cut).toEqual(whole)
  expect(storedOf(await tableOf(plans, inChunks(rows), 0, cut))).toEqual(
    storedOf(await tableOf(plans, source, 0, whole)),
  )
})

test('fields are what the steps make of columns', async () => {
  const { [X]: x, [Y]: y } = fieldsOf(plans, source.columns, await learntOf(source))
  expect(x).toEqual({ shape: [2], dtype: 'float32', divisor: 1, values: 'real' })
  expect(y).toEqual(label)
})

test('without a step values are those of the source, not a copy', async () => {
  const plain = { [X]: [{ column: 'pair', steps: [] }], [Y]: [{ column: 'label', steps: [] }] }
  const table = await tableOf(plain, source, 0, await learn(plain, source, { from: 0, to: 4 }))
  expect(storedOf(table).x).toEqual(values)
  const before = values[0]!
  values[0] = 42
  expect(storedOf(table).x[0]).toBe(42)
  values[0] = before
})

describe('several parts of a field', () => {
  const twice: Step<null> = {
    column: (given) => given,
    apply: (values) => (values as Float32Array).map((value) => 2 * value),
  }
  const joined: Plans = {
    [X]: [
      { column: 'pair', steps: [flatten] },
      { column: 'label', steps: [twice] },
    ],
  }

  test.each([1, 4])('lie side by side in a row, in chunks of %s rows', async (rows) => {
    const learnt = await learn(joined, source, { from: 0, to: 4 })
    const table = await tableOf(joined, inChunks(rows), 0, learnt)
    expect(table.fields[X]).toEqual({ shape: [3], dtype: 'float32', divisor: 1, values: 'real' })
    expect([...storedOf(table).x]).toEqual([1, 9, 0, 3, 9, 2, 5, 9, 0, 1e6, -1e6, 2])
  })
})

test('a step that learns sees what the steps before it make', async () => {
  const shifted: Step<null> = {
    column: (given) => given,
    apply: (values) => (values as Float32Array).map((value) => value + 1),
  }
  const chain: Plans = { [X]: [{ column: 'pair', steps: [standardize, shifted, standardize] }] }
  const [first, nothing, second] = (await learn(chain, source, { from: 0, to: 3 }))[X]![0]!
  expect(first).toEqual({ means: [3, 9], variances: [8 / 3, 0] })
  expect(nothing).toBeNull()
  expect(second).toMatchObject({ means: [expect.closeTo(1, 6), 1], variances: [expect.closeTo(1, 6), 0] })
})
