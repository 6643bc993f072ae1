/**
 * ZCA whitening as in Keras' ImageDataGenerator (keras/src/legacy/preprocessing/image.py, `fit`): the mean of each
 * feature is subtracted, and the row x becomes x W with W = U diag(sqrt(n) / (s + epsilon)) U', where the n training
 * rows side by side, d x n, are U diag(s) V'. We find U and s from the d x d matrix of products of elements.
 */
import type { Field, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { featuresOf } from './feature-wise.js'
import { numbersOf, realField } from './numbers.js'
import { StepProblem } from './problem.js'
import type { Learning, Step } from './step.js'

/** The mean of each feature, and W row by row as float32 in base64. */
type Whitening = { readonly means: readonly number[]; readonly matrix: string }

/** The time to find U grows with the third power of the elements: 784 take seconds, these take a quarter of an hour. */
const MOST_ELEMENTS = 4096

export function zcaWhitening(epsilon: number): Step<Whitening> {
  const matrices = new WeakMap<Whitening, Float32Array>()
  const matrixOf = (learnt: Whitening) => {
    const matrix =
      matrices.get(learnt) ?? new Float32Array(Uint8Array.from(Buffer.from(learnt.matrix, 'base64')).buffer)
    matrices.set(learnt, matrix)
    return matrix
  }
  return {
    learning: (given: Field) => learningWhitening(given, epsilon),
    column(given: Field) {
      checkWidth(given)
      return realField(given.shape)
    },
    apply(values: Numbers, given: Field, learnt) {
      const made = new Float32Array(values.length)
      for (const { from, rows, count } of centered(values, given, learnt.means)) {
        made.set(turned(rows, matrixOf(learnt)).subarray(0, count), from)
      }
      return made
    },
  }
}

function checkWidth({ shape }: Field): void {
  const elements = sizeOf(shape)
  if (elements <= MOST_ELEMENTS) return
  throw new StepProblem(`found rows of ${elements} elements, must be at most ${MOST_ELEMENTS} for ZCA whitening`)
}

/** Goes through the rows twice: for the means, then for the products of elements. */
function learningWhitening(given: Field, epsilon: number): Learning<Whitening> {
  checkWidth(given)
  const width = sizeOf(given.shape)
  const features = featuresOf(given)
  const sums = new Float64Array(features.count)
  const products = new Float64Array(width * width)
  let rows = 0
  let means: readonly number[] | undefined
  return {
    see(values: Numbers) {
      if (means) {
        for (const { rows } of centered(values, given, means)) addProducts(rows, products, width)
        return
      }
      rows += values.length / width
      for (const [at, value] of numbersOf(values, given).entries()) sums[features.of[at % width]!]! += value
    },
    async end() {
      if (!means) {
        means = [...sums].map((sum) => sum / ((rows * width) / features.count))
        return 'again'
      }
      const matrix = await whiteningMatrix(products, { width, rows, epsilon })
      return { learnt: { means, matrix: Buffer.from(matrix.buffer).toString('base64') } }
    },
  }
}

/** Rows that are multiplied together, because a processor then waits less for memory. */
const TOGETHER = 4
/** Groups of such rows that are in memory at once as float64. */
const GROUPS = 64

/** Yields rows without the means, some at a time: `count` values from `from` on, and zeros up to a whole group. */
function* centered(values: Numbers, given: Field, means: readonly number[]) {
  const features = featuresOf(given).of
  const group = TOGETHER * features.length
  for (let from = 0; from < values.length; from += GROUPS * group) {
    const numbers = numbersOf(values.subarray(from, from + GROUPS * group), given)
    const rows = new Float64Array(Math.ceil(numbers.length / group) * group)
    for (const [at, value] of numbers.entries()) rows[at] = value - means[features[at % features.length]!]!
    yield { from, rows, count: numbers.length }
  }
}

/** Adds the products of all pairs of elements of each row; only those with i <= j. */
function addProducts(rows: Float64Array, products: Float64Array, width: number): void {
  for (let first = 0; first < rows.length; first += TOGETHER * width) {
    const [second, third, fourth] = [first + width, first + 2 * width, first + 3 * width]
    for (let i = 0; i < width; i++) {
      const [a, b, c, d] = [rows[first + i]!, rows[second + i]!, rows[third + i]!, rows[fourth + i]!]
      for (let j = i, to = i * width + i; j < width; j++, to++) {
        // one after another, so that sums do not depend on the group of a row
        products[to] =
          products[to]! + a * rows[first + j]! + b * rows[second + j]! + c * rows[third + j]! + d * rows[fourth + j]!
      }
    }
  }
}

interface Training {
  readonly width: number
  readonly rows: number
  readonly epsilon: number
}

async function whiteningMatrix(products: Float64Array, { width, rows, epsilon }: Training): Promise<Float32Array> {
  const { EigenvalueDecomposition, Matrix } = await import('ml-matrix')
  const symmetric = new Matrix(width, width)
  for (let i = 0; i < width; i++) {
    for (let j = i; j < width; j++) {
      symmetric.set(i, j, products[i * width + j]!)
      symmetric.set(j, i, products[i * width + j]!)
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true })
  // in rising order; there are no more singular vectors than rows
  const first = Math.max(0, width - rows)
  const scales = realEigenvalues.map((value) => Math.sqrt(rows) / (Math.sqrt(Math.max(value, 0)) + epsilon))
  const vectors = eigenvectorMatrix.to2DArray().map((row) => Float64Array.from(row.slice(first)))
  const scaled = vectors.map((row) => row.map((value, index) => value * scales[first + index]!))
  const matrix = new Float32Array(width * width)
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < vectors[i]!.length; k++) sum += scaled[i]![k]! * vectors[j]![k]!
      matrix[i * width + j] = sum
      matrix[j * width + i] = sum
    }
  }
  return matrix
}

/** Multiplies each row by the matrix, which is symmetric. */
function turned(rows: Float64Array, matrix: Float32Array): Float32Array {
  const width = Math.sqrt(matrix.length)
  const made = new Float32Array(rows.length)
  for (let first = 0; first < rows.length; first += TOGETHER * width) {
    const [second, third, fourth] = [first + width, first + 2 * width, first + 3 * width]
    for (let j = 0; j < width; j++) {
      let [a, b, c, d] = [0, 0, 0, 0]
      for (let i = 0, at = j * width; i < width; i++, at++) {
        const factor = matrix[at]!
        a += rows[first + i]! * factor
        b += rows[second + i]! * factor
        c += rows[third + i]! * factor
        d += rows[fourth + i]! * factor
      }
      made[first + j] = a
      made[second + j] = b
      made[third + j] = c
      made[fourth + j] = d
    }
  }
  return made
}
