/** Splits are those of Keras. A pass has every sample once, in an order given by seed and epoch. */
import { describe, expect, test } from 'vitest'
import { checkSplit, warnOfSplit } from '../../src/data/check-split.js'
import {
  type BatchOptions,
  batches,
  flattened,
  type Samples,
  splitSamples,
  trainCount,
} from '../../src/data/dataset.js'
import { dataInfo } from '../../src/data/registry.js'
import { resolveData, resolveSpec } from '../support/spec.js'

/** Sample `i` is two bytes and a label that all tell `i`. */
const samplesOf = (count: number): Samples => ({
  count,
  x: Uint8Array.from({ length: 2 * count }, (_, index) => (index % 2 === 0 ? index / 2 : 100 + (index - 1) / 2)),
  y: Uint8Array.from({ length: count }, (_, index) => index),
})

async function visit(samples: Samples, pass: BatchOptions) {
  const seen: number[] = []
  const sizes: number[] = []
  for await (const { size, arrays } of batches(samples, pass)) {
    expect(arrays.x.length).toBe(2 * size)
    expect(arrays.y.length).toBe(size)
    for (let row = 0; row < size; row++) {
      const label = arrays.y[row]!
      expect([...arrays.x.subarray(2 * row, 2 * row + 2)]).toEqual([label, 100 + label])
      seen.push(label)
    }
    sizes.push(size)
  }
  return { seen, sizes }
}
const all = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('validation_split', () => {
  /** `int(math.floor(n * (1 - f)))` in Python, for n and f where rounding matters too. */
  test.each([
    [60000, 0.1, 54000],
    [60000, 0.2, 48000],
    [10, 0.3, 7],
    [10, 0.7, 3],
    [100, 0.29, 71],
    [1000, 1 / 3, 666],
    [8000, 0, 8000],
    [5, 0.999, 0],
  ])('of %s samples by %s leaves %s', (count, fraction, expected) => {
    expect(trainCount(count, fraction)).toBe(expected)
  })

  test('takes the last samples, before any shuffling', async () => {
    const { train, validation } = splitSamples(samplesOf(10), 0.3)
    expect((await visit(train, { batchSize: 4 })).seen).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect((await visit(validation, { batchSize: 4 })).seen).toEqual([7, 8, 9])
    expect(train.x.buffer).toBe(validation.x.buffer) // views, not copies
  })

  const info = dataInfo(resolveData('mnist-10k'))
  const check = (validation_split: number) => {
    const { fit } = resolveSpec({ layers: ['Flatten'], fit: { validation_split } })
    return checkSplit(fit, info).map(({ message }) => message)
  }
  test('must leave samples on both sides', () => {
    expect([0, 0.1, 0.5, 0.9998].flatMap(check)).toEqual([])
    expect(check(0.99999)).toEqual(['found 0.99999, which leaves none of the 8000 samples of mnist-10k to train on'])
    expect(check(1e-17)).toEqual(['found 1e-17, which leaves none of the 8000 samples of mnist-10k to validate on'])
  })
})

describe('a pass', () => {
  test.each([1, 3, 4, 10, 11])('in batches of %s shows each sample once', async (batchSize) => {
    const { seen, sizes } = await visit(samplesOf(10), { batchSize, shuffle: { seed: 1, epoch: 1 } })
    expect(seen.toSorted((a, b) => a - b)).toEqual(all(10))
    expect(sizes.slice(0, -1).every((size) => size === batchSize)).toBe(true)
    expect(sizes.at(-1)).toBe(10 % batchSize || batchSize)
  })

  test('without shuffling goes in order', async () => {
    expect((await visit(samplesOf(7), { batchSize: 3 })).seen).toEqual(all(7))
  })

  test('over no samples has no batches', async () => {
    expect((await visit(samplesOf(0), { batchSize: 3, shuffle: { seed: 1, epoch: 1 } })).sizes).toEqual([])
  })

  test('has the same order for the same seed and epoch, whatever the batch size, and another for others', async () => {
    const order = async (seed: number, epoch: number, batchSize = 8) =>
      (await visit(samplesOf(50), { batchSize, shuffle: { seed, epoch } })).seen
    const first = await order(1, 1)
    expect(first).not.toEqual(all(50))
    expect(await order(1, 1)).toEqual(first)
    expect(await order(1, 1, 13)).toEqual(first)
    expect(await order(1, 2)).not.toEqual(first)
    expect(await order(2, 1)).not.toEqual(first)
  })

  test('leaves the samples as they are', async () => {
    const samples = samplesOf(20)
    await visit(samples, { batchSize: 6, shuffle: { seed: 1, epoch: 1 } })
    expect(samples).toEqual(samplesOf(20))
  })
})

test('flattening makes a row of each sample', () => {
  const info = dataInfo(resolveData('mnist'))
  expect(flattened(info)).toEqual({ ...info, sampleShape: [784] })
})

describe('a split of sorted labels', () => {
  const warned = (fraction: number, ...labels: number[]) => {
    const samples = { count: labels.length, x: new Uint8Array(labels.length), y: Uint8Array.from(labels) }
    const { fit } = resolveSpec({ layers: ['Flatten'], fit: { validation_split: fraction } })
    return warnOfSplit(fit, samples).map(({ message }) => message)
  }

  test.each([
    ['on both sides', [2, 0, 1, 2, 0, 1], 0.5, []],
    ['in training alone', [2, 0, 1, 0, 1, 0], 0.5, ['found 0.5, which leaves no sample of class 2 to validate on']],
    [
      'on one side each',
      [0, 0, 1, 1, 2, 2],
      0.5,
      ['found 0.5, which leaves no sample of class 2 to train on and no sample of class 0 to validate on'],
    ],
    ['without validation', [0, 0, 1, 1], 0, []],
    [
      'of many classes',
      [...Array(20).keys()],
      0.5,
      [
        'found 0.5, which leaves no sample of classes 10, 11, 12, 13, 14, 15, 16, 17 and 2 more to train on and no sample of classes 0, 1, 2, 3, 4, 5, 6, 7 and 2 more to validate on',
      ],
    ],
  ])('%s', (_, labels, fraction, messages) => expect(warned(fraction, ...labels)).toEqual(messages))
})
