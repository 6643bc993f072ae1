import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../../src/base/philox.js'
import { sizeOf } from '../../../src/base/shape.js'
import { isAugmented } from '../../../src/data/augment/augmented-table.js'
import { imageDataGenerator } from '../../../src/data/augment/image-data-generator.js'
import { pictureAt } from '../../../src/data/augment/picture-field.js'
import { loadData } from '../../../src/data/load.js'
import { readRows, type Table } from '../../../src/data/table.js'
import { expectClose } from '../../support/close.js'
import { X } from '../../support/data.js'
import { generatorSpec, pixels } from '../../support/generator.js'
import { kerasFixture } from '../../support/keras.js'
import { resolveData } from '../../support/spec.js'
import { AS_KERAS, columnRows, learnFrom, make } from '../../support/steps.js'

const { standardizations } = kerasFixture('generator')
const COUNT = 24

describe('what is learned and applied is that of Keras', () => {
  test.each(standardizations.map((one) => [JSON.stringify([one.arguments, one.fit, one.shape]), one] as const))(
    '%s',
    async (_, { arguments: given, fit, shape, output, flow }) => {
      const spec = generatorSpec({ ...given, fit })
      const rows = columnRows({ kind: 'float32', shape, values: [...pixels(shape, COUNT)] })
      const learnt = await learnFrom([spec], rows, { training: COUNT - 2, atOnce: 7 })
      const width = sizeOf(shape)
      const { values } = await make([spec], rows, learnt)
      expectClose(values.subarray(-2 * width), output, 'output', { relative: 1e-5, absolute: 1e-5 })

      const { draw, apply } = imageDataGenerator(spec)
      const random = new RandomStream({ seed: 1, purpose: 0, stream: 0, step: 0 })
      const changed = [COUNT - 2, COUNT - 1].flatMap((row) => [
        ...apply(pictureAt(pixels(shape, COUNT), row * width, shape, 1), draw(random, shape)).values,
      ])
      const flown = await make([spec], columnRows({ kind: 'float32', shape, values: changed }), learnt)
      expectClose(flown.values, flow, 'flow', { relative: 1e-5, absolute: 1e-5 })
    },
  )
})

test('vectors are refused', async () => {
  const vectors = columnRows({ kind: 'float32', shape: [4], values: [1, 2, 3, 4] })
  const problem = 'column "x": found rows (None, 4), must be (None, height, width)'
  await expect(learnFrom([generatorSpec({ featurewise_center: true })], vectors)).rejects.toThrow(problem)
  const spec = generatorSpec({ rescale: 2 })
  await expect(make([spec], vectors, await learnFrom([spec], vectors))).rejects.toThrow(problem)
})

describe('in training', () => {
  const digits = (generator: object) =>
    loadData({
      data: resolveData({ dataset: 'digits', augment: [{ type: 'ImageDataGenerator', ...generator }] }),
      seed: 0,
      fit: { validation_split: 0.2 },
    })
  const plain = () => loadData({ data: resolveData({ dataset: 'digits' }), seed: 0, fit: { validation_split: 0.2 } })
  const all = (table: Table, epoch: number | null) => readRows(table, 0, table.count, epoch)[X]!

  test('all parts are standardized by the training rows, which alone are changed', async () => {
    const [given, made] = await Promise.all([plain(), digits({ vertical_flip: true, featurewise_center: true })])
    const { divisor } = given.train.fields[X]!
    const training = Array.from(all(given.train, null))
    const mean = training.reduce((sum, value) => sum + value, 0) / training.length / divisor
    const centered = (values: ArrayLike<number>) => Float32Array.from(values, (value) => value / divisor - mean)
    for (const part of ['validation', 'test'] as const) {
      expectClose(all(made[part], 1), centered(all(given[part], null)), part, AS_KERAS)
    }
    const [before, after] = [centered(training), all(made.train, 1)]
    let flips = 0
    for (let from = 0; from < before.length; from += 64) {
      const row = Array.from(before.subarray(from, from + 64))
      const flipped = row.map((_, at) => row[(7 - Math.floor(at / 8)) * 8 + (at % 8)]!)
      const isFlipped = row.some((value, at) => Math.abs(after[from + at]! - value) > 1e-5)
      if (isFlipped) flips++
      expectClose(after.subarray(from, from + 64), isFlipped ? flipped : row, `row ${from / 64}`, AS_KERAS)
    }
    expect(Math.abs(flips / given.train.count - 0.5)).toBeLessThan(0.1)
    expect(all(made.train, 2)).not.toEqual(after)
  })

  test('a generator that only standardizes prepares rows once', async () => {
    const { train } = await digits({ rescale: 2, samplewise_center: true })
    expect(isAugmented(train)).toBe(false)
    expect(all(train, 1)).toEqual(all(train, 2))
  })

  test('pictures of fit are changed by the seed, not as those of the first epoch', async () => {
    const generator = { rotation_range: 90, featurewise_std_normalization: true }
    const fit = { augment: true, rounds: 2 }
    const [first, again] = [await digits({ ...generator, fit }), await digits({ ...generator, fit })]
    expect(all(again.validation, null)).toEqual(all(first.validation, null))
    const [other, still] = [await digits({ ...generator, fit, seed: 5 }), await digits(generator)]
    expect(all(other.validation, null)).not.toEqual(all(first.validation, null))
    expect(all(still.validation, null)).not.toEqual(all(first.validation, null))
  })
})
