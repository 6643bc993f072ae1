/** Grey values become 0 and 1 as in the spec, the same ones for the same seed. */
import { describe, expect, test } from 'vitest'
import { type Binarization, binarized, binarizedInfo } from '../../src/data/binarize.js'
import { type BatchOptions, batches, type Dataset, type Samples, splitSamples } from '../../src/data/dataset.js'
import { dataInfo } from '../../src/data/registry.js'
import { BINARIZATIONS } from '../../src/spec/data.js'
import { readText } from '../support/read-spec.js'
import { resolveData } from '../support/spec.js'

const WIDTH = 27
const COUNT = 400
/** Every sample has the same greys, in any order, as bytes or as numbers; its label tells which it is. */
const greys = Array.from({ length: WIDTH }, (_, index) => Math.round((index / (WIDTH - 1)) * 255))
const samplesOf = (kind: 'bytes' | 'floats', count = COUNT): Samples => {
  const values = Array.from({ length: count }, () => greys).flat()
  return {
    count,
    x: kind === 'bytes' ? Uint8Array.from(values) : Float32Array.from(values, (value) => value / 255),
    y: Uint8Array.from({ length: count }, (_, index) => index),
  }
}
const datasetOf = (kind: 'bytes' | 'floats'): Dataset => ({
  info: {
    ...{ name: 'greys', sampleShape: [WIDTH], divisor: kind === 'bytes' ? 255 : 1, values: 'grey', classes: 256 },
    ...{ trainSamples: COUNT, testSamples: COUNT / 2 },
  },
  train: samplesOf(kind),
  test: samplesOf(kind, COUNT / 2),
})

/** The values that a step would see, sample by sample in their own order. */
async function shown(samples: Samples, divisor: number, pass: Partial<BatchOptions> = {}) {
  const rows: number[][] = []
  for await (const { size, arrays } of batches(samples, { batchSize: 64, ...pass })) {
    for (let row = 0; row < size; row++) {
      const values = arrays.x.subarray(row * WIDTH, (row + 1) * WIDTH)
      rows.push(Array.from(values, (value) => value / divisor))
    }
  }
  return rows
}

const means = (rows: readonly number[][]) =>
  greys.map((_, element) => rows.reduce((sum, row) => sum + row[element]!, 0) / rows.length)

/** Shares of ones follow the greys: each within 5 standard deviations, and black and white without exception. */
function expectDrawn(rows: readonly number[][]) {
  expect(rows.flat().every((value) => value === 0 || value === 1)).toBe(true)
  for (const [element, mean] of means(rows).entries()) {
    const p = greys[element]! / 255
    expect(Math.abs(mean - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / rows.length))
  }
}

describe.each(['bytes', 'floats'] as const)('of %s', (kind) => {
  const dataset = datasetOf(kind)
  const made = (how: Binarization, seed = 1) => binarized(dataset, how, seed)

  test('threshold', async () => {
    const { info, train } = made('threshold')
    expect(info).toEqual({ ...dataset.info, divisor: 1, values: 'binary' })
    expect(train.x).toBeInstanceOf(Uint8Array)
    expect((await shown(train, info.divisor))[7]).toEqual(greys.map((grey) => (grey >= 127.5 ? 1 : 0)))
  })

  test('sample is drawn once, and kept as bytes', async () => {
    const { info, train, test: tested } = made('sample')
    expect(info).toEqual({ ...dataset.info, divisor: 1, values: 'binary' })
    expect(train.x).toBeInstanceOf(Uint8Array)
    const rows = await shown(train, info.divisor)
    expectDrawn(rows)
    expect(await shown(train, info.divisor, { epoch: 2 })).toEqual(rows)
    expect(made('sample').train).toEqual(train)
    expect(made('sample', 2).train).not.toEqual(train)
    expect(tested.x).not.toEqual(train.x.subarray(0, tested.x.length))
  })

  test('sample_each_epoch is drawn again', async () => {
    const { info, train, test: tested } = made('sample_each_epoch')
    expect(info).toEqual({ ...dataset.info, values: 'binary' })
    expect(train.x).toBe(dataset.train.x)
    const epochs = await Promise.all([1, 2].map((epoch) => shown(train, info.divisor, { epoch })))
    for (const rows of epochs) expectDrawn(rows)
    expect(epochs[0]).not.toEqual(epochs[1])
    expect(await shown(train, info.divisor, { epoch: 1, batchSize: 7 })).toEqual(epochs[0])
    expect(await shown(made('sample_each_epoch', 2).train, info.divisor, { epoch: 1 })).not.toEqual(epochs[0])
    // what is drawn once is what `sample` draws
    expect(await shown(tested, info.divisor)).toEqual(await shown(made('sample').test, 1))
  })

  test('a sample has the same draw at any position', async () => {
    const { info, train } = made('sample_each_epoch')
    const rows = await shown(train, info.divisor, { epoch: 3 })
    const mixed = await shown(train, info.divisor, { epoch: 3, shuffle: { seed: 1, epoch: 3 } })
    expect(mixed).not.toEqual(rows)
    expect(mixed.map(String).toSorted()).toEqual(rows.map(String).toSorted())
    const { validation } = splitSamples(train, 0.1)
    expect(await shown(validation, info.divisor, { epoch: 3 })).toEqual(rows.slice(-COUNT / 10))
  })

  test('probability leaves values as they are, and declares them so', () => {
    const { info, train } = made('probability')
    expect(info).toEqual({ ...dataset.info, values: 'probability' })
    expect(train).toBe(dataset.train)
  })
})

test('the information is known before the data is read', () => {
  for (const binarize of Object.keys(BINARIZATIONS) as Binarization[]) {
    const data = resolveData({ dataset: 'mnist', flatten: true, binarize })
    const info = dataInfo(resolveData({ dataset: 'mnist', flatten: true }))
    expect(dataInfo(data)).toEqual(binarizedInfo(info, binarize))
  }
  expect(dataInfo(resolveData('mnist')).values).toBe('grey')
  expect(dataInfo(resolveData('go-positions')).values).toBe('binary')
})

test('standardized values are no probabilities', () => {
  const data = { dataset: 'mnist', binarize: 'sample', standardize: true }
  const model = { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 10 }] }
  const { issues } = readText(JSON.stringify({ data, loss: 'sparse_categorical_crossentropy', model }))
  expect(issues.map(({ pointer, message }) => [pointer, message])).toEqual([
    ['/data/standardize', 'found true in addition to "binarize", but standardized values are not probabilities of a 1'],
  ])
})
