/** Steps of Keras' ImageDataGenerator. */
import { describe, expect, test } from 'vitest'
import { sizeOf } from '../../../src/base/shape.js'
import { expectClose } from '../../support/close.js'
import { X } from '../../support/data.js'
import { kerasFixture } from '../../support/keras.js'
import { AS_KERAS, type ColumnRows, columnRows, type GivenStep, learnFrom, make } from '../../support/steps.js'
import { covarianceOf, mixedRows } from '../../support/whitening.js'

const { images } = kerasFixture('steps')

const STEP_OF: Readonly<Record<string, string>> = {
  samplewise_center: 'SamplewiseCenter',
  samplewise_std_normalization: 'SamplewiseStd',
  featurewise_center: 'FeaturewiseCenter',
  featurewise_std_normalization: 'FeaturewiseStd',
}

test.each(images.map((one) => [`${one.options.join()} of (${one.shape.join(', ')})`, one] as const))(
  '%s',
  async (_, { options, shape, images, others, output, epsilon, matrix }) => {
    const steps: GivenStep[] =
      epsilon === undefined ? options.map((option) => STEP_OF[option]!) : [{ type: 'ZCAWhitening', epsilon }]
    const rows = (values: number[]) => columnRows({ kind: 'float32', shape, values })
    const learnt = await learnFrom(steps, rows(images))
    expectClose((await make(steps, rows(others), learnt)).values, output, 'output', { relative: 1e-4, absolute: 1e-4 })
    if (matrix)
      expectClose(matrixOf(learnt), matrix, 'matrix', { relative: 1e-5, absolute: 1e-5 * Math.max(...matrix) })
  },
)

const matrixOf = (learnt: Awaited<ReturnType<typeof learnFrom>>) => {
  const { matrix } = learnt[X]![0]![0] as { matrix: string }
  return new Float32Array(Uint8Array.from(Buffer.from(matrix, 'base64')).buffer)
}

describe('ZCA whitening', () => {
  test.each([
    [[12], 400],
    [[8, 8, 1], 600],
    [[12, 12, 3], 700],
  ] as const)('of shape (%s) makes the covariance of %i training rows the identity', async (shape, count) => {
    const rows = mixedRows(shape, count)
    const { values, field } = await make(
      ['ZCAWhitening'],
      rows,
      await learnFrom(['ZCAWhitening'], rows, { atOnce: 333 }),
    )
    expect(field).toEqual({ shape, dtype: 'float32', divisor: 1, values: 'real' })
    const width = sizeOf(shape)
    const some = Array.from({ length: width }, (_, element) => element).filter((element) => element % 31 === 0)
    const identity = some.flatMap((i) => Array.from({ length: width }, (_, j) => +(i === j)))
    expectClose(covarianceOf(values, width, some), identity, 'covariance', { relative: 0, absolute: 1e-3 })
  })

  test('does not depend on how rows are read', async () => {
    const rows = mixedRows([3, 3, 3], 150)
    const [whole, pieces] = await Promise.all([150, 7].map((atOnce) => learnFrom(['ZCAWhitening'], rows, { atOnce })))
    expect(pieces).toEqual(whole)
  })

  test('of bytes is that of the numbers they stand for', async () => {
    const bytes: ColumnRows = {
      column: { shape: [2], dtype: 'uint8', divisor: 255, values: 'grey' },
      count: 3,
      values: Uint8Array.of(0, 255, 51, 102, 204, 0),
    }
    const floats = columnRows({ kind: 'float32', shape: [2], values: [0, 1, 0.2, 0.4, 0.8, 0] })
    const [one, other] = await Promise.all(
      [bytes, floats].map(async (given) => make(['ZCAWhitening'], given, await learnFrom(['ZCAWhitening'], given))),
    )
    expectClose(one!.values, other!.values, 'values', AS_KERAS)
  })

  test('of a constant element keeps it small with a larger epsilon', async () => {
    const flat = columnRows({ kind: 'float32', shape: [2], values: [1, 5, 2, 5, 4, 5] })
    const step = { type: 'ZCAWhitening', epsilon: 0.1 }
    const other = columnRows({ kind: 'float32', shape: [2], values: [1, 6] })
    const { values } = await make([step], other, await learnFrom([step], flat))
    expect(Math.abs(values[1]!)).toBeLessThan(20)
  })

  test('of too long rows is refused', async () => {
    const long = columnRows({ kind: 'uint8', shape: [5000], values: Array(5000).fill(1) })
    await expect(learnFrom(['ZCAWhitening'], long)).rejects.toThrow(
      'column "x": found rows of 5000 elements, must be at most 4096 for ZCA whitening; 36 x 36 x 3 and 64 x 64 x 1 fit',
    )
  })
})
