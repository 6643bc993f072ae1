/** The update is cut off a step as expressions. Both parts together give the result of the step. */
import { describe, expect, test } from 'vitest'
import { type Graph, infoOf, type ValueId } from '../../../../src/engine/compiled/graph/graph.js'
import { trace } from '../../../../src/engine/compiled/graph/trace.js'
import { simplify } from '../../../../src/engine/compiled/passes/simplify.js'
import {
  type SplitStep,
  splitUpdate,
  type Update,
  updateFromParts,
  updateValueName,
} from '../../../../src/engine/compiled/passes/split-update.js'
import { expectClose } from '../../../support/close.js'
import { buildGraph, interpret, type Numbers } from '../../../support/graph.js'
import { kerasFixture } from '../../../support/keras.js'
import { smallNetwork } from '../../../support/network.js'
import { expectNoTensorLeaks } from '../../../support/tensors.js'
import { evaluateUpdate } from '../../../support/update.js'

expectNoTensorLeaks()

/** The results of a split step: the graph by tfjs, then each update in place, as in an engine. */
async function runSplit(whole: Graph, { graph, updates }: SplitStep, given: Readonly<Record<string, Numbers>>) {
  const results = await interpret(graph, given)
  const names = new Map(whole.inputs.map(({ value, name }) => [value, name]))
  const computed = (value: ValueId) => {
    const name = names.get(value)
    return name === undefined ? results[updateValueName(value)]! : Float32Array.from(given[name]!)
  }
  const state = new Map<string, Float32Array>(
    graph.inputs.flatMap(({ from, name }) =>
      from === 'state' ? [[name, Float32Array.from(given[name]!)] as const] : [],
    ),
  )
  const outputs = Object.fromEntries(Object.entries(results).filter(([name]) => !name.startsWith('update:')))
  for (const [name, values] of Object.entries(outputs)) {
    if (name.startsWith('state ')) state.set(name.slice(6), values)
  }
  for (const update of updates) {
    const arrays = update.arrays.map((array) =>
      array.from === 'state' ? state.get(array.name)! : computed(array.value),
    )
    evaluateUpdate(
      update,
      arrays,
      update.scalars.map((value) => computed(value)[0]!),
    )
    for (const { array } of update.stores) {
      const stored = update.arrays[array]!
      if (stored.from === 'state') outputs[`state ${stored.name}`] = arrays[array]!
    }
  }
  return outputs
}

async function expectSameStep(graph: Graph, given: Readonly<Record<string, Numbers>>): Promise<SplitStep> {
  const split = splitUpdate(graph)
  const expected = await interpret(graph, given)
  const found = await runSplit(graph, split, given)
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort())
  for (const [name, values] of Object.entries(expected)) {
    expectClose(found[name]!, values, name, { relative: 1e-6, absolute: 1e-9 })
  }
  return split
}

const { cases } = kerasFixture('optimizers')

const values = { w: [1, 2, 3, 4], 'w/m': [0.5, 0, -1, 2], g: [0.1, -0.2, 0.3, 0], rate: [0.5], v: [9, 8, 7, 6] }
const kernels = ({ graph }: SplitStep) => graph.nodes.map(({ kernel }) => kernel)

