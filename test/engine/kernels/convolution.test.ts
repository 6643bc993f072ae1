/** Convolutions and their gradients are the same on every engine, for any window. */
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { expectOnEveryEngine, some, withGradients } from '../../support/kernels.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

type Pad = Parameters<typeof tf.conv2d>[3]
const explicit = (top: number, bottom: number, left: number, right: number): Pad => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
]

interface Case {
  readonly x: readonly [samples: number, height: number, width: number, channels: number]
  readonly filter: readonly [height: number, width: number, filters: number]
  readonly strides?: [number, number]
  readonly pad: Pad
  readonly dilations?: [number, number]
}

const CASES: readonly Case[] = [
  { x: [2, 5, 5, 3], filter: [3, 3, 4], pad: 'same' },
  { x: [2, 5, 5, 3], filter: [3, 3, 4], pad: 'valid' },
  { x: [1, 6, 4, 1], filter: [1, 1, 2], pad: 'valid' },
  { x: [3, 7, 6, 2], filter: [2, 4, 3], pad: 'same', strides: [2, 2] },
  { x: [2, 8, 7, 2], filter: [3, 2, 3], pad: 'valid', strides: [2, 2] },
  { x: [2, 6, 6, 2], filter: [3, 3, 1], pad: 1, strides: [2, 2] },
  { x: [2, 7, 8, 3], filter: [3, 2, 2], pad: 'same', strides: [3, 3] },
  { x: [2, 6, 7, 1], filter: [1, 2, 2], pad: 'same', strides: [4, 4] },
  { x: [2, 5, 6, 2], filter: [3, 3, 2], pad: explicit(0, 2, 1, 0) },
  { x: [2, 6, 6, 2], filter: [3, 2, 2], pad: explicit(2, 1, 0, 1), strides: [2, 2] },
  { x: [1, 1, 9, 2], filter: [1, 3, 2], pad: 'same' },
  { x: [2, 4, 4, 2], filter: [4, 4, 3], pad: 'valid' },
]
const UNEVEN: readonly Case[] = [
  { x: [2, 7, 6, 2], filter: [3, 2, 3], pad: 'same', strides: [2, 1] },
  { x: [2, 8, 7, 2], filter: [2, 3, 2], pad: 'valid', strides: [1, 3] },
  { x: [2, 9, 8, 1], filter: [2, 3, 2], pad: explicit(1, 0, 2, 1), strides: [3, 2] },
]
const DILATED: readonly Case[] = [
  { x: [2, 7, 7, 2], filter: [3, 3, 2], pad: 'same', dilations: [2, 2] },
  { x: [2, 8, 7, 3], filter: [2, 3, 2], pad: 'valid', dilations: [3, 2] },
  { x: [1, 6, 9, 2], filter: [3, 2, 1], pad: explicit(1, 2, 0, 3), dilations: [1, 3] },
  { x: [1, 9, 6, 2], filter: [3, 2, 1], pad: 'same', dilations: [2, 1] },
]

const operandsOf = ({ x, filter: [height, width, filters] }: Case) => ({
  x: some(x),
  filter: some([height, width, x[3], filters], 2),
})

const convolution = ({ strides = [1, 1], pad, dilations = [1, 1] }: Case) =>
  withGradients(({ x, filter }) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', dilations))
const byChannel = ({ strides = [1, 1], pad, dilations = [1, 1] }: Case) =>
  withGradients(({ x, filter }) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad as 'same', 'NHWC', dilations),
  )

describe('a convolution and its gradients', () => {
  test.each([...CASES, ...UNEVEN])('%j', (one) => expectOnEveryEngine(convolution(one), operandsOf(one)))

  test('with any window', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase({ even: false }), (one) => expectOnEveryEngine(convolution(one), operandsOf(one))),
      { numRuns: 25, seed: 7 },
    )
  })
})

describe('a convolution by channel and its gradients', () => {
  test.each([...CASES, ...UNEVEN])('%j', (one) => expectOnEveryEngine(byChannel(one), operandsOf(one)))

  test('with any window', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase({ even: false }), (one) => expectOnEveryEngine(byChannel(one), operandsOf(one))),
      { numRuns: 25, seed: 8 },
    )
  })
})

describe('dilated', () => {
  test.each(DILATED)('%j', async (one) => {
    const { strides = [1, 1], pad, dilations } = one
    await expectOnEveryEngine(
      ({ x, filter }) => ({
        a: tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', dilations),
        b: tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad as 'same', 'NHWC', dilations),
      }),
      operandsOf(one),
    )
  })
})

function anyCase({ even }: { even: boolean }): fc.Arbitrary<Case> {
  const few = (max: number) => fc.integer({ min: 1, max })
  return fc
    .record({
      samples: few(3),
      height: fc.integer({ min: 3, max: 9 }),
      width: fc.integer({ min: 3, max: 9 }),
      channels: few(3),
      size: fc.tuple(few(3), few(3)),
      filters: few(3),
      strides: fc.tuple(few(3), few(3)),
      pad: fc.oneof(fc.constant('same' as const), fc.constant('valid' as const), anyPads()),
    })
    .map(({ samples, height, width, channels, size, filters, strides, pad }) => ({
      x: [samples, height, width, channels],
      filter: [...size, filters],
      strides: even ? [strides[0], strides[0]] : strides,
      pad,
    }))
}

/** Of less than a window, so that none lies outside. */
function anyPads(): fc.Arbitrary<Pad> {
  const one = fc.integer({ min: 0, max: 2 })
  return fc.tuple(one, one, one, one).map((pads) => explicit(...pads))
}
