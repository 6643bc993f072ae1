/** Patterns: what nodes spell out in one way, written in another. */
import type { Shape } from '../../../base/shape.js'
import { consumersOf, firstFree, type Graph, type GraphConstant, type GraphNode, type ValueId } from '../graph/graph.js'
import type { ValueInfo } from '../graph/value.js'
import { verify } from '../graph/verify.js'
import { removeUnused } from './simplify.js'

/** What a pattern may ask about the graph before a node, and add to it. */
export interface Context {
  producerOf(value: ValueId): GraphNode | undefined
  infoOf(value: ValueId): ValueInfo
  /** Whether one node reads the value, and no output is it. */
  isUsedOnce(value: ValueId): boolean
  /** The value of an earlier node of these inputs, in any order. */
  find(kernel: GraphNode['kernel'], inputs: readonly ValueId[]): ValueId | undefined
  /** The rate of dropout where the value is its noise. */
  dropoutRate(value: ValueId): number | undefined
  /** Whether the value promises to be a class number below this. */
  isBelow(value: ValueId, bound: number): boolean
  /** Whether each row is 1 at one place and 0 elsewhere. */
  isOneHot(value: ValueId): boolean
  constant(value: number): ValueId
  /** The identity matrix of this many rows. */
  identity(size: number): ValueId
  /** Puts a node before the one that is looked at. */
  add(node: Omit<GraphNode, 'output'>, info: ValueInfo): ValueId
}

/** Gives the one node for what `node` and those before it spell out, where it does. */
export type Pattern = (node: GraphNode, context: Context) => GraphNode | undefined

/** Asks each node in turn, the first pattern that fits it counts. `pass` is for what goes wrong. */
export function applyPatterns(graph: Graph, patterns: readonly Pattern[], pass: string): Graph {
  const values = new Map(graph.values)
  const constants = [...graph.constants]
  const nodes: GraphNode[] = []
  const producers = new Map<ValueId, GraphNode>()
  const consumers = consumersOf(graph)
  const results = new Set(graph.outputs.map(({ value }) => value))
  let next = firstFree(values)
  const define = (info: ValueInfo): ValueId => {
    values.set(next, info)
    return next++
  }
  const push = (node: GraphNode): ValueId => {
    nodes.push(node)
    producers.set(node.output, node)
    return node.output
  }
  const constant = (shape: Shape, data: GraphConstant['data']): ValueId => {
    const value = define({ shape, dtype: 'float32' })
    constants.push({ value, data })
    return value
  }
  const identities = new Set<ValueId>()
  const context: Context = {
    producerOf: (value) => producers.get(value),
    infoOf: (value) => values.get(value)!,
    isUsedOnce: (value) => consumers.get(value)?.length === 1 && !results.has(value),
    find: (kernel, inputs) =>
      nodes.find((node) => node.kernel === kernel && isSame(node.inputs.toSorted(), inputs.toSorted()))?.output,
    dropoutRate(value) {
      const input = graph.inputs.find((one) => one.value === value)
      if (input?.from !== 'input' || input.input.kind !== 'noise') return undefined
      const { distribution } = input.input
      return distribution.type === 'dropout' ? distribution.rate : undefined
    },
    isBelow(value, bound) {
      const input = graph.inputs.find((one) => one.value === value)
      return input?.from === 'input' && input.input.kind === 'batch' && (input.input.below ?? bound + 1) <= bound
    },
    isOneHot: (value) => identities.has(producers.get(value)?.inputs[0] ?? -1),
    constant: (data) => constant([], data),
    identity(size) {
      const data = Float32Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0))
      const value = constant([size, size], data)
      identities.add(value)
      return value
    },
    add: (node, info) => push({ ...node, output: define(info) }),
  }
  for (const node of graph.nodes) {
    push(patterns.map((pattern) => pattern(node, context)).find((one) => one !== undefined) ?? node)
  }
  return verify(removeUnused({ ...graph, values, constants, nodes }), pass)
}

export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