test('an update is one expression of its arrays and scalars', async () => {
  const graph = buildGraph(({ state, input, constant, node }) => {
    const w = state('w', [4])
    const m = state('w/m', [4])
    const g = node('Neg', [input('g', [4])])
    const rate = node('Sqrt', [input('rate', [])])
    const next = node('Add', [node('Multiply', [m, constant(0.9)]), g])
    return { 'state w': node('Sub', [w, node('Multiply', [next, rate])]), 'state w/m': next, loss: node('Sum', [g]) }
  })
  const split = await expectSameStep(graph, values)
  const [negated, root] = graph.nodes.filter(({ kernel }) => kernel === 'Neg' || kernel === 'Sqrt')
  expect(kernels(split)).toEqual(['Neg', 'Sqrt', 'Sum'])
  expect(split.graph.outputs.map(({ name }) => name)).toEqual([
    'loss',
    updateValueName(negated!.output),
    updateValueName(root!.output),
  ])
  expect(split.updates).toEqual([
    {
      arrays: [
        { from: 'state', name: 'w' },
        { from: 'state', name: 'w/m' },
        { from: 'graph', value: negated!.output },
      ],
      scalars: [root!.output],
      expressions: [
        { kind: 'array', index: 0 },
        { kind: 'array', index: 1 },
        { kind: 'number', value: Math.fround(0.9) },
        { kind: 'op', kernel: 'Multiply', operands: [1, 2] },
        { kind: 'array', index: 2 },
        { kind: 'op', kernel: 'Add', operands: [3, 4] },
        { kind: 'scalar', index: 0 },
        { kind: 'op', kernel: 'Multiply', operands: [5, 6] },
        { kind: 'op', kernel: 'Sub', operands: [0, 7] },
      ].map((expression) => ('value' in expression ? { ...expression, value: expect.closeTo(0.9) } : expression)),
      stores: [
        { expression: 8, array: 0 },
        { expression: 5, array: 1 },
      ],
    },
  ])
})

test('state that becomes one number everywhere is a store of its own', async () => {
  const graph = buildGraph(({ state, input, constant, node }) => ({
    'state w': node('Sub', [state('w', [4]), node('Add', [state('w/sum', [4]), input('g', [4])])]),
    'state w/sum': constant(0, [4]),
  }))
  const split = await expectSameStep(graph, { ...values, 'w/sum': [1, 2, 3, 4] })
  expect(kernels(split)).toEqual([])
  expect(split.updates.map(({ stores }) => stores.length)).toEqual([2])
})

describe('parts that are not cut off', () => {
  test('a step without state', async () => {
    const graph = buildGraph(({ input, node }) => ({ y: node('Neg', [input('g', [4])]) }))
    expect((await expectSameStep(graph, values)).updates).toEqual([])
  })

  test('nodes that a result depends on', async () => {
    const graph = buildGraph(({ state, input, node }) => {
      const half = node('Multiply', [state('w', [4]), input('rate', [])])
      return { 'state w': node('Abs', [half]), size: node('Sum', [half]) }
    })
    const split = await expectSameStep(graph, values)
    expect(kernels(split)).toEqual(['Multiply', 'Sum'])
    expect(split.updates.map(({ expressions }) => expressions.length)).toEqual([2])
  })

  test('operations that a loop has no instruction for, or that make a tensor larger', async () => {
    const graph = buildGraph(({ state, input, node }) => {
      const w = state('w', [4])
      const wide = node('Add', [node('Reshape', [input('rate', [])], { shape: [1] }), input('g', [4])])
      return { 'state w': node('Sub', [w, node('Tanh', [wide])]) }
    })
    const split = await expectSameStep(graph, values)
    expect(kernels(split)).toEqual(['Reshape', 'Add', 'Tanh'])
  })

  test('new state of a single number, or that is computed whole by something else', async () => {
    const graph = buildGraph(({ state, input, constant, node }) => ({
      'state rate': node('Multiply', [state('rate', []), constant(0.5)]),
      'state w': node('Exp', [state('w', [4])]),
      'state v': input('g', [4]),
      'state w/m': node('Neg', [state('w/m', [4])]),
      y: state('v', [4]),
    }))
    const split = await expectSameStep(graph, values)
    expect(kernels(split)).toEqual(['Multiply', 'Exp'])
    expect(split.updates.map(({ arrays }) => arrays)).toEqual([[{ from: 'state', name: 'w/m' }]])
  })

  test('an update that reads state which another one changes: loops run one after another', async () => {
    const graph = buildGraph(({ state, input, node }) => {
      const w = state('w', [4])
      const v = state('v', [4])
      const g = input('g', [4])
      return { 'state v': node('Sub', [v, g]), 'state w': node('Add', [w, v]) }
    })
    const split = await expectSameStep(graph, values)
    expect(kernels(split)).toEqual(['Add'])
  })

  test('an update that reads a single number which is state and changes', async () => {
    const graph = buildGraph(({ state, input, constant, node }) => {
      const rate = state('rate', [])
      const step = node('Multiply', [input('g', [4]), rate])
      return { 'state rate': node('Multiply', [rate, constant(0.5)]), 'state w': node('Sub', [state('w', [4]), step]) }
    })
    const split = await expectSameStep(graph, values)
    expect(split.updates).toEqual([])
  })

  test('slots of another shape than their weight go into a loop of their own', async () => {
    const graph = buildGraph(({ state, input, node }) => ({
      'state w': node('Neg', [state('w', [4])]),
      'state w/row': node('Add', [state('w/row', [2]), input('r', [2])]),
    }))
    const split = await expectSameStep(graph, { w: values.w, 'w/row': [1, 2], r: [3, 4] })
    expect(split.updates.length).toBe(2)
  })
})

