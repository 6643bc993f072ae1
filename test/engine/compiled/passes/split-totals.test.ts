/** Totals are split off a step as terms. Both parts together give the outputs of the step. */
import { describe, expect, test } from 'vitest'
import { type Graph, infoOf, type ValueId } from '../../../../src/engine/compiled/graph/graph.js'
import { simplifiedGraph } from '../../../../src/engine/compiled/passes/simplified.js'
import { type SplitTotals, splitTotals } from '../../../../src/engine/compiled/passes/split-totals.js'
import { updateValueName } from '../../../../src/engine/compiled/passes/split-update.js'
import { expectClose } from '../../../support/close.js'
import { BATCH_SIZE, smallMachine } from '../../../support/contrastive.js'
import { buildGraph, interpret, type Numbers } from '../../../support/graph.js'

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const sumOf = (values: Iterable<number>) => Array.from(values).reduce((sum, value) => sum + value, 0)

/** The outputs of a split step by tfjs, and its totals from what they read. */
async function runSplit({ graph, totals }: SplitTotals, given: Readonly<Record<string, Numbers>>) {
  const results = await interpret(graph, given)
  const names = new Map(graph.inputs.map(({ value, name }) => [value, name]))
  const read = (value: ValueId) => Array.from(results[updateValueName(value)] ?? given[names.get(value)!]!)
  const found = totals.map(({ name, terms }) => {
    const sums = terms.map((term) => {
      const x = read(term.x)
      if (term.of === 'scalar') return term.factor * x[0]!
      if (term.of === 'softplus') return term.factor * sumOf(x.map(softplus))
      const y = read(term.y)
      return term.factor * sumOf(x.map((value, index) => value * y[index]!))
    })
    return [name, Float32Array.of(sumOf(sums))] as const
  })
  const outputs = Object.entries(results).filter(([name]) => !name.startsWith('update:'))
  return Object.fromEntries([...outputs, ...found])
}

async function expectSame(graph: Graph, given: Readonly<Record<string, Numbers>>): Promise<SplitTotals> {
  const split = splitTotals(graph)
  const expected = await interpret(graph, given)
  const found = await runSplit(split, given)
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort())
  for (const [name, values] of Object.entries(expected)) {
    expectClose(found[name]!, values, name, { relative: 1e-5, absolute: 1e-6 })
  }
  return split
}

const kinds = ({ totals }: SplitTotals) => totals.map(({ name, terms }) => [name, terms.map(({ of }) => of).sort()])
const kernels = ({ graph }: SplitTotals) => graph.nodes.map(({ kernel }) => kernel)

const all = (rank: number) => ({ axis: [0, 1].slice(0, rank) })
const given = { x: [1, -2, 3, -4, 0, 6], b: [0.5, 2, -1], scale: [3] }

test('signs and factors of a sum go to its terms', async () => {
  const graph = buildGraph(({ state, input, constant, node }) => {
    const x = node('Neg', [input('x', [2, 3])])
    const rows = node('Sum', [node('Softplus', [x])], { axis: [1] })
    const energy = node('Sub', [node('Sum', [x], { axis: [1] }), rows])
    const product = node('Multiply', [state('b', [3]), node('Sum', [x], { axis: [0] })])
    const other = node('Multiply', [node('Neg', [node('Sum', [product], all(1))]), constant(0.25)])
    const loss = node('Sub', [node('Multiply', [constant(2), node('Sum', [energy], all(1))]), other])
    return { loss, x }
  })
  const split = await expectSame(graph, given)
  expect(kinds(split)).toEqual([['loss', ['dot', 'scalar', 'softplus']]])
  expect(split.totals[0]!.terms.map(({ of, factor }) => [of, factor]).sort()).toEqual([
    ['dot', 0.25],
    ['scalar', 2],
    ['softplus', -2],
  ])
  expect(kernels(split)).toEqual(['Neg', 'Sum', 'Sum', 'Sum'])
})

test('a scalar that depends on no sum stays as it is', async () => {
  const graph = buildGraph(({ input, node }) => {
    const sum = node('Sum', [node('Softplus', [node('Neg', [input('x', [2, 3])])])], all(2))
    return { loss: node('Add', [node('Sqrt', [input('scale', [])]), sum]) }
  })
  const split = await expectSame(graph, given)
  expect(kinds(split)).toEqual([['loss', ['scalar', 'softplus']]])
  expect(kernels(split)).toEqual(['Neg', 'Sqrt'])
})

describe('outputs that stay in the graph', () => {
  const inBuilder = (build: Parameters<typeof buildGraph>[0]) => buildGraph(build)
  test.each([
    ['without softplus', inBuilder(({ input, node }) => ({ loss: node('Sum', [input('x', [2, 3])], all(2)) }))],
    [
      'of which something else depends',
      inBuilder(({ input, node }) => {
        const loss = node('Sum', [node('Softplus', [node('Neg', [input('x', [2, 3])])])], all(2))
        return { loss, root: node('Sqrt', [loss]) }
      }),
    ],
    [
      'whose elements of softplus are needed',
      inBuilder(({ input, node }) => {
        const elements = node('Softplus', [node('Neg', [input('x', [2, 3])])])
        return { elements, loss: node('Sum', [elements], all(2)) }
      }),
    ],
    [
      'that are no sums',
      inBuilder(({ input, node }) => {
        const rows = node('Sum', [node('Softplus', [node('Neg', [input('x', [2, 3])])])], { axis: [1] })
        return { rows, largest: node('Max', [node('Softplus', [node('Neg', [input('x', [2, 3])])])], all(2)) }
      }),
    ],
  ])('%s', async (_, graph) => {
    const split = await expectSame(graph, given)
    expect(split.totals).toEqual([])
    expect(split.graph.nodes).toEqual(graph.nodes)
  })
})

test.each([
  ['CD', { algorithm: 'cd' }, 2],
  ['PCD', { algorithm: 'pcd', chains: 7 }, 2],
  ['mean-field CD', { algorithm: 'mean_field', k: 2 }, 2],
  ['parallel tempering', { algorithm: 'parallel_tempering', chains: 5, temperatures: [1, 0.5, 0] }, 2],
  ['the exact gradient', { algorithm: 'exact' }, 1],
])('the loss of %s leaves the pre-activations of hidden units', async (_, training, count) => {
  const { programs } = smallMachine({ training, optimizer: { type: 'SGD', learning_rate: 0.1 } }).learner
  const { graph, totals } = splitTotals(await simplifiedGraph(programs.train!, BATCH_SIZE))
  const terms = totals.flatMap(({ terms }) => terms).filter(({ of }) => of === 'softplus')
  expect(totals.map(({ name }) => name)).toEqual(['loss'])
  expect(terms).toHaveLength(count)
  expect(terms.every(({ x }) => infoOf(graph, x).shape.at(-1) === 5)).toBe(true)
})
