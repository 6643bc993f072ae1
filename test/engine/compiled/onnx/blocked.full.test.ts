/**
 * ONNX Runtime computes the same over values in blocks of channels as over plain ones: a release that changes one of its
 * internal operators fails here.
 */
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { sizeOf } from '../../../../src/base/shape.js'
import { Crew } from '../../../../src/engine/compiled/crew/crew.js'
import { type Graph, infoOf, type ValueId } from '../../../../src/engine/compiled/graph/graph.js'
import { verify } from '../../../../src/engine/compiled/graph/verify.js'
import {
  askForBlocks,
  blockSize,
  blocksFor,
  NO_BLOCKS,
} from '../../../../src/engine/compiled/onnx/blocked/block-size.js'
import type { Blocks } from '../../../../src/engine/compiled/onnx/blocked/blocks.js'
import { lowerToOnnx } from '../../../../src/engine/compiled/onnx/lower.js'
import { SectionSessions } from '../../../../src/engine/compiled/onnx/sections/section-sessions.js'
import { type PlacedTensor, PreparedRun } from '../../../../src/engine/compiled/onnx/session.js'
import { expectClose } from '../../../support/close.js'
import { buildGraph, type GraphBuilder } from '../../../support/graph.js'
import { some, ties } from '../../../support/kernels.js'
import { expectNoTensorLeaks } from '../../../support/tensors.js'

expectNoTensorLeaks()

const crew = new Crew(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }))
afterAll(() => crew.dispose())

const size = await blockSize()
const here = describe.skipIf(size === NO_BLOCKS)

/** Everything that can be in blocks is. */
const always: Blocks = { size, threads: 2, fewest: 0, mostFilled: Number.POSITIVE_INFINITY }

type Values = Readonly<Record<string, ArrayLike<number>>>

async function run(graph: Graph, given: Values, blocks: Blocks | undefined, mostBytes?: number) {
  const lowered = lowerToOnnx(graph, blocks, mostBytes)
  const { sections, inputs, nameOf, outputNameOf } = lowered
  const tensor = (value: ValueId, values?: ArrayLike<number>): PlacedTensor => {
    const { shape } = infoOf(graph, value)
    return { shape, dtype: 'float32', values: values ? Float32Array.from(values) : new Float32Array(sizeOf(shape)) }
  }
  const feeds = graph.inputs
    .filter(({ value }) => inputs.has(nameOf(value)))
    .map(({ name, value }): [string, PlacedTensor] => [nameOf(value), tensor(value, given[name]!)])
  const results = Object.fromEntries(graph.outputs.map(({ value }) => [outputNameOf(value), tensor(value)]))
  const sessions = await SectionSessions.create(lowered, { threads: blocks?.threads ?? 1 }, crew)
  for (const section of sessions.prepare(Object.fromEntries(feeds), results)) {
    if (section instanceof PreparedRun) section.run()
    else crew.run([section])
  }
  sessions.release()
  return {
    sections: sections.length,
    usesBlocks: sections.some(({ model }) => Buffer.from(model).includes('com.microsoft.nchwc')),
    outputs: Object.fromEntries(graph.outputs.map(({ name, value }) => [name, results[outputNameOf(value)]!.values])),
  }
}

/** Every output is the same with blocks as without, and there are blocks. */
async function expectSame(
  build: (builder: GraphBuilder) => Readonly<Record<string, ValueId>>,
  {
    blocks = always,
    equal = some,
    mostBytes,
    sections,
  }: { blocks?: Blocks; equal?: typeof some; mostBytes?: number; sections?: number } = {},
) {
  const graph = verify(buildGraph(build), 'building')
  const given = Object.fromEntries(
    graph.inputs.map(({ name, value }, index) => [name, equal(infoOf(graph, value).shape, index + 1).values]),
  )
  const plain = await run(graph, given, undefined)
  const blocked = await run(graph, given, blocks, mostBytes)
  expect(plain).toMatchObject({ usesBlocks: false, sections: 1 })
  if (sections !== undefined) expect(blocked.sections).toBe(sections)
  expect(blocked.usesBlocks).toBe(true)
  for (const [name, values] of Object.entries(plain.outputs)) {
    expectClose(blocked.outputs[name]!, values, name, { relative: 1e-5, absolute: 1e-5 * scaleOf(values) })
  }
}

