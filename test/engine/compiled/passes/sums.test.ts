/** Sums move before linear operations, and only before these. */
import { describe, expect, test } from 'vitest'
import type { Graph } from '../../../../src/engine/compiled/graph/graph.js'
import { recognize } from '../../../../src/engine/compiled/passes/recognize.js'
import { buildGraph, expectSameResults, type GraphBuilder } from '../../../support/graph.js'

const kernels = (graph: Graph) => graph.nodes.map(({ kernel }) => kernel)
const given = { x: [0.5, -1, 2, 3, 0, -0.25], w: [1, -2, 0.5], n: [4, -3] }

/** Graphs of rows x (2, 3), a column w and a vector n of two. */
const graphOf = (build: (builder: GraphBuilder, x: number, w: number, n: number) => number) =>
  buildGraph((builder) => {
    const { input } = builder
    return { y: build(builder, input('x', [2, 3]), input('w', [3, 1]), input('n', [2])) }
  })

/** x w, as a vector. */
const weighted = ({ node }: GraphBuilder, x: number, w: number) =>
  node('Reshape', [node('BatchMatMul', [x, w], { transposeA: false, transposeB: false })], { shape: [2] })

describe('the sum of all', () => {
  test.each([
    ['weighted rows', weighted],
    ['what is subtracted', (b: GraphBuilder, x: number, w: number, n: number) => b.node('Sub', [n, weighted(b, x, w)])],
    [
      'a negative sum',
      (b: GraphBuilder, x: number, w: number, n: number) => b.node('Neg', [b.node('Add', [weighted(b, x, w), n])]),
    ],
  ])('%s needs no product', async (_, build) => {
    for (const kernel of ['Sum', 'Mean'] as const) {
      const before = graphOf((b, x, w, n) => b.node(kernel, [build(b, x, w, n)], { axis: [0], reductionIndices: [0] }))
      expect(kernels(recognize(before))).not.toContain('BatchMatMul')
      await expectSameResults(before, recognize(before), given)
    }
  })

  test('of weighted rows with other uses stays', async () => {
    const before = buildGraph((builder) => {
      const rows = weighted(builder, builder.input('x', [2, 3]), builder.input('w', [3, 1]))
      return { rows, y: builder.node('Sum', [rows], { axis: [0], reductionIndices: [0] }) }
    })
    expect(kernels(recognize(before))).toEqual(kernels(before))
    await expectSameResults(before, recognize(before), given)
  })

  test('of broadcast terms stays', async () => {
    const before = graphOf((b, x, w, n) => {
      const one = b.node('Slice', [n], { begin: [0], size: [1] })
      return b.node('Sum', [b.node('Sub', [one, weighted(b, x, w)])], { axis: [0], reductionIndices: [0] })
    })
    expect(kernels(recognize(before))).toEqual(kernels(before))
    await expectSameResults(before, recognize(before), given)
  })
})

test('a mean over rows is the sum that others need, times a number', async () => {
  const before = graphOf(({ node }, x) => node('Mean', [x], { axis: [0], reductionIndices: [0] }))
  expect(kernels(recognize(before))).toEqual(['Sum', 'Multiply'])
  await expectSameResults(before, recognize(before), given)
})

test.each([0, 1])('a factor waits for the sum over axis %d', async (axis) => {
  const before = graphOf(({ node, constant }, x) => {
    return node('Sum', [node('Multiply', [x, constant(0.25)])], { axis: [axis], reductionIndices: [axis] })
  })
  const after = recognize(before)
  expect(kernels(after)).toEqual(['Sum', 'Multiply'])
  expect(after.nodes[0]!.inputs).toEqual([before.inputs[0]!.value])
  await expectSameResults(before, after, given)
})
