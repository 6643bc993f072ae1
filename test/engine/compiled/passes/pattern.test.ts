/** A pattern matches the graph that it describes, and nothing else. */
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { Graph } from '../../../../src/engine/compiled/graph/graph.js'
import { numberOf, viewOf } from '../../../../src/engine/compiled/graph/view.js'
import { hole, match, type Op, op } from '../../../../src/engine/compiled/passes/pattern.js'
import { buildGraph, type GraphBuilder } from '../../../support/graph.js'

/** Three vectors and what `build` makes of them, by name; `out` is the last node. */
function graphOf<Named extends Readonly<Record<'out', number>>>(
  build: (builder: GraphBuilder, a: number, b: number, c: number) => Named,
) {
  const values: ({ a: number; b: number; c: number } & Named)[] = []
  const graph = buildGraph((builder) => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => builder.input(name, [4])) as [number, number, number]
    const named = build(builder, a, b, c)
    values.push({ a, b, c, ...named })
    return { out: named.out }
  })
  return { graph, values: values[0]! }
}

function found<Names extends string>(pattern: Op<Names>, graph: Graph) {
  const last = graph.nodes.find(({ output }) => output === graph.outputs[0]!.value)!
  return match(pattern, last, viewOf(graph))
}

describe('a name', () => {
  const difference = op('Sub', ['x', op('Exp', ['x'])])

  test('is the value at its place', () => {
    const { graph, values } = graphOf(({ node }, a) => ({ out: node('Sub', [a, node('Exp', [a])]) }))
    expect(found(difference, graph)?.values).toEqual({ x: values.a })
  })

  test('is the same value everywhere in the pattern', () => {
    const { graph } = graphOf(({ node }, a, b) => ({ out: node('Sub', [a, node('Exp', [b])]) }))
    expect(found(difference, graph)).toBeUndefined()
  })

  test('of a node is the same node everywhere in the pattern', () => {
    const pattern = op('Sub', [op('Exp', ['x'], { as: 'power' }), op('Neg', ['power'])])
    const build = (twice: boolean) =>
      graphOf(({ node }, a) => {
        const power = node('Exp', [a])
        return { power, out: node('Sub', [power, node('Neg', [twice ? node('Exp', [a]) : power])]) }
      })
    const { graph, values } = build(false)
    expect(found(pattern, graph)?.values).toEqual({ x: values.a, power: values.power })
    expect(found(pattern, build(true).graph)).toBeUndefined()
  })

  test('is known to the compiler', () => {
    const pattern = op('Sub', [op('Exp', [hole('x', () => true)], { as: 'power' }), op('Neg', ['y'])])
    expectTypeOf(pattern).toEqualTypeOf<Op<'x' | 'y' | 'power'>>()
    const values = { x: 0, y: 1, power: 2 }
    expectTypeOf(found(pattern, graphOf(({ node }, a) => ({ out: node('Exp', [a]) })).graph)?.values).toEqualTypeOf<
      Readonly<typeof values> | undefined
    >()
  })
})