/** Updates that need more than sums and products of a weight's own arrays: the rest stays in the graph. */
const NOT_WHOLE = ['Adafactor', 'Lamb', 'Muon']
const isWhole = ({ optimizer }: (typeof cases)[number]) =>
  !NOT_WHOLE.includes(optimizer.type) && !('learning_rate_power' in optimizer)

describe('every optimizer is cut off', () => {
  test.each(cases)('$name', async ({ optimizer, ...one }) => {
    const layers = [{ type: 'Dense', units: 3 }]
    const { programs } = smallNetwork({ layers, loss: 'mse', optimizer }, [2])
    const graph = simplify(await trace(programs.train, 2))
    const given = Object.fromEntries(
      graph.inputs.map(({ value, name }, index) => {
        const { shape } = infoOf(graph, value)
        const size = shape.reduce((product, dim) => product * dim, 1)
        return [
          name,
          name === 'y' ? [1, 2] : Array.from({ length: size }, (_, at) => 0.1 + Math.abs(Math.sin(index + at))),
        ]
      }),
    )
    const { updates, graph: rest } = await expectSameStep(graph, given)
    expect(updates.length).toBe(2)
    if (!isWhole({ optimizer, ...one })) return
    const kept = rest.outputs.filter(({ to }) => to === 'state').map(({ name }) => name)
    expect(kept).toEqual(Object.keys(one.shared ?? {}).map((name) => `optimizer/${name}`))
    // a gradient is all that the update takes from the step, with scalars that follow from the step count
    for (const { arrays } of updates) expect(arrays.filter(({ from }) => from === 'graph').length).toBe(1)
  })
})

describe('an update of values that parts of a batch compute', () => {
  const array = (value: number, part?: number) => ({ from: 'graph' as const, value, ...(part && { part }) })
  const update: Update = {
    // w - s (g + h)
    expressions: [
      { kind: 'array', index: 0 },
      { kind: 'array', index: 1 },
      { kind: 'array', index: 2 },
      { kind: 'op', kernel: 'Add', operands: [1, 2] },
      { kind: 'scalar', index: 0 },
      { kind: 'op', kernel: 'Multiply', operands: [4, 3] },
      { kind: 'op', kernel: 'Sub', operands: [0, 5] },
    ],
    arrays: [{ from: 'state', name: 'w' }, array(7), array(8)],
    scalars: [9],
    stores: [{ expression: 6, array: 0 }],
  }

  test('reads the mean of each, part by part', () => {
    const joined = updateFromParts(update, 3)!
    expect(joined.arrays).toEqual([...update.arrays, array(7, 1), array(8, 1), array(7, 2), array(8, 2)])
    const arrays = [10, 1, 2, 3, 4, 5, 6].map((value) => Float32Array.of(value))
    evaluateUpdate(joined, arrays, [0.5])
    // means 3 of (1, 3, 5) and 4 of (2, 4, 6)
    expect(arrays[0]![0]).toBeCloseTo(10 - 0.5 * (3 + 4), 5)
  })

  test('is not joined if a loop would have too many arguments', () => {
    expect(updateFromParts(update, 10)).toBeDefined()
    expect(updateFromParts(update, 11)).toBeUndefined()
  })
})
