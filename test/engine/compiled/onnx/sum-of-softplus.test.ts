/** Rows of log(1 + e^x) summed with few logarithms. */
import { describe, expect, test } from 'vitest'
import type { Graph } from '../../../../src/engine/compiled/graph/graph.js'
import { sumsOfSoftplus } from '../../../../src/engine/compiled/onnx/sum-of-softplus.js'
import { buildGraph, expectSameResults } from '../../../support/graph.js'

const graphOf = (width: number, axis = 1) =>
  buildGraph(({ input, node }) => ({
    y: node('Sum', [node('Softplus', [input('x', [3, width])])], { axis: [axis], reductionIndices: [axis] }),
  }))
const logarithms = ({ nodes, values }: Graph) =>
  nodes.filter(({ kernel }) => kernel === 'Log').map(({ output }) => values.get(output)!.shape)

describe('found', () => {
  test.each([
    [8, 1],
    [100, 1],
    [126, 1],
    [127 * 8, 127],
    [500, 4],
    [784, 7],
  ])('in rows of %d: %d logarithms each, and the same sums', async (width, groups) => {
    const before = graphOf(width)
    const after = sumsOfSoftplus(before)
    expect(after.nodes.some(({ kernel }) => kernel === 'Softplus')).toBe(false)
    expect(logarithms(after)).toEqual([[3, groups]])
    for (const scale of [0, 0.01, 1, 30, 1000]) {
      const x = Array.from({ length: 3 * width }, (_, index) => scale * Math.sin(7 * index))
      await expectSameResults(before, after, { x })
    }
  })
})

describe('left as it is', () => {
  test.each([
    ['where rows cannot be cut', graphOf(127)],
    ['in short rows', graphOf(7)],
    ['over columns', graphOf(100, 0)],
    [
      'where its elements are needed',
      buildGraph(({ input, node }) => {
        const elements = node('Softplus', [input('x', [3, 100])])
        return { elements, y: node('Sum', [elements], { axis: [1], reductionIndices: [1] }) }
      }),
    ],
  ])('%s', (_, graph) => {
    expect(sumsOfSoftplus(graph).nodes).toEqual(graph.nodes)
  })
})
