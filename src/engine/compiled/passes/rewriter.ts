/** Rewrites a graph node by node, and defines rules that do so by patterns. */
import { firstFree, type Graph, type GraphConstant, type GraphNode, type ValueId } from '../graph/graph.js'
import { type KernelName, kernelRule } from '../graph/kernels.js'
import type { Attributes, ValueInfo } from '../graph/value.js'
import { verify } from '../graph/verify.js'
import { type View, viewOf } from '../graph/view.js'
import { match, type Op } from './pattern.js'
import { removeUnused } from './remove-unused.js'

/** A node whose value has no id yet. */
export type NewNode = Omit<GraphNode, 'output'>

export const newNode = (kernel: KernelName, inputs: readonly ValueId[], attributes: Attributes = {}): NewNode => ({
  kernel,
  inputs,
  attributes,
})

/**
 * Writes a new graph. `producerOf` returns nodes that have been written; users and outputs are those of the old graph.
 */
export interface Rewriter extends View {
  /** Writes a node unchanged. */
  keep(node: GraphNode): void
  /** Writes a node, with the shape that follows from its inputs, and returns its value: a new id, or `output`. */
  add(node: NewNode, output?: ValueId): ValueId
  constant(type: ValueInfo, data: GraphConstant['data']): ValueId
  /** Adds a scalar constant. */
  number(value: number): ValueId
  /** Returns the graph of all that was written and is used. `pass` names the pass in errors. */
  finish(pass: string, outputs?: Graph['outputs']): Graph
}

export function rewriterOf(graph: Graph): Rewriter {
  const before = viewOf(graph)
  const values = new Map(graph.values)
  const constants = [...graph.constants]
  const added = new Map<ValueId, GraphConstant['data']>()
  const nodes: GraphNode[] = []
  const producers = new Map<ValueId, GraphNode>()
  let next = firstFree(values)
  const infoOf = (value: ValueId): ValueInfo => values.get(value)!
  const keep = (node: GraphNode) => {
    nodes.push(node)
    producers.set(node.output, node)
  }
  const constant = (type: ValueInfo, data: GraphConstant['data']) => {
    const value = next++
    values.set(value, type)
    constants.push({ value, data })
    added.set(value, data)
    return value
  }
  return {
    ...before,
    infoOf,
    producerOf: (value) => producers.get(value),
    constantOf: (value) => added.get(value) ?? before.constantOf(value),
    keep,
    add(node, output = next++) {
      values.set(output, kernelRule(node.kernel).output(node.inputs.map(infoOf), node.attributes))
      keep({ ...node, output })
      return output
    },
    constant,
    number: (value) => constant({ shape: [], dtype: 'float32' }, value),
    finish: (pass, outputs = graph.outputs) =>
      verify(removeUnused({ ...graph, values, constants, nodes, outputs }), pass),
  }
}

/** Replaces the last node of a pattern by another node with the same value. */
export interface Rule {
  readonly kernel: KernelName
  readonly replace: (node: GraphNode, graph: Rewriter) => NewNode | undefined
}

/**
 * Makes a rule. `replacement` gets the values of the pattern by name, and may write nodes before the node that it
 * returns.
 */
export const rule = <Names extends string>(
  pattern: Op<Names>,
  replacement: (values: Readonly<Record<Names, ValueId>>, graph: Rewriter, node: GraphNode) => NewNode | undefined,
): Rule => ({
  kernel: pattern.kernel,
  replace(node, graph) {
    const found = match(pattern, node, graph)
    return found && replacement(found.values, graph, node)
  },
})

/** Applies the rules to each node in turn; the first that returns a node wins. */
export function applyRules(graph: Graph, rules: readonly Rule[], pass: string): Graph {
  const rewriter = rewriterOf(graph)
  for (const node of graph.nodes) {
    let replaced: NewNode | undefined
    for (const { kernel, replace } of rules) if (kernel === node.kernel) replaced ??= replace(node, rewriter)
    rewriter.keep(replaced ? { ...replaced, output: node.output } : node)
  }
  return rewriter.finish(pass)
}
