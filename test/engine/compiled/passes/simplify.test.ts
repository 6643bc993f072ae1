/** Simplifying removes work and changes no result. */
import { describe, expect, test } from 'vitest'
import { type Graph, infoOf } from '../../../../src/engine/compiled/graph/graph.js'
import type { KernelName } from '../../../../src/engine/compiled/graph/kernels.js'
import { trace } from '../../../../src/engine/compiled/graph/trace.js'
import { simplify } from '../../../../src/engine/compiled/passes/simplify.js'
import { ACTIVATION_FUNCTIONS } from '../../../../src/model/activations.js'
import { buildGraph, expectSameResults, type GraphBuilder, givenTo, interpret } from '../../../support/graph.js'
import { kerasFixture } from '../../../support/keras.js'
import { BATCH_SIZE, type Network, smallNetwork } from '../../../support/network.js'
import { rowLossTypes } from '../../../support/spec.js'
import { expectNoTensorLeaks } from '../../../support/tensors.js'

expectNoTensorLeaks()

const kernels = (graph: Graph) => graph.nodes.map(({ kernel }) => kernel)

describe('training steps keep their results', () => {
  const check = async (network: Network) => {
    const before = await trace(network.programs.train, BATCH_SIZE)
    const after = simplify(before)
    expect(after.nodes.length).toBeLessThan(before.nodes.length)
    expect(after.inputs).toEqual(before.inputs)
    expect(kernels(simplify(after))).toEqual(kernels(after))
    await expectSameResults(before, after, givenTo(before, network))
  }
  const dense = (activation: string) => [
    { type: 'Dense', units: 4, activation },
    { type: 'Dropout', rate: 0.5 },
    { type: 'Dense', units: 3, activation: 'sigmoid' },
  ]

  test.each(Object.keys(ACTIVATION_FUNCTIONS))('through %s', async (activation) => {
    await check(smallNetwork({ layers: dense(activation), loss: 'mse', optimizer: 'SGD' }))
  })
  test.each(rowLossTypes)('down the %s', async (loss) => {
    await check(smallNetwork({ layers: dense('relu'), loss, optimizer: 'SGD', metrics: ['acc', 'mae'] }))
  })
  test('down the ctc', async () => {
    await check(smallNetwork({ layers: [{ type: 'Dense', units: 3 }], loss: 'ctc', optimizer: 'SGD' }, [5, 3]))
  })
  test.each(kerasFixture('optimizers').cases)('by $name', async ({ optimizer }) => {
    await check(smallNetwork({ layers: dense('tanh'), loss: 'mse', optimizer }))
  })
})