const scaleOf = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 1)

interface Case {
  readonly x: readonly [samples: number, height: number, width: number, channels: number]
  readonly filter: readonly [height: number, width: number, filters: number]
  readonly strides?: readonly [number, number]
  readonly dilations?: readonly [number, number]
  readonly pad: 'same' | 'valid'
}

const CASES: readonly Case[] = [
  { x: [16, 5, 5, 16], filter: [3, 3, 16], pad: 'same' },
  { x: [32, 9, 9, 48], filter: [3, 3, 32], pad: 'same' },
  { x: [20, 5, 6, 24], filter: [3, 2, 20], pad: 'valid' },
  { x: [6, 14, 15, 16], filter: [3, 3, 32], pad: 'same' },
  { x: [8, 30, 28, 16], filter: [3, 3, 16], pad: 'same' },
  { x: [8, 7, 7, 32], filter: [1, 1, 16], pad: 'valid' },
  { x: [8, 8, 8, 16], filter: [3, 3, 32], pad: 'same', strides: [2, 2] },
  { x: [8, 7, 9, 16], filter: [3, 3, 32], pad: 'same', strides: [2, 2] },
  { x: [8, 8, 8, 16], filter: [1, 1, 16], pad: 'valid', strides: [2, 2] },
  { x: [4, 11, 10, 10], filter: [5, 4, 12], pad: 'same', strides: [3, 2] },
  { x: [4, 9, 8, 16], filter: [3, 3, 16], pad: 'same', dilations: [2, 1] },
  { x: [4, 9, 8, 16], filter: [3, 2, 16], pad: 'valid', dilations: [2, 3] },
  { x: [4, 1, 20, 16], filter: [1, 5, 16], pad: 'same' },
]

const operands = ({ node, input }: GraphBuilder, { x, filter: [height, width, out], ...window }: Case) => {
  const [images, filter] = [input('x', x), input('filter', [height, width, x[3], out])]
  const attributes = { strides: window.strides ?? [1, 1], dilations: window.dilations ?? [1, 1], pad: window.pad }
  const y = node('Conv2D', [images, filter], attributes as never)
  return { images, filter, attributes, y }
}

/** A convolution, and both of its gradients, for the result as the gradient. */
const withGradients = (one: Case) => (builder: GraphBuilder) => {
  const { images, filter, attributes, y } = operands(builder, one)
  const inputShape = [...one.x]
  const filterShape = [one.filter[0], one.filter[1], one.x[3], one.filter[2]]
  return {
    y,
    dx: builder.node('Conv2DBackpropInput', [y, filter], { ...attributes, inputShape } as never),
    dFilter: builder.node('Conv2DBackpropFilter', [images, y], { ...attributes, filterShape } as never),
  }
}

const byChannel =
  ({ x, filter: [height, width], ...given }: Case) =>
  ({ node, input }: GraphBuilder) => {
    const [images, filter] = [input('x', x), input('filter', [height, width, x[3], 1])]
    const window = { strides: given.strides ?? [1, 1], dilations: given.dilations ?? [1, 1], pad: given.pad }
    const y = node('DepthwiseConv2dNative', [images, filter], window as never)
    const filterShape = [height, width, x[3], 1]
    return {
      y,
      dx: node('DepthwiseConv2dNativeBackpropInput', [y, filter], { ...window, inputShape: [...x] } as never),
      dFilter: node('DepthwiseConv2dNativeBackpropFilter', [images, y], { ...window, filterShape } as never),
    }
  }

