import { describe, expect, test } from 'vitest'
import { eigenBytes, eigenOf } from '../../../src/data/matrix/eigen.js'
import { matrixMemory, strideOf } from '../../../src/data/matrix/matrix.js'
import { expectClose } from '../../support/close.js'
import { evenly } from '../../support/hashed.js'

/** Eigenvalues in rising order with their vectors, of a symmetric matrix. */
function eigen(matrix: readonly (readonly number[])[]) {
  const width = matrix.length
  const stride = strideOf(width)
  const memory = matrixMemory(8 * stride * width + eigenBytes(width))
  const place = memory.floats(stride * width)
  for (const [i, row] of matrix.entries()) place.values.set(row, i * stride)
  const { values, vectors } = eigenOf(memory, place, width)
  return Array.from(values, (value, k) => ({
    value,
    vector: Array.from(vectors.values.subarray(k * stride, k * stride + width)),
  })).toSorted((a, b) => a.value - b.value)
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, one, at) => sum + one * b[at]!, 0)

/** A random symmetric matrix, whose last rows repeat the first ones if there are more than `rank` of them. */
function symmetric(width: number, rank = width): number[][] {
  const numbers = evenly(`symmetric ${width}`, width * width)
  const rows = Array.from({ length: width }, (_, i) =>
    Array.from(numbers.subarray((i % rank) * width, ((i % rank) + 1) * width)),
  )
  return rows.map((row) => rows.map((other) => dot(row, other)))
}

describe('A v is the eigenvalue times v, and the vectors are orthonormal', () => {
  const cases: readonly (readonly [string, number[][]])[] = [
    ...[1, 2, 3, 7, 8, 9, 40, 65].map((width) => [`random, ${width} x ${width}`, symmetric(width)] as const),
    ['of rank 5, 20 x 20', symmetric(20, 5)],
    [
      'of zeros',
      [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    ],
    [
      'diagonal, with an eigenvalue twice',
      [
        [2, 0, 0],
        [0, -1, 0],
        [0, 0, 2],
      ],
    ],
    [
      'of numbers from 1e-12 to 1e12',
      Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => 10 ** (2 * (i + j) - 12))),
    ],
  ]
  test.each(cases)('%s', (_, matrix) => {
    const found = eigen(matrix)
    const size = Math.max(...matrix.flat().map(Math.abs), Number.MIN_VALUE) * matrix.length
    for (const { value, vector } of found) {
      const made = matrix.map((row) => dot(row, vector))
      expectClose(
        made,
        vector.map((one) => value * one),
        'A v',
        { relative: 0, absolute: 1e-13 * size },
      )
      const products = found.map((other) => dot(vector, other.vector))
      expectClose(
        products,
        found.map((other) => +(other.vector === vector)),
        'products',
        { relative: 0, absolute: 1e-12 },
      )
    }
  })
})

test('a known matrix has its known eigenvalues', () => {
  const width = 30
  const matrix = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
  )
  const expected = Array.from({ length: width }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (width + 1)))
  expectClose(
    eigen(matrix).map(({ value }) => value),
    expected,
    'eigenvalues',
    { relative: 1e-12 },
  )
})

test('numbers that are none do not keep it busy for ever', () => {
  expect(
    eigen([
      [1, Number.NaN],
      [Number.NaN, 2],
    ]),
  ).toHaveLength(2)
  expect(
    eigen([
      [Number.POSITIVE_INFINITY, 1],
      [1, 2],
    ]),
  ).toHaveLength(2)
})