describe('removed nodes', () => {
  const x = [1, -2, 3, 0.5, 0, 7]
  type Rewrite = [build: (builder: GraphBuilder, x: number) => number, kept: KernelName[]]
  const rewrites: Record<string, Rewrite> = {
    'a product with one': [({ node, constant }, x) => node('Multiply', [x, constant(1)]), []],
    'one times something': [({ node, constant }, x) => node('Multiply', [constant(1, [2, 3]), x]), []],
    'a quotient by one': [({ node, constant }, x) => node('RealDiv', [x, constant(1)]), []],
    'a reshape of a reshape': [
      ({ node }, x) => node('Neg', [node('Reshape', [node('Reshape', [x], { shape: [6] })], { shape: [3, 2] })]),
      ['Reshape', 'Neg'],
    ],
    'a reshape there and back': [
      ({ node }, x) => node('Reshape', [node('Reshape', [x], { shape: [6] })], { shape: [2, 3] }),
      [],
    ],
    'arithmetic on known numbers': [
      ({ node, constant }, x) => {
        const half = node('RealDiv', [node('Sub', [constant(3), constant(2)]), node('Sqrt', [constant(4)])])
        return node('Multiply', [x, node('Neg', [node('Add', [half, node('Multiply', [half, half])])])])
      },
      ['Multiply'],
    ],
    'a reshape of a known number': [
      ({ node, constant }, x) => node('Add', [x, node('Reshape', [constant(2, [1, 3])], { shape: [3] })]),
      ['Add'],
    ],
    'a reshape before a sum of all that it cut': [
      ({ node }, x) => node('Sum', [node('Reshape', [x], { shape: [1, 2, 3] })], { axis: [0, 1] }),
      ['Sum'],
    ],
    'a part of what was put together': [
      ({ node }, x) => {
        const both = node('Concat', [node('Exp', [x]), node('Abs', [x])], { axis: 1 })
        return node('Slice', [both], { begin: [0, 3], size: [2, 3] })
      },
      ['Abs'],
    ],
    'a value computed twice': [({ node }, x) => node('Add', [node('Exp', [x]), node('Exp', [x])]), ['Exp', 'Add']],
    'a value nobody uses': [
      ({ node }, x) => {
        node('Exp', [node('Neg', [x])])
        return node('Abs', [x])
      },
      ['Abs'],
    ],
  }
  test.each(Object.entries(rewrites))('%s', async (_, [build, kept]) => {
    const before = buildGraph((builder) => ({ y: build(builder, builder.input('x', [2, 3])) }))
    const after = simplify(before)
    expect(kernels(after)).toEqual(kept)
    await expectSameResults(before, after, { x })
  })

  const keeps: Record<string, Rewrite> = {
    'a product with one that makes the shape wider': [
      ({ node, constant }, x) => node('Multiply', [x, constant(1, [4, 2, 3])]),
      ['Multiply'],
    ],
    'a sum with zero, which turns -0 into 0': [({ node, constant }, x) => node('Add', [x, constant(0)]), ['Add']],
    'one divided by something': [({ node, constant }, x) => node('RealDiv', [constant(1), x]), ['RealDiv']],
    'a step that is not that of a relu': [
      ({ node }, x) => node('Add', [node('Relu', [x]), node('Step', [x], { alpha: 0.5 })]),
      ['Relu', 'Step', 'Add'],
    ],
    'a reshape before a sum of something else': [
      ({ node }, x) => node('Sum', [node('Reshape', [x], { shape: [1, 2, 3] })], { axis: [0, 2] }),
      ['Reshape', 'Sum'],
    ],
    'a piece of a part, or of two': [
      ({ node }, x) => {
        const both = node('Concat', [node('Exp', [x]), node('Abs', [x])], { axis: 1 })
        const pieces = [0, 2, 4].map((from) => node('Slice', [both], { begin: [0, from], size: [2, 2] }))
        return node('Concat', pieces, { axis: 0 })
      },
      ['Exp', 'Abs', 'Concat', 'Slice', 'Slice', 'Slice', 'Concat'],
    ],
    'sums over different axes': [
      ({ node }, x) => node('Add', [node('Sum', [x], { axis: 0 }), node('Sum', [node('Sum', [x], { axis: 1 })])]),
      ['Sum', 'Sum', 'Sum', 'Add'],
    ],
  }
  test.each(Object.entries(keeps))('but not %s', async (_, [build, kept]) => {
    const before = buildGraph((builder) => ({ y: build(builder, builder.input('x', [2, 3])) }))
    const after = simplify(before)
    expect(kernels(after)).toEqual(kept)
    await expectSameResults(before, after, { x: [1, -2, 3, 0.5, -1, 7] })
  })

  test('zeros of either sign stay what they are', async () => {
    const before = buildGraph(({ input, constant, node }) => ({
      y: node('RealDiv', [input('x', [2]), node('Neg', [constant(0)])]),
      z: node('RealDiv', [input('x2', [2]), constant(0)]),
    }))
    const results = await interpret(simplify(before), { x: [1, 2], x2: [1, 2] })
    expect(results).toEqual({ y: Float32Array.of(-Infinity, -Infinity), z: Float32Array.of(Infinity, Infinity) })
  })

  test('the slope of a relu uses the output, so that the input need not be kept', async () => {
    const before = buildGraph(({ input, node }) => {
      const x = input('x', [2, 3])
      return { y: node('Relu', [x]), slope: node('Step', [x], { alpha: 0 }) }
    })
    const after = simplify(before)
    expect(after.nodes[1]!.inputs).toEqual([after.nodes[0]!.output])
    await expectSameResults(before, after, { x })
  })

  test('a tensor of one number becomes a scalar where the shape is known without it', () => {
    const graph = buildGraph(({ input, constant, node }) => ({
      y: node('Maximum', [input('x', [2, 3]), constant(5, [2, 3])]),
      z: node('Maximum', [input('row', [3]), constant(5, [2, 3])]),
    }))
    const shapes = simplify(graph).constants.map(({ value }) => infoOf(simplify(graph), value).shape)
    expect(shapes.map((shape) => shape.join()).sort()).toEqual(['', '2,3'])
  })
})
