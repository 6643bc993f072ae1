/** Pools and their gradients are the same on every engine, for any window. */
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { expectOnEveryEngine, some, ties, withGradients } from '../../support/kernels.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

type Pad = Parameters<typeof tf.conv2d>[3]

interface Case {
  readonly x: readonly [samples: number, height: number, width: number, channels: number]
  readonly size: [number, number]
  readonly strides: [number, number]
  readonly pad: Pad
}

const CASES: readonly Case[] = [
  { x: [2, 6, 4, 3], size: [2, 2], strides: [2, 2], pad: 'valid' },
  { x: [2, 7, 5, 3], size: [2, 2], strides: [2, 2], pad: 'valid' },
  { x: [1, 5, 5, 1], size: [3, 3], strides: [1, 1], pad: 'valid' },
  { x: [2, 8, 7, 2], size: [3, 2], strides: [2, 3], pad: 'valid' },
  { x: [2, 9, 9, 2], size: [1, 1], strides: [2, 2], pad: 'valid' },
  { x: [3, 1, 6, 1], size: [1, 2], strides: [1, 2], pad: 'valid' },
  { x: [1, 1, 3, 1], size: [1, 3], strides: [1, 1], pad: 'valid' },
]
const PADDED: readonly Case[] = [
  { x: [2, 5, 5, 3], size: [2, 2], strides: [2, 2], pad: 'same' },
  { x: [2, 6, 5, 2], size: [3, 3], strides: [1, 1], pad: 'same' },
  { x: [1, 7, 8, 2], size: [3, 3], strides: [2, 2], pad: 1 },
  { x: [2, 6, 7, 2], size: [3, 2], strides: [1, 2], pad: [[0, 0], [2, 0], [1, 1], [0, 0]] }, // biome-ignore format: pairs
]

const largest = ({ size, strides, pad }: Case) =>
  withGradients(({ x }) => tf.maxPool(x as tf.Tensor4D, size, strides, pad as 'same'))
const mean = ({ size, strides, pad }: Case) =>
  withGradients(({ x }) => tf.avgPool(x as tf.Tensor4D, size, strides, pad as 'same'))

describe('max pooling and its gradient', () => {
  test.each([...CASES, ...PADDED])('%j', (one) => expectOnEveryEngine(largest(one), { x: some(one.x) }))

  test.each([...CASES, ...PADDED])('goes to the first of equal ones: %j', async (one) => {
    await expectOnEveryEngine(largest(one), { x: ties(one.x) })
    await expectOnEveryEngine(largest(one), { x: { shape: one.x, values: some(one.x).values.map(() => -1) } })
  })

  test('of any window', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase(fc.constantFrom('same', 'valid')), (one) =>
        expectOnEveryEngine(largest(one), { x: ties(one.x) }),
      ),
      { numRuns: 25, seed: 3 },
    )
  })
})

describe('average pooling', () => {
  test.each(CASES)('and the gradient: %j', (one) => expectOnEveryEngine(mean(one), { x: some(one.x) }))

  test.each(PADDED)('without padding: %j', ({ x, size, strides, pad }) =>
    expectOnEveryEngine((given) => ({ y: tf.avgPool(given.x as tf.Tensor4D, size, strides, pad as 'same') }), {
      x: some(x),
    }),
  )

  test('of any window', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase(fc.constant('valid')), (one) => expectOnEveryEngine(mean(one), { x: some(one.x) })),
      { numRuns: 25, seed: 4 },
    )
  })
})

function anyCase(pad: fc.Arbitrary<Pad>): fc.Arbitrary<Case> {
  const few = (max: number) => fc.integer({ min: 1, max })
  return fc.record({
    x: fc.tuple(few(3), fc.integer({ min: 3, max: 9 }), fc.integer({ min: 3, max: 9 }), few(3)),
    size: fc.tuple(few(3), few(3)),
    strides: fc.tuple(few(3), few(3)),
    pad,
  })
}
