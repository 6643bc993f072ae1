/** Steps of Keras' ImageDataGenerator. */
import { describe, expect, test } from 'vitest'
import { expectClose } from '../../support/close.js'
import { X } from '../../support/data.js'
import { hashes } from '../../support/hashed.js'
import { kerasFixture } from '../../support/keras.js'
import { AS_KERAS, type ColumnRows, columnRows, type GivenStep, learnFrom, make } from '../../support/steps.js'

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
  const [count, width] = [400, 12]
  /** Numbers, each of which depends on those before it. */
  const mixed = Array.from({ length: count }, (_, row) => {
    const numbers = [...hashes(`row ${row}`, width)].map((hash) => hash / 2 ** 32)
    return numbers.map((one, at) => 3 * one + (numbers[at - 1] ?? 0) * 5 + at)
  })
  const rows = columnRows({ kind: 'float32', shape: [width], values: mixed.flat() })

  const covarianceOf = (values: ArrayLike<number>) => {
    const row = (at: number) => Array.from({ length: width }, (_, element) => values[at * width + element]!)
    const all = Array.from({ length: count }, (_, at) => row(at))
    const mean = (of: (row: number[]) => number) => all.reduce((sum, one) => sum + of(one), 0) / count
    const means = Array.from({ length: width }, (_, i) => mean((one) => one[i]!))
    return Array.from({ length: width * width }, (_, at) => {
      const [i, j] = [Math.floor(at / width), at % width]
      return mean((one) => (one[i]! - means[i]!) * (one[j]! - means[j]!))
    })
  }
  const identity = Array.from({ length: width * width }, (_, at) => (at % (width + 1) === 0 ? 1 : 0))

  test('makes the covariance of the training rows the identity', async () => {
    const { values, field } = await make(['ZCAWhitening'], rows, await learnFrom(['ZCAWhitening'], rows))
    expect(field).toEqual({ shape: [width], dtype: 'float32', divisor: 1, values: 'real' })
    expectClose(covarianceOf(values), identity, 'covariance', { relative: 0, absolute: 1e-3 })
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
      'column "x": found rows of 5000 elements, must be at most 4096 for ZCA whitening',
    )
  })
})
