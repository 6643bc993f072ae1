/** Sums and lookups give the same result on every engine, and so do their gradients. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, test } from 'vitest'
import {
  type Computation,
  expectOnEveryEngine,
  type Operands,
  some,
  ties,
  whole,
  withGradients,
} from '../../support/kernels.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

const x = some([2, 3, 4])
const equal = ties([2, 3, 4])
const table = some([5, 3], 2)
const ids = whole([2, 3], [4, 0, 4, 1, 4, 0])
const truth = (x: tf.Tensor) => tf.greater(x, 0)

const CASES: Readonly<Record<string, [Operands, Computation]>> = {
  min: [{ x, equal }, withGradients(({ x, equal }) => tf.add(tf.min(x!, 1), tf.min(equal!, [1])))],
  'min of all': [{ x }, withGradients(({ x }) => tf.min(x!))],
  max: [{ x, equal }, withGradients(({ x, equal }) => tf.add(tf.max(x!, [0, 2]), tf.max(equal!, [0, 2])))],
  product: [{ x }, ({ x }) => ({ y: tf.prod(x!, 1), z: tf.prod(x!, [0, 2], true) })],
  'product of all': [{ x }, ({ x }) => ({ y: tf.prod(x!) })],
  'all and any': [
    { equal },
    ({ equal }) => ({
      a: tf.all(truth(equal!), 2),
      b: tf.any(truth(equal!), [0, 1]),
      c: tf.all(truth(equal!), 1, true),
      d: tf.any(truth(equal!)),
    }),
  ],
  places: [{ x }, ({ x }) => ({ a: tf.argMin(x!, 1), b: tf.argMax(x!, -1), c: tf.argMin(x!, 0) })],
  'sums so far': [{ x }, withGradients(({ x }) => tf.add(tf.cumsum(x!, 2), tf.cumsum(x!, 2, true, true)))],
  'sums so far, along any axis': [
    { x },
    ({ x }) => ({ a: tf.cumsum(x!, 0), b: tf.cumsum(x!, 1, true), c: tf.cumsum(x!, 1, false, true) }),
  ],
  'products so far': [
    { x },
    ({ x }) => ({ a: tf.cumprod(x!, 1), b: tf.cumprod(x!, 2, true), c: tf.cumprod(x!, 0, true, true) }),
  ],
  'the largest few': [
    { x, equal },
    ({ x, equal }) => {
      const [a, b] = [tf.topk(x!, 2), tf.topk(equal!, 3)]
      return { a: a.values, b: a.indices, c: b.values, d: b.indices }
    },
  ],
  'rows of a table': [{ table, ids }, withGradients(({ table, ids }) => tf.gather(table!, ids as tf.Tensor2D))],
  'columns of a table': [
    { table, ids: whole([4], [2, 0, 1, 2]) },
    withGradients(({ table, ids }) => tf.gather(table!, ids as tf.Tensor1D, 1)),
  ],
  // of an odd count, which no engine halves: rows that are state have no half
  'sums of segments': [
    { x: some([7, 2, 2]), ids: whole([7], [2, 0, 2, 3, 0, 2, 4]) },
    withGradients(({ x, ids }) => tf.unsortedSegmentSum(x!, ids as tf.Tensor1D, 5)),
  ],
}

describe('on every engine', () => {
  test.each(Object.entries(CASES))('%s', (_, [operands, f]) => expectOnEveryEngine(f, operands))

  test('rows that are looked up often get all their gradients', () => {
    const count = 4000
    const often = whole(
      [count],
      Array.from({ length: count }, (_, index) => (7 * index) % 3),
    )
    return expectOnEveryEngine(
      ({ table, often }) => {
        const square = (v: tf.Tensor) => tf.mean(tf.square(tf.gather(v, often as tf.Tensor1D)))
        return { g: tf.grad(square)(table!) }
      },
      { table: some([3, 32]), often },
    )
  })
})
