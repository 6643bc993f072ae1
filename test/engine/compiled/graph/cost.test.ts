/** The arithmetic and the memory of graphs, against numbers counted by hand. */
import { expect, test } from 'vitest'
import { costOf } from '../../../../src/engine/compiled/graph/cost.js'
import { memoryOf } from '../../../../src/engine/compiled/graph/memory.js'
import { buildGraph } from '../../../support/graph.js'

const WINDOW = { strides: [2, 2], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] }

test('a product multiplies and adds once for each element and each inner one', () => {
  const graph = buildGraph(({ input, node }) => ({
    plain: node('BatchMatMul', [input('a', [2, 3, 5]), input('b', [2, 5, 7])]),
    turned: node('BatchMatMul', [input('c', [5, 3]), input('d', [5, 7])], { transposeA: true }),
    sum: node('Add', [input('e', [4]), input('f', [4])]),
  }))
  const flops = 2 * (2 * 3 * 7 * 5 + 3 * 7 * 5)
  expect(costOf(graph)).toEqual({ flops, convolutions: 0, outputs: 2 * 3 * 7 + 3 * 7, pooled: 0 })
})

test('pools read elements and cost no operations', () => {
  const pool = { ...WINDOW, size: [2, 2], filterSize: [2, 2] }
  const graph = buildGraph(({ input, node }) => ({
    max: node('MaxPool', [input('x', [2, 8, 8, 3])], pool),
    mean: node('AvgPool', [input('y', [2, 4, 6, 5])], pool),
  }))
  expect(costOf(graph)).toEqual({ flops: 0, convolutions: 0, outputs: 0, pooled: 2 * 8 * 8 * 3 + 2 * 4 * 6 * 5 })
})

test('a convolution and both of its gradients cost the same', () => {
  const graph = buildGraph(({ input, node }) => {
    const [x, dy] = [input('x', [2, 8, 8, 3]), input('dy', [2, 4, 4, 6])]
    const filter = input('filter', [3, 3, 3, 6])
    return {
      y: node('Conv2D', [x, filter], WINDOW),
      dx: node('Conv2DBackpropInput', [dy, filter], { ...WINDOW, inputShape: [2, 8, 8, 3] }),
      dw: node('Conv2DBackpropFilter', [x, dy], { ...WINDOW, filterShape: [3, 3, 3, 6] }),
    }
  })
  const once = 2 * (2 * 4 * 4 * 6) * (3 * 3 * 3)
  expect(costOf(graph)).toMatchObject({ flops: 3 * once, convolutions: 3 * once })
})

test('a convolution by channel does not sum over channels', () => {
  const graph = buildGraph(({ input, node }) => {
    const [x, dy] = [input('x', [2, 8, 8, 3]), input('dy', [2, 4, 4, 6])]
    const filter = input('filter', [3, 3, 3, 2])
    return {
      y: node('DepthwiseConv2dNative', [x, filter], WINDOW),
      dx: node('DepthwiseConv2dNativeBackpropInput', [dy, filter], { ...WINDOW, inputShape: [2, 8, 8, 3] }),
      dw: node('DepthwiseConv2dNativeBackpropFilter', [x, dy], { ...WINDOW, filterShape: [3, 3, 3, 2] }),
    }
  })
  expect(costOf(graph).flops).toBe(3 * 2 * (2 * 4 * 4 * 6) * (3 * 3))
})

test('a value takes memory from the node that makes it to its last use', () => {
  const graph = buildGraph(({ input, node }) => {
    const x = input('x', [10])
    const a = node('Exp', [x])
    const b = node('Exp', [a])
    const c = node('Add', [a, b]) // a, b and c at one time: 120 bytes
    const d = node('Exp', [c])
    return { total: node('Sum', [d], { axis: [0] }) }
  })
  expect(memoryOf(graph)).toEqual({ outputs: 4, between: 120 })
})

test('a reshaped value shares its memory; a boolean takes a byte; an output stays', () => {
  const graph = buildGraph(({ input, node }) => {
    const a = node('Exp', [input('x', [2, 5])])
    const flat = node('Reshape', [a], { shape: [10] })
    const signs = node('Greater', [flat, flat])
    return { kept: node('Cast', [signs], { dtype: 'float32' }), flat }
  })
  expect(memoryOf(graph)).toEqual({ outputs: 80, between: 10 })
})
