/** Steps prepare data sets that come with the program, and learn from their training samples alone. */
import { expect, test } from 'vitest'
import { inputKey } from '../../src/base/form.js'
import { loadData } from '../../src/data/load.js'
import { elementMeans, storedRows, type Table } from '../../src/data/table.js'
import { resolveData } from '../support/spec.js'

const X = inputKey('x')

const momentsOf = (table: Table) => {
  const means = elementMeans(table, X)
  const squares = new Float64Array(means.length)
  for (const values of storedRows(table, X)) {
    for (const [at, value] of values.entries()) squares[at % means.length]! += value ** 2 / table.count
  }
  return { means, variances: squares.map((square, at) => square - means[at]! ** 2) }
}

test('ZCA whitening of digits', async () => {
  const data = resolveData({ dataset: 'digits', flatten: true, steps: [{ type: 'ZCAWhitening', epsilon: 0.1 }] })
  const { train, test, form } = await loadData({ data, seed: 0, fit: { validation_split: 0.1 } })
  expect(form.inputs.x).toEqual({ shape: [64], dtype: 'float32', divisor: 1, values: 'real' })
  const { means, variances } = momentsOf(train)
  expect(Math.max(...means.map(Math.abs))).toBeLessThan(1e-4)
  // pixels that hardly change stay below 1
  expect(Math.max(...variances)).toBeLessThan(1.0001)
  expect(variances.filter((variance) => variance > 0.9).length).toBeGreaterThan(40)
  expect(Math.max(...momentsOf(test).means.map(Math.abs))).toBeLessThan(0.5)
})

test('steps come after "flatten", "standardize" and "binarize"', async () => {
  const data = resolveData({
    dataset: 'digits',
    flatten: true,
    binarize: 'threshold',
    steps: [{ type: 'Rescaling', scale: 2, offset: -1 }],
  })
  const { train } = await loadData({ data, seed: 0, fit: { validation_split: 0 } })
  const found = new Set<number>()
  for (const values of storedRows(train, X)) for (const value of values) found.add(value)
  expect(found).toEqual(new Set([-1, 1]))
})
