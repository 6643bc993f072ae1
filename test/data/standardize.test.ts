/** Elements get mean 0 and variance 1 over the training samples. Test samples get the same transformation. */
import { expect, test } from 'vitest'
import type { Dataset } from '../../src/data/dataset.js'
import { dataInfo, loadData } from '../../src/data/registry.js'
import { standardized } from '../../src/data/standardize.js'
import { resolveData } from '../support/spec.js'

test('by hand', () => {
  const dataset: Dataset = {
    info: {
      ...{ name: 'two', sampleShape: [2], divisor: 255, values: 'grey', classes: 1 },
      ...{ trainSamples: 4, testSamples: 1 },
    },
    // an element of mean 4 and deviation 2, and one that never changes
    train: { count: 4, x: Uint8Array.of(2, 7, 6, 7, 2, 7, 6, 7), y: new Uint8Array(4) },
    test: { count: 1, x: Uint8Array.of(9, 8), y: new Uint8Array(1) },
  }
  const { info, train, test: tested } = standardized(dataset)
  expect(info).toEqual({ ...dataset.info, divisor: 1, values: 'real' })
  expect([...train.x]).toEqual([-1, 0, 1, 0, -1, 0, 1, 0])
  expect([...tested.x]).toEqual([2.5, 0])
})

test('digits', async () => {
  const data = resolveData({ dataset: 'mnist-10k', standardize: true })
  const { info, train } = await loadData(data, 0)
  expect(info).toEqual(dataInfo(data))
  for (const pixel of [0, 400]) {
    const values = Array.from({ length: train.count }, (_, row) => train.x[row * 784 + pixel]!)
    const mean = values.reduce((sum, value) => sum + value) / train.count
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / train.count
    expect(mean).toBeCloseTo(0, 5)
    expect(variance).toBeCloseTo(pixel === 0 ? 0 : 1, 5)
  }
})
