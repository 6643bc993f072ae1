import { expect, test } from 'vitest'
import type { Graph } from '../../../../src/engine/compiled/graph/graph.js'
import { trace } from '../../../../src/engine/compiled/graph/trace.js'
import { simplifiedGraph } from '../../../../src/engine/compiled/passes/simplified.js'
import { stackTerms } from '../../../../src/engine/compiled/passes/stack-terms.js'
import { buildGraph, expectSameResults, type GraphBuilder, givenTo } from '../../../support/graph.js'
import { BATCH_SIZE, smallNetwork } from '../../../support/network.js'

const STEPS = 4
const given = Object.fromEntries(
  Array.from({ length: STEPS }, (_, step) => [
    [`a${step}`, Array.from({ length: 6 }, (_, index) => Math.sin(index + step))],
    [`b${step}`, Array.from({ length: 4 }, (_, index) => Math.cos(index * step))],
  ]).flat(),
)

/** a' b of every step: (2, 3)' (2, 2). */
function products({ input, node }: GraphBuilder) {
  const pairs = Array.from(
    { length: STEPS },
    (_, step) => [input(`a${step}`, [2, 3]), input(`b${step}`, [2, 2])] as const,
  )
  const each = pairs.map(([a, b]) => node('BatchMatMul', [a, b], { transposeA: true }))
  return { pairs, each }
}

const count = ({ nodes }: Graph, kernel: string) => nodes.filter((node) => node.kernel === kernel).length

test('products of many steps become one, in the order in which their factors lie already', async () => {
  const graph = buildGraph((builder) => {
    const { pairs, each } = products(builder)
    const total = each.reduce((sum, one) => builder.node('Add', [one, sum]))
    const side = builder.node(
      'Concat',
      pairs.map(([, b]) => b),
      { axis: 0 },
    )
    return { total, side }
  })
  const stacked = stackTerms(graph)
  expect([count(stacked, 'BatchMatMul'), count(stacked, 'Add')]).toEqual([1, 0])
  const [before, after] = [graph, stacked].map(({ nodes }) => nodes.filter(({ inputs }) => inputs.length === STEPS))
  expect(after!.map(({ inputs }) => inputs)).toContainEqual(before![0]!.inputs)
  await expectSameResults(graph, stacked, given)
})

test('other terms stay, and so do terms that are used elsewhere', async () => {
  const graph = buildGraph((builder) => {
    const { pairs, each } = products(builder)
    const rows = pairs.map(([, b]) => builder.node('Sum', [b], { axis: [0] }))
    const sum = rows.reduce((sum, one) => builder.node('Add', [sum, one]))
    const total = [...each, sum].reduce((sum, one) => builder.node('Add', [sum, one]))
    return { total, first: each[0]! }
  })
  const stacked = stackTerms(graph)
  expect([count(stacked, 'BatchMatMul'), count(stacked, 'Sum'), count(stacked, 'Add')]).toEqual([2, 1, 2])
  await expectSameResults(graph, stacked, given)
})

test('two steps stay as they are', () => {
  const graph = buildGraph((builder) => {
    const { each } = products(builder)
    return { total: builder.node('Add', [each[0]!, each[1]!]) }
  })
  expect(count(stackTerms(graph), 'BatchMatMul')).toBe(2)
})

test('the kernels of a recurrent layer have their gradients by one product each', async () => {
  const bidirectional = { type: 'Bidirectional', layer: { type: 'LSTM', units: 2, return_sequences: true } }
  const layers = [bidirectional, { type: 'GRU', units: 3, activation: 'sigmoid' }]
  const network = smallNetwork({ layers, loss: 'mse', optimizer: 'SGD' }, [5, 2])
  const graph = await simplifiedGraph(network.programs.train, BATCH_SIZE)
  const byWeight = graph.nodes.filter(({ kernel, attributes }) => kernel === 'BatchMatMul' && attributes.transposeA)
  expect(byWeight.length).toBe(6)
  const traced = await trace(network.programs.train, BATCH_SIZE)
  await expectSameResults(traced, graph, givenTo(traced, network))
})