describe('operands', () => {
  const negativeFirst = (kernel: 'Sub' | 'Multiply', swapped: boolean) =>
    graphOf(({ node }, a, b) => {
      const operands = [node('Neg', [a]), b]
      return { out: node(kernel, swapped ? operands.toReversed() : operands) }
    })

  test('of a kernel that commutes fit in either order', () => {
    for (const swapped of [false, true]) {
      const { graph, values } = negativeFirst('Multiply', swapped)
      expect(found(op('Multiply', [op('Neg', ['x']), 'y']), graph)?.values).toEqual({ x: values.a, y: values.b })
    }
  })

  test('of other kernels, or of kernels marked so, fit only in their order', () => {
    for (const swapped of [false, true]) {
      const difference = op('Sub', [op('Neg', ['x']), 'y'])
      expect(found(difference, negativeFirst('Sub', swapped).graph) !== undefined).toBe(!swapped)
      const product = op('Multiply', [op('Neg', ['x']), 'y'], { inOrder: true })
      expect(found(product, negativeFirst('Multiply', swapped).graph) !== undefined).toBe(!swapped)
    }
  })

  test('are tried until all fit: the first order that fits one of them need not be right', () => {
    const { graph, values } = graphOf(({ node }, a, b, c) => {
      const [left, right] = [node('Multiply', [a, b]), node('Multiply', [b, c])]
      return { out: node('Sub', [node('Add', [left, right]), node('Exp', [a])]) }
    })
    const product = op('Multiply', ['x', 'y'])
    const pattern = op('Sub', [op('Add', [op('Multiply', ['y', 'z']), product]), op('Exp', ['z'])])
    expect(found(pattern, graph)?.values).toEqual({ x: values.c, y: values.b, z: values.a })
  })

  test('of a list fit in their number', () => {
    const { graph } = graphOf(({ node }, a, b) => ({ out: node('Concat', [a, b], { axis: 0 }) }))
    expect(found(op('Concat', ['x', 'y']), graph)).toBeDefined()
    expect(found(op('Concat', ['x']), graph)).toBeUndefined()
    expect(found(op('Concat', ['x', 'y', 'z']), graph)).toBeUndefined()
  })
})

describe('questions', () => {
  test('are about attributes of a node', () => {
    const { graph } = graphOf(({ node }, a) => ({ out: node('LeakyRelu', [a], { alpha: 0.5 }) }))
    const leaky = (slope: number) => op('LeakyRelu', ['x'], { where: ({ alpha }) => alpha === slope })
    expect(found(leaky(0.5), graph)).toBeDefined()
    expect(found(leaky(0.2), graph)).toBeUndefined()
  })

  test('are about a value, and turn the operands of a kernel that commutes', () => {
    const { graph, values } = graphOf(({ node, constant }, a) => {
      const two = constant(2)
      return { two, out: node('Multiply', [two, a]) }
    })
    const number = hole('number', (value, view) => numberOf(value, view) !== undefined)
    expect(found(op('Multiply', ['x', number]), graph)?.values).toEqual({ x: values.a, number: values.two })
    expect(found(op('Multiply', [number, number]), graph)).toBeUndefined()
  })

  test('are whether nothing else reads a value', () => {
    const pattern = op('Neg', [op('Exp', ['x'], { usedOnce: true })])
    const build = (more: boolean) =>
      graphOf(({ node }, a) => {
        const power = node('Exp', [a])
        if (more) node('Sqrt', [power])
        return { out: node('Neg', [power]) }
      })
    expect(found(pattern, build(false).graph)).toBeDefined()
    expect(found(pattern, build(true).graph)).toBeUndefined()
    const twice = graphOf(({ node }, a) => {
      const power = node('Exp', [a])
      return { out: node('Multiply', [power, power]) }
    })
    const square = op('Exp', ['x'], { usedOnce: true, as: 'power' })
    expect(found(op('Multiply', [square, 'power']), twice.graph)).toBeUndefined()
  })

  test('are answered no for an output of the graph, which the caller reads', () => {
    const graph = buildGraph(({ input, node }) => {
      const power = node('Exp', [input('a', [4])])
      return { out: node('Neg', [power]), power }
    })
    expect(found(op('Neg', [op('Exp', ['x'])]), graph)).toBeDefined()
    expect(found(op('Neg', [op('Exp', ['x'], { usedOnce: true })]), graph)).toBeUndefined()
  })
})

test('a match has the values of all nodes of the pattern', () => {
  const { graph, values } = graphOf(({ node }, a, b) => {
    const sum = node('Add', [node('Neg', [a]), b])
    return { sum, out: node('Sqrt', [sum]) }
  })
  expect(found(op('Sqrt', [op('Add', ['x', 'y'])]), graph)?.outputs.toSorted()).toEqual([values.sum, values.out])
})
