/** Operations that only move elements give the same result on every engine, and so do their gradients. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, test } from 'vitest'
import { type Computation, expectOnEveryEngine, type Operands, some, withGradients } from '../../support/kernels.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

const x = some([2, 3, 4])
const y = some([2, 1, 4], 2)
const z = some([2, 3, 4], 3)

const CASES: Readonly<Record<string, [Operands, Computation]>> = {
  'side by side': [{ x, y }, withGradients(({ x, y }) => tf.concat([x!, y!, x!], 1))],
  'side by side along the last axis': [{ x, z }, withGradients(({ x, z }) => tf.concat([x!, z!], -1))],
  'one alone': [{ x }, withGradients(({ x }) => tf.concat([x!], 0))],
  stacked: [{ x, z }, withGradients(({ x, z }) => tf.stack([x!, z!, x!], 1))],
  'stacked last': [{ x, z }, withGradients(({ x, z }) => tf.stack([x!, z!], -1))],
  unstacked: [{ x }, withGradients(({ x }) => tf.add(tf.unstack(x!, 1)[2]!, tf.unstack(x!, -2)[0]!))],
  'split in equal parts': [{ x }, withGradients(({ x }) => tf.split(x!, 2, 2)[1]!)],
  'split in parts of given sizes': [
    { x },
    withGradients(({ x }) => {
      const [a, , c] = tf.split(x!, [1, 1, 2], -1)
      return tf.concat([c!, a!], 2)
    }),
  ],
  padded: [
    { x },
    withGradients(({ x }) =>
      tf.pad(
        x!,
        [
          [1, 2],
          [0, 0],
          [0, 3],
        ],
        0.5,
      ),
    ),
  ],
  'a slice': [{ x }, withGradients(({ x }) => tf.slice(x!, [0, 1, 2], [2, -1, 1]))],
  'a slice of the first axis': [{ x }, withGradients(({ x }) => tf.slice(x!, 1, 1))],
  'slices with steps': [
    { x },
    ({ x }) => ({
      a: tf.stridedSlice(x!, [0, 0, 1], [2, 3, 4], [1, 2, 2]),
      b: tf.stridedSlice(x!, [1, 2, 3], [0, -4, -5], [-1, -1, -2]),
      c: tf.stridedSlice(x!, [0, 1], [2, 2], [1, 1], 0, 0, 0, 0, 2),
      d: tf.stridedSlice(x!, [0, 1], [2, 0], [1, 1], 1, 2, 0, 0, 0),
    }),
  ],
  reversed: [{ x }, withGradients(({ x }) => tf.reverse(x!, [0, -1]))],
  'reversed along all axes': [{ x }, withGradients(({ x }) => tf.reverse(x!))],
  'mirrored at the border': [
    { x },
    ({ x }) => {
      const border: [number, number][] = [
        [0, 1],
        [2, 1],
        [0, 3],
      ]
      return { a: tf.mirrorPad(x!, border, 'reflect'), b: tf.mirrorPad(x!, border, 'symmetric') }
    },
  ],
  broadcast: [{ y }, withGradients(({ y }) => tf.broadcastTo(y!, [2, 3, 4]))],
  'whole numbers': [
    { x },
    ({ x }) => {
      const n = tf.cast(tf.mul(x!, 10), 'int32')
      return {
        a: tf.concat([n, n], 0),
        b: tf.slice(n, [0, 0, 1], [1, 2, 2]),
        c: tf.reverse(n, 1),
        d: tf.pad(n, [[0, 0], [1, 0], [0, 0]], 7), // biome-ignore format: pairs
      }
    },
  ],
  truths: [{ x, z }, ({ x, z }) => ({ a: tf.concat([tf.greater(x!, 0), tf.less(z!, 0)], 1) })],
}

describe('on every engine', () => {
  test.each(Object.entries(CASES))('%s', (_, [operands, f]) => expectOnEveryEngine(f, operands))
})
