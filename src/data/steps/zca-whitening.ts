/**
 * ZCA whitening as in Keras' ImageDataGenerator (keras/src/legacy/preprocessing/image.py, `fit`): the mean of each
 * feature is subtracted, and the row x becomes x W with W = U diag(sqrt(n) / (s + epsilon)) U', where the n training
 * rows side by side, d x n, are U diag(s) V'. We find U and s from the d x d matrix of products of elements.
 */
import type { Field, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { MOST_WHITENED } from '../../spec/augmentation/generator.js'
import { eigenBytes, eigenOf } from '../matrix/eigen.js'
import { type MatrixMemory, matrixMemory, type Place, strideOf } from '../matrix/matrix.js'
import { featuresOf } from './feature-wise.js'
import { numbersOf, realField } from './numbers.js'
import { StepProblem } from './problem.js'
import type { Learning, Step } from './step.js'

/** The mean of each feature, and W row by row as float32 in base64. */
export type Whitening = { readonly means: readonly number[]; readonly matrix: string }

/** Rows that are in the memory of the matrix at once; an even number. */
const AT_ONCE = 64

export function zcaWhitening(epsilon: number): Step<Whitening> {
  const turns = new WeakMap<Whitening, Turn>()
  return {
    learning: (given: Field) => learningWhitening(given, epsilon),
    column(given: Field) {
      checkWidth(given)
      return realField(given.shape)
    },
    apply(values: Numbers, given: Field, learnt) {
      const turn = turns.get(learnt) ?? turning(learnt, given)
      turns.set(learnt, turn)
      return turn(values, given)
    },
  }
}

function checkWidth({ shape }: Field): void {
  const elements = sizeOf(shape)
  if (elements <= MOST_WHITENED) return
  throw new StepProblem(
    `found rows of ${elements} elements, must be at most ${MOST_WHITENED} for ZCA whitening; 36 x 36 x 3 and 64 x 64 x 1 fit`,
  )
}

/** Goes through the rows twice: for the means, then for the products of elements. */
function learningWhitening(given: Field, epsilon: number): Learning<Whitening> {
  checkWidth(given)
  const width = sizeOf(given.shape)
  const stride = strideOf(width)
  const features = featuresOf(given)
  const sums = new Float64Array(features.count)
  let rows = 0
  let second: { means: readonly number[]; memory: MatrixMemory; products: Place; room: Place } | undefined
  return {
    see(values: Numbers) {
      if (second) {
        const { means, memory, products, room } = second
        for (const { count } of centered(values, given, means, room)) {
          memory.kernels.add_products(products.at, room.at, count, stride)
        }
        return
      }
      rows += values.length / width
      for (const [at, value] of numbersOf(values, given).entries()) sums[features.of[at % width]!]! += value
    },
    end() {
      if (!second) {
        const memory = matrixMemory(8 * stride * (stride + AT_ONCE) + eigenBytes(width))
        const means = [...sums].map((sum) => sum / ((rows * width) / features.count))
        second = { means, memory, products: memory.floats(stride * stride), room: memory.floats(stride * AT_ONCE) }
        return 'again'
      }
      const { means, memory, products } = second
      const matrix = whiteningMatrix(memory, products, { width, rows, epsilon })
      return { learnt: { means, matrix: Buffer.from(matrix.buffer).toString('base64') } }
    },
  }
}

/** Writes rows without the means to `room`, some at a time: `count` of them from value `from` on. */
function* centered(values: Numbers, given: Field, means: readonly number[], room: Place) {
  const features = featuresOf(given).of
  const width = features.length
  const stride = strideOf(width)
  for (let from = 0; from < values.length; from += AT_ONCE * width) {
    const numbers = numbersOf(values.subarray(from, from + AT_ONCE * width), given)
    const count = numbers.length / width
    for (let row = 0, at = 0; row < count; row++) {
      for (let element = 0; element < width; element++, at++) {
        room.values[row * stride + element] = numbers[at]! - means[features[element]!]!
      }
    }
    yield { from, count }
  }
}

interface Training {
  readonly width: number
  readonly rows: number
  readonly epsilon: number
}

function whiteningMatrix(memory: MatrixMemory, products: Place, { width, rows, epsilon }: Training): Float32Array {
  const stride = strideOf(width)
  mirror(products.values, width)
  const { values, vectors } = eigenOf(memory, products, width)
  // there are no more singular vectors than rows
  const order = Array.from(values.keys()).toSorted((a, b) => values[b]! - values[a]!)
  const used = new Set(order.slice(0, rows))
  for (let k = 0; k < width; k++) {
    const singular = Math.sqrt(Math.max(values[k]!, 0))
    const scale = used.has(k) ? Math.sqrt(Math.sqrt(rows) / (singular + epsilon)) : 0
    for (let i = k * stride; i < k * stride + width; i++) vectors.values[i]! *= scale
  }
  products.values.fill(0)
  for (let k = 0; k < width; k += AT_ONCE) {
    memory.kernels.add_products(products.at, vectors.at + 8 * k * stride, Math.min(AT_ONCE, width - k), stride)
  }
  mirror(products.values, width)
  const matrix = new Float32Array(width * width)
  for (let i = 0; i < width; i++) matrix.set(products.values.subarray(i * stride, i * stride + width), i * width)
  return matrix
}

/** Copies the upper triangle to the lower one. */
function mirror(values: Float64Array, width: number): void {
  const stride = strideOf(width)
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < i; j++) values[i * stride + j] = values[j * stride + i]!
  }
}

/** W row by row. */
export const matrixOf = (matrix: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(matrix, 'base64')).buffer)

type Turn = (values: Numbers, given: Field) => Float32Array

/** Returns a function that multiplies rows by W. */
function turning({ means, matrix }: Whitening, { shape }: Field): Turn {
  const width = sizeOf(shape)
  const stride = strideOf(width)
  const stored = matrixOf(matrix)
  const { kernels, floats } = matrixMemory(8 * stride * (width + 2 * AT_ONCE))
  const [factors, room, out] = [width, AT_ONCE, AT_ONCE].map((rows) => floats(stride * rows)) as [Place, Place, Place]
  for (let i = 0; i < width; i++) factors.values.set(stored.subarray(i * width, (i + 1) * width), i * stride)
  return (values, given) => {
    const made = new Float32Array(values.length)
    for (const { from, count } of centered(values, given, means, room)) {
      kernels.multiply(out.at, room.at, factors.at, 2 * Math.ceil(count / 2), width, stride)
      for (let row = 0; row < count; row++) {
        made.set(out.values.subarray(row * stride, row * stride + width), from + row * width)
      }
    }
    return made
  }
}
