/** Convolutions and their gradients are the same on every engine, for any window. */
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { expectOnEveryEngine, type Operand, some, withGradients } from '../../support/kernels.js'
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
      fc.asyncProperty(anyCase(), (one) => expectOnEveryEngine(convolution(one), operandsOf(one))),
      { numRuns: 25, seed: 7 },
    )
  })
})

describe('a convolution by channel and its gradients', () => {
  test.each([...CASES, ...UNEVEN])('%j', (one) => expectOnEveryEngine(byChannel(one), operandsOf(one)))

  test('with any window', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase(), (one) => expectOnEveryEngine(byChannel(one), operandsOf(one))),
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

/** tfjs has no gradients of dilated filters; the kernels of the graph do, for layers that ask for them by name. */
describe('gradients of dilated filters', () => {
  const given = [{ strides: [1, 1], dilations: [2, 3] }, { strides: [2, 2], dilations: [2, 1] }, { strides: [1, 2], dilations: [3, 2] }] // biome-ignore format: rows
  const window = { pads: [1, 2, 0, 3] }
  const [input, size] = [[2, 8, 7, 2], [2, 3]] as const // biome-ignore format: pairs

  describe.each([false, true])('by channel %s', (byChannel) => {
    test.each(given)('%j', async ({ strides, dilations }) => {
      const out = [0, 1].map((axis) => {
        const reach = (size[axis]! - 1) * dilations[axis]! + 1
        return (
          Math.floor(
            (input[axis + 1]! + window.pads[2 * axis]! + window.pads[2 * axis + 1]! - reach) / strides[axis]!,
          ) + 1
        )
      })
      const filterShape = [...size, 2, 3]
      const [x, filter, dy] = [some(input), some(filterShape, 2), some([2, ...out, byChannel ? 6 : 3], 3)]
      const attributes = { ...window, strides, dilations } as unknown as tf.NamedAttrMap
      const prefix = byChannel ? 'DepthwiseConv2dNative' : 'Conv2D'
      const run = (kernel: string, inputs: tf.NamedTensorMap, more: object): tf.Tensor =>
        tf.engine().runKernel(prefix + kernel, inputs, { ...attributes, ...more })
      const expected = directSums({ x, filter, dy, strides, dilations, pads: window.pads, byChannel })
      await expectOnEveryEngine(
        ({ x, filter, dy }) => ({
          y: run('', { x: x!, filter: filter! }, {}),
          dx: run('BackpropInput', { dy: dy!, filter: filter! }, { inputShape: [...input] }),
          dfilter: run('BackpropFilter', { x: x!, dy: dy! }, { filterShape }),
        }),
        { x, filter, dy },
        { expected },
      )
    })
  })
})

interface Direct extends Readonly<Record<'x' | 'filter' | 'dy', Operand>> {
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
  readonly byChannel: boolean
}

/** A convolution and both its gradients, product by product. */
function directSums({ x, filter, dy, strides, dilations, pads, byChannel }: Direct) {
  const sums = { y: dy.values.map(() => 0), dx: x.values.map(() => 0), dfilter: filter.values.map(() => 0) }
  const [samples, rows, columns, outs] = dy.shape as [number, number, number, number]
  const [, height, width, channels] = x.shape as [number, number, number, number]
  const [tall, wide, , filters] = filter.shape as [number, number, number, number]
  for (const [n, r, c, o, i, j, k] of indices(samples, rows, columns, outs, tall, wide, channels)) {
    const at = [r! * strides[0]! + i! * dilations[0]! - pads[0]!, c! * strides[1]! + j! * dilations[1]! - pads[2]!]
    if (at[0]! < 0 || at[0]! >= height || at[1]! < 0 || at[1]! >= width) continue
    if (byChannel && Math.floor(o! / filters) !== k) continue
    const [a, b, d] = [
      ((n! * height + at[0]!) * width + at[1]!) * channels + k!,
      ((i! * wide + j!) * channels + k!) * filters + (byChannel ? o! % filters : o!),
      ((n! * rows + r!) * columns + c!) * outs + o!,
    ]
    sums.y[d]! += x.values[a]! * filter.values[b]!
    sums.dx[a]! += dy.values[d]! * filter.values[b]!
    sums.dfilter[b]! += dy.values[d]! * x.values[a]!
  }
  return sums
}

/** All lists of whole numbers below these. */
const indices = (...counts: number[]): number[][] =>
  counts.reduce<number[][]>(
    (lists, count) => lists.flatMap((list) => [...Array(count).keys()].map((one) => [...list, one])),
    [[]],
  )

function anyCase(): fc.Arbitrary<Case> {
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
      strides,
      pad,
    }))
}

/** Padding of less than a window, so that no window lies outside. */
function anyPads(): fc.Arbitrary<Pad> {
  const one = fc.integer({ min: 0, max: 2 })
  return fc.tuple(one, one, one, one).map((pads) => explicit(...pads))
}
