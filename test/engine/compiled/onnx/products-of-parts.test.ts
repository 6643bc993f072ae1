/** A product of stacked matrices is the sum of two products. */
import { describe, expect, test } from 'vitest'
import type { Graph } from '../../../../src/engine/compiled/graph/graph.js'
import { productsOfParts } from '../../../../src/engine/compiled/onnx/products-of-parts.js'
import { buildGraph, expectSameResults } from '../../../support/graph.js'

const numbers = (length: number, phase: number) => Array.from({ length }, (_, index) => Math.sin(phase + 3 * index))
const given = { v0: numbers(6, 0), v1: numbers(12, 1), h0: numbers(8, 2), h1: numbers(16, 3) }

const graphOf = ({ axis = 0, transposeA = true, parts = 2 } = {}): Graph =>
  buildGraph(({ input, constant, node }) => {
    const [v0, v1, h0, h1] = [input('v0', [2, 3]), input('v1', [4, 3]), input('h0', [2, 4]), input('h1', [4, 4])]
    const more = parts === 3
    const visible = node('Concat', more ? [v0, v1, v1] : [v0, v1], { axis: 0 })
    const hidden = node('Concat', [node('Multiply', [h0, constant(-1)]), h1, ...(more ? [h1] : [])], { axis: 0 })
    const sums = node('Sum', [hidden], { axis: [axis] })
    if (!transposeA) return { sums, visible }
    return { sums, products: node('BatchMatMul', [visible, hidden], { transposeA, transposeB: false }) }
  })
const kernels = ({ nodes }: Graph) => nodes.map(({ kernel }) => kernel)

test('products and sums of two parts, with a factor behind them', async () => {
  const before = graphOf()
  const after = productsOfParts(before)
  expect(kernels(after).filter((kernel) => kernel === 'Concat')).toEqual([])
  expect(kernels(after).filter((kernel) => kernel === 'BatchMatMul')).toHaveLength(2)
  const shapes = after.nodes.filter(({ kernel }) => kernel === 'Multiply').map(({ output }) => after.values.get(output))
  expect(shapes.map((info) => info!.shape).sort()).toEqual([[3, 4], [4]])
  await expectSameResults(before, after, given)
})

describe('left as it is', () => {
  test.each([
    ['of three parts', graphOf({ parts: 3 })],
    ['sums over columns', graphOf({ axis: 1, transposeA: false })],
  ])('%s', (_, graph) => {
    expect(productsOfParts(graph).nodes).toEqual(graph.nodes)
  })
})
