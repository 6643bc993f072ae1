/** Rows of several requests in one step, and the sizes that steps may have. */
import { describe, expect, test } from 'vitest'
import type { Field, Named, Numbers } from '../../src/base/field.js'
import type { Predictor } from '../../src/run/predictor.js'
import { batchSizes } from '../../src/serve/batch-sizes.js'
import { Batcher } from '../../src/serve/batcher.js'

const FIELDS: Named<Field> = { 'x:x': { shape: [2], dtype: 'float32', divisor: 1, values: 'real' } }

/** Answers with the sum of each row, to which `rounding` adds an error by the size of the step. */
function summing(batchSize: number, rounding: (size: number) => number = () => 0) {
  const steps: number[] = []
  const predictor: Predictor = {
    answers: [{ name: 'sum', layer: 'sum', shape: [], squashing: null, classes: null, columns: ['sum'] }],
    batchSize,
    async predict(arrays: Named<Numbers>, count, sizes = [batchSize]) {
      steps.push(count)
      const values = arrays['x:x']!
      if (values.subarray(0, 2 * count).some(Number.isNaN)) throw new Error('not a number')
      const error = rounding(sizes[0]!)
      return { sum: Float32Array.from({ length: count }, (_, row) => values[2 * row]! + values[2 * row + 1]! + error) }
    },
    async dispose() {},
  }
  return { predictor, steps }
}

const row = (value: number) => ({ 'x:x': Float32Array.of(value, value) })

describe('a batcher', () => {
  test('computes the rows that wait in one step, and gives each request its own answers', async () => {
    const { predictor, steps } = summing(64)
    const batcher = new Batcher(predictor, FIELDS, [64])
    const found = await Promise.all(Array.from({ length: 50 }, (_, at) => batcher.predict(row(at), 1)))
    expect(found.map(({ sum }) => sum![0])).toEqual(Array.from({ length: 50 }, (_, at) => 2 * at))
    expect(steps).toEqual([50])
  })

  test('lets a few rows pass many ones, whose answers keep their order', async () => {
    const { predictor, steps } = summing(4)
    const batcher = new Batcher(predictor, FIELDS, [1, 4])
    const order: string[] = []
    const many = batcher.predict({ 'x:x': Float32Array.from({ length: 20 }, (_, at) => at >> 1) }, 10)
    const one = batcher.predict(row(7), 1)
    await Promise.all([many.then(() => order.push('many')), one.then(() => order.push('one'))])
    expect(order).toEqual(['one', 'many'])
    expect([...(await many).sum!]).toEqual(Array.from({ length: 10 }, (_, at) => 2 * at))
    expect(steps).toEqual([4, 4, 3])
  })

  test('copies the arrays, and goes on after a step that fails', async () => {
    const { predictor } = summing(4)
    const batcher = new Batcher(predictor, FIELDS, [4])
    await expect(batcher.predict(row(Number.NaN), 1)).rejects.toThrow('not a number')
    const arrays = row(3)
    const found = batcher.predict(arrays, 1)
    arrays['x:x'].fill(0)
    expect((await found).sum![0]).toBe(6)
  })
})

describe('the sizes of steps', () => {
  test.each([
    ['every size, if all round alike', () => 0, [1, 2, 4, 16, 64, 128], true],
    ['none of a size that rounds differently', (size: number) => (size === 1 ? 1e-3 : 0), [2, 4, 16, 64, 128], true],
    [
      'those that agree, if the whole batch differs',
      (size: number) => (size === 128 ? 1e-3 : 0),
      [1, 2, 4, 16, 64],
      false,
    ],
    ['the whole batch, if all differ', (size: number) => size / 1000, [128], true],
  ])('are %s', async (_, rounding, sizes, areExact) => {
    expect(await batchSizes(summing(128, rounding).predictor, FIELDS)).toEqual({ sizes, areExact })
  })
})
