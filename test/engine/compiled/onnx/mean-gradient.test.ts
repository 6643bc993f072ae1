/** The gradient of a mean over a plane is not repeated over it before it is multiplied by another value. */
import { expect, test } from 'vitest'
import { meanGradients } from '../../../../src/engine/compiled/onnx/mean-gradient.js'
import { buildGraph, interpret } from '../../../support/graph.js'
import { some } from '../../../support/kernels.js'
import { expectNoTensorLeaks } from '../../../support/tensors.js'

expectNoTensorLeaks()

const given = { dy: some([2, 1, 1, 3]).values, x: some([2, 2, 2, 3], 2).values }

test('the repeated numbers are not stored', async () => {
  const graph = buildGraph(({ input, constant, node }) => {
    const repeated = node('Multiply', [input('dy', [2, 1, 1, 3]), constant(1, [2, 2, 2, 3])])
    return { dx: node('Multiply', [node('RealDiv', [repeated, constant(4)]), input('x', [2, 2, 2, 3])]) }
  })
  const shorter = meanGradients(graph)
  expect(shorter.nodes.map(({ kernel }) => kernel)).toEqual(['RealDiv', 'Multiply'])
  expect(await interpret(shorter, given)).toEqual(await interpret(graph, given))
})

test('they are if another node reads them', () => {
  const graph = buildGraph(({ input, constant, node }) => {
    const repeated = node('Multiply', [input('dy', [2, 1, 1, 3]), constant(1, [2, 2, 2, 3])])
    const share = node('RealDiv', [repeated, constant(4)])
    return { share, dx: node('Multiply', [share, input('x', [2, 2, 2, 3])]) }
  })
  expect(meanGradients(graph).nodes).toHaveLength(3)
})