const anyCase = (): fc.Arbitrary<Case> => {
  const upTo = (most: number) => fc.integer({ min: 1, max: most })
  return fc
    .record({
      x: fc.tuple(upTo(20), fc.integer({ min: 4, max: 14 }), fc.integer({ min: 4, max: 14 }), upTo(40)),
      filter: fc.tuple(upTo(4), upTo(4), upTo(40)),
      strides: fc.tuple(upTo(3), upTo(3)),
      dilations: fc.constantFrom<[number, number]>([1, 1], [1, 1], [2, 1], [2, 2]),
      pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
    })
    .filter(({ x, filter, dilations }) => [0, 1].every((at) => (filter[at]! - 1) * dilations[at]! < x[at + 1]!))
}

here('in blocks of channels', () => {
  describe('a convolution and its gradients', () => {
    test.each(CASES)('%j', (one) => expectSame(withGradients(one)))
    test('on one thread', () => expectSame(withGradients(CASES[1]!), { blocks: { ...always, threads: 1 } }))
    test('with any window', async () => {
      await fc.assert(
        fc.asyncProperty(anyCase(), (one) => expectSame(withGradients(one))),
        { numRuns: 30, seed: 5 },
      )
    })
    test.each([
      [8, 1],
      [16, 1],
      [18, 1],
      [8, 3],
      [18, 4],
      [5, 2],
    ])('of %i samples with %i channels', (samples, channels) =>
      expectSame(withGradients({ x: [samples, 9, 10, channels], filter: [3, 5, 32], pad: 'same' }), {
        blocks: { size, threads: 2, fewest: 0 },
      }),
    )
  })

  describe('a convolution by channel and its gradients', () => {
    test.each(CASES)('%j', (one) => expectSame(byChannel(one)))
    test('with any window', async () => {
      await fc.assert(
        fc.asyncProperty(anyCase(), (one) => expectSame(byChannel(one))),
        { numRuns: 30, seed: 6 },
      )
    })
  })

  const window = { strides: [1, 1], dilations: [1, 1], pad: 'same' }
  /** A convolution that gives (8, 6, 7, channels) in blocks. */
  const image = ({ node, input }: GraphBuilder, channels: number, name = 'x') => {
    const filter = input(`filter of ${name}`, [3, 3, 16, channels])
    return node('Conv2D', [input(name, [8, 6, 7, 16]), filter], window as never)
  }
  const overAll = { axes: [0, 1, 2], keepDims: false } as never

  describe.each([32, 20])('with %i channels', (channels) => {
    test('batch normalization, a shortcut, a rectifier, and their gradients', () =>
      expectSame((builder) => {
        const { node, input, constant } = builder
        const [x, shortcut] = [image(builder, channels), image(builder, channels, 'shortcut')]
        const share = constant(1 / (8 * 6 * 7))
        const mean = node('Multiply', [node('Sum', [x], overAll), share])
        const centered = node('Sub', [x, mean])
        const variance = node('Multiply', [node('Sum', [node('Square', [centered])], overAll), share])
        const inverse = node('Rsqrt', [node('Add', [variance, constant(1e-3)])])
        const scale = node('Multiply', [inverse, input('gamma', [channels])])
        const normal = node('Add', [node('Multiply', [centered, scale]), input('beta', [channels])])
        const y = node('Relu', [node('Add', [shortcut, normal])])
        const dy = node('Multiply', [image(builder, channels, 'dy'), node('Step', [y], { alpha: 0 })])
        const dBeta = node('Sum', [dy], overAll)
        const dGamma = node('Multiply', [node('Sum', [node('Multiply', [dy, centered])], overAll), inverse])
        const each = node('Multiply', [scale, share])
        const along = node('Multiply', [centered, node('Multiply', [node('Multiply', [each, inverse]), dGamma])])
        const moved = node('Add', [along, node('Multiply', [each, dBeta])])
        const dx = node('Sub', [node('Multiply', [dy, scale]), moved])
        return { mean, variance, y, dBeta, dGamma, dx }
      }))

    test('sums of values by channel, by plane and by number', () =>
      expectSame((builder) => {
        const { node, input, constant } = builder
        const [a, b, c] = ['a', 'b', 'c'].map((name) => image(builder, channels, name)) as [ValueId, ValueId, ValueId]
        const planes = input('planes', [8, 1, 1, channels])
        const row = input('row', [1, 1, channels])
        const number = input('number', [])
        return {
          all: node('Add', [node('Add', [a, b]), c]),
          rectified: node('Relu', [node('Add', [node('Add', [a, b]), c])]),
          less: node('Sub', [constant(2), node('Neg', [node('Sub', [a, b])])]),
          scaled: node('Multiply', [row, node('Add', [b, node('Multiply', [a, constant(0.5)])])]),
          shared: node('RealDiv', [node('Sub', [c, row]), constant(3)]),
          planes: node('Multiply', [a, planes]),
          more: node('Maximum', [node('Add', [b, planes]), row]),
          numbered: node('Multiply', [node('Add', [a, number]), number]),
        }
      }))

    test('means, sums and sums of squares', () =>
      expectSame((builder) => {
        const { node } = builder
        const x = image(builder, channels)
        return {
          planes: node('Mean', [x], { axes: [1, 2], keepDims: true } as never),
          totals: node('Sum', [x], { axes: [1, 2], keepDims: false } as never),
          mean: node('Mean', [x], overAll),
          squares: node('Sum', [node('Square', [x])], overAll),
          product: node('Sum', [node('Multiply', [x, image(builder, channels, 'y')])], { axes: [1, 2] } as never),
        }
      }))

    test.each([
      { size: [2, 2], strides: [2, 2], pad: 'valid' },
      { size: [1, 3], strides: [1, 3], pad: 'valid' },
      { size: [4, 1], strides: [4, 1], pad: 'valid' },
      { size: [3, 2], strides: [2, 1], pad: 'same' },
    ])('pools of %j and their gradients', ({ pad, ...pool }) =>
      expectSame(
        (builder) => {
          const { node } = builder
          const attributes = { ...pool, dilations: [1, 1], pad, filterSize: pool.size } as never
          const x = image(builder, channels)
          const [largest, mean] = [node('MaxPool', [x], attributes), node('AvgPool', [x], attributes)]
          const inputShape = [8, 6, 7, channels]
          return {
            largest,
            mean,
            dLargest: node('MaxPoolGrad', [mean, x, largest], attributes),
            ...(pad === 'valid' && {
              dMean: node('AvgPoolGrad', [largest], { ...(attributes as object), inputShape } as never),
            }),
          }
        },
        { equal: ties },
      ),
    )

    const pools = ({ node, input }: GraphBuilder) => {
      const attributes = { size: [2, 2], filterSize: [2, 2], strides: [2, 2], dilations: [1, 1], pad: 'valid' } as never
      const x = node('Conv2D', [input('x', [8, 6, 7, 16]), input('filter', [3, 3, 16, channels])], window as never)
      const largest = node('MaxPool', [x], attributes)
      const gradient = node('MaxPoolGrad', [node('Square', [largest]), x, largest], attributes)
      const further = node('Conv2D', [gradient, input('next', [3, 3, channels, 16])], window as never)
      return { x, gradient, further, both: node('Add', [gradient, x]) }
    }

    test('a pool whose operands are outputs too, and read in two sections', () =>
      expectSame(pools, { equal: ties, sections: 2 }))

    test('no kernels if they would need too much memory', () =>
      expectSame(pools, { equal: ties, mostBytes: 1000, sections: 1 }))

    test('large rectifiers on one thread, one of them after a pool', () =>
      expectSame(
        ({ node, input }) => {
          const convolve = (x: ValueId, name: string, [before, after]: readonly [number, number]) =>
            node('Conv2D', [x, input(name, [3, 3, before, after])], window as never)
          const attributes = {
            size: [2, 2],
            filterSize: [2, 2],
            strides: [2, 2],
            dilations: [1, 1],
            pad: 'valid',
          } as never
          const y = node('Relu', [convolve(input('x', [8, 24, 24, 16]), 'first', [16, channels])])
          const dy = convolve(input('z', [8, 24, 24, 16]), 'second', [16, channels])
          const byStep = node('Multiply', [dy, node('Step', [y], { alpha: 0 })])
          const stepBy = node('Multiply', [node('Step', [dy], { alpha: 0 }), y])
          const largest = node('MaxPool', [y], attributes)
          const spread = node('MaxPoolGrad', [largest, y, largest], attributes)
          const afterPool = node('Multiply', [spread, node('Step', [y], { alpha: 0 })])
          const leaky = node('Multiply', [dy, node('Step', [y], { alpha: 0.5 })])
          return {
            byStep: convolve(byStep, 'third', [channels, 16]),
            stepBy,
            afterPool: convolve(afterPool, 'fourth', [channels, 16]),
            ...(channels === 32 && { leaky }),
          }
        },
        { blocks: { ...always, threads: 1 }, equal: ties, sections: 2 },
      ))

    test('gradients of two convolutions with strides, added', () =>
      expectSame(({ node, input }) => {
        const strides = { strides: [2, 2], dilations: [1, 1], pad: 'same', inputShape: [8, 12, 14, channels] } as never
        const dy = input('dy', [8, 6, 7, 16])
        const wide = node('Conv2DBackpropInput', [dy, input('filter', [3, 3, channels, 16])], strides)
        const narrow = node(
          'Conv2DBackpropInput',
          [input('dz', [8, 6, 7, 16]), input('point', [1, 1, channels, 16])],
          strides,
        )
        return { sum: node('Add', [wide, narrow]) }
      }))
  })

  test('what does not keep zeros, of whole blocks', () =>
    expectSame((builder) => {
      const { node, input, constant } = builder
      const [x, y] = [image(builder, 32), image(builder, 32, 'y')]
      const positive = node('Greater', [x, constant(0)])
      return {
        sigmoid: node('Sigmoid', [x]),
        chosen: node('Select', [positive, x, node('Multiply', [y, input('alpha', [1, 1, 32])])]),
        power: node('Pow', [node('Abs', [x]), constant(1.5)]),
      }
    }))

  test('large planes, whose sums are taken in parts', () =>
    expectSame(({ node, input }) => {
      const x = node('Conv2D', [input('x', [1, 40, 60, 16]), input('filter', [1, 1, 16, 32])], window as never)
      return {
        sum: node('Sum', [x], overAll),
        squares: node('Sum', [node('Square', [x])], overAll),
        planes: node('Mean', [x], { axes: [1, 2], keepDims: false } as never),
      }
    }))

  test('not for a single convolution, nor for channels that leave most of a block empty', async () => {
    const one = buildGraph((builder) => ({ y: node3(builder, 16, 16) }))
    const few = buildGraph((builder) => ({ y: node3(builder, 16, 3), z: node3(builder, 16, 3, 'z') }))
    for (const graph of [one, few]) {
      const [section] = lowerToOnnx(graph, { size: 16, threads: 1 }).sections
      expect(Buffer.from(section!.model).includes('nchwc')).toBe(false)
    }
  })
  const node3 = ({ node, input }: GraphBuilder, from: number, to: number, name = 'x') =>
    node('Conv2D', [input(name, [4, 6, 6, from]), input(`filter ${name}`, [3, 3, from, to])], window as never)
})

describe('the size of blocks', () => {
  const graph = buildGraph(({ node, input }) => ({
    y: node('Conv2D', [input('x', [4, 6, 6, 16]), input('filter', [1, 1, 16, 16])], {
      strides: [1, 1],
      dilations: [1, 1],
      pad: 'valid',
    } as never),
  }))

  test('is one that the library has, or none', () => expect([16, 8, NO_BLOCKS]).toContain(size))
  test('is none where the library refuses', async () => {
    const refuse = () => Promise.reject(new Error('no such operator'))
    expect(await askForBlocks(refuse)).toBe(NO_BLOCKS)
  })
  test('none leaves a graph as it is', async () => {
    expect(await blocksFor(graph, 2, NO_BLOCKS)).toBeUndefined()
    expect(await blocksFor(graph, 2, 8)).toEqual({ size: 8, threads: 2 })
  })
  test('is not asked for without convolutions', async () => {
    expect(await blocksFor({ ...graph, nodes: [] }, 2, 16)).toBeUndefined()
  })
})
