/** Fields side by side keep the values and the meaning that each has. */
import { describe, expect, test } from 'vitest'
import type { Field, ValueKind } from '../../src/base/field.js'
import { batches } from '../../src/data/batches.js'
import { joinedField } from '../../src/data/join.js'
import { learn, type Plans, TRAINING, tableOf } from '../../src/data/preparation.js'
import { memorySource } from '../../src/data/sources/source.js'
import { BINARIZE } from '../../src/data/steps/binarize.js'
import { storedOf, X } from '../support/data.js'

const field = (values: ValueKind, given: Partial<Field> = {}): Field => ({
  shape: [2],
  dtype: 'float32',
  divisor: 1,
  values,
  ...given,
})
const bytes = { dtype: 'uint8', divisor: 255 } as const

test.each([
  [[field('binary'), field('binary')], field('binary', { shape: [4] })],
  [[field('binary'), field('probability')], field('probability', { shape: [4] })],
  [[field('grey'), field('binary')], field('grey', { shape: [4] })],
  [[field('grey'), field('real')], field('real', { shape: [4] })],
  [[field('class', { dtype: 'int32' }), field('binary')], field('real', { shape: [4] })],
  [[field('grey', bytes), field('grey', { ...bytes, shape: [] })], field('grey', { ...bytes, shape: [3] })],
  [[field('grey', bytes), field('binary', { dtype: 'uint8' })], field('grey', { shape: [4] })],
  [[field('grey', bytes)], field('grey', bytes)],
])('%j', (fields, joined) => expect(joinedField(fields)).toEqual(joined))

const columns = { pixels: field('grey', { ...bytes, shape: [2] }), one: field('grey', { shape: [] }) }
const source = memorySource(columns, 2, { pixels: Uint8Array.of(0, 51, 255, 102), one: Float32Array.of(0.5, 0.25) })
const tableFor = async (plans: Plans) =>
  tableOf(plans, source, TRAINING, await learn(plans, source, { from: 0, to: 2 }))

test('values lose a divisor that others do not have', async () => {
  const { x } = storedOf(
    await tableFor({
      [X]: [
        { column: 'pixels', steps: [] },
        { column: 'one', steps: [] },
      ],
    }),
  )
  expect([...x]).toEqual([0, 0.2, 0.5, 1, 0.4, 0.25].map(Math.fround))
})

describe('values that are drawn', () => {
  const count = 300
  const halves = memorySource({ a: field('grey', { shape: [] }), b: field('grey', { shape: [] }) }, count, {
    a: new Float32Array(count).fill(0.5),
    b: new Float32Array(count).fill(0.5),
  })
  const drawn = async (first: keyof typeof BINARIZE, second: keyof typeof BINARIZE, epoch?: number) => {
    const plans = {
      [X]: [
        { column: 'a', steps: [BINARIZE[first](1)] },
        { column: 'b', steps: [BINARIZE[second](1)] },
      ],
    }
    const learnt = await learn(plans, halves, { from: 0, to: count })
    const rows: number[][] = []
    for await (const { size, arrays } of batches(await tableOf(plans, halves, TRAINING, learnt), {
      batchSize: 7,
      ...(epoch && { epoch }),
    })) {
      for (let row = 0; row < size; row++) rows.push([...arrays[X]!.subarray(2 * row, 2 * row + 2)])
    }
    return { first: rows.map(([value]) => value!), second: rows.map(([, value]) => value!) }
  }
  /** Share of rows in which two columns are the same; about half if they have nothing to do with each other. */
  const share = (one: number[], other: number[]) => one.filter((value, row) => value === other[row]).length / count

  test.each(['sample', 'sample_each_epoch'] as const)('%s draws each column by itself', async (how) => {
    const { first, second } = await drawn(how, how, 1)
    expect(new Set([...first, ...second])).toEqual(new Set([0, 1]))
    expect(Math.abs(share(first, second) - 0.5)).toBeLessThan(0.15)
  })

  test('each epoch anew beside values that stay', async () => {
    const [one, two] = [await drawn('sample_each_epoch', 'sample', 1), await drawn('sample_each_epoch', 'sample', 2)]
    expect(two.second).toEqual(one.second)
    expect(Math.abs(share(one.first, two.first) - 0.5)).toBeLessThan(0.15)
  })
})
