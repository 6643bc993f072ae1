/** Elements get mean 0 and variance 1 over the training rows; other rows are treated as these were. */
import { expect, test } from 'vitest'
import { loadData } from '../../../src/data/load.js'
import { learn, tableOf } from '../../../src/data/preparation.js'
import { memorySource } from '../../../src/data/sources/source.js'
import { standardize } from '../../../src/data/steps/standardize.js'
import { storedOf, X, Y } from '../../support/data.js'
import { resolveData } from '../../support/spec.js'

test('by hand', async () => {
  const x = { shape: [2], dtype: 'uint8', divisor: 255, values: 'grey' } as const
  const y = { shape: [], dtype: 'int32', divisor: 1, values: 'class', classes: 1 } as const
  const sourceOf = (...values: number[]) =>
    memorySource({ x, y }, values.length / 2, { x: Uint8Array.from(values), y: new Int32Array(values.length / 2) })
  const plans = { [X]: [{ column: 'x', steps: [standardize] }], [Y]: [{ column: 'y', steps: [] }] }
  // an element of mean 4 and deviation 2, and one that never changes
  const train = sourceOf(2, 7, 6, 7, 2, 7, 6, 7)
  const learnt = await learn(plans, train, { from: 0, to: 4 })
  const table = await tableOf(plans, train, 0, learnt)
  expect(table.fields[X]).toEqual({ shape: [2], dtype: 'float32', divisor: 1, values: 'real' })
  expect([...storedOf(table).x]).toEqual([-1, 0, 1, 0, -1, 0, 1, 0])
  expect([...storedOf(await tableOf(plans, sourceOf(9, 8), 1, learnt)).x]).toEqual([2.5, 0])
})

test('digits: those for validation teach nothing', async () => {
  const data = resolveData({ dataset: 'digits', standardize: true })
  const { form, train, validation } = await loadData({ data, seed: 0, fit: { validation_split: 0.5 } })
  expect(form.inputs.x).toEqual({ shape: [8, 8], dtype: 'float32', divisor: 1, values: 'real' })
  const { x } = storedOf(train)
  const momentsOf = (of: typeof x, pixel: number, count: number) => {
    const values = Array.from({ length: count }, (_, row) => of[row * 64 + pixel]!)
    const mean = values.reduce((sum, value) => sum + value) / count
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count]
  }
  for (const pixel of [0, 20, 43]) {
    const [mean, variance] = momentsOf(x, pixel, train.count)
    expect(mean).toBeCloseTo(0, 5)
    expect(variance).toBeCloseTo(pixel === 0 ? 0 : 1, 5)
  }
  const [mean, variance] = momentsOf(storedOf(validation).x, 20, validation.count)
  expect(Math.abs(mean!)).toBeGreaterThan(1e-3)
  expect(Math.abs(variance! - 1)).toBeGreaterThan(1e-3)
})
