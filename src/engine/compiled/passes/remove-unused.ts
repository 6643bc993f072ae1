import type { Graph } from '../graph/graph.js'

/** Removes nodes and constants that no output depends on. Inputs stay, because the program declares them. */
export function removeUnused(graph: Graph): Graph {
  const used = new Set(graph.outputs.map(({ value }) => value))
  const nodes = graph.nodes
    .toReversed()
    .filter(({ output, inputs }) => {
      if (!used.has(output)) return false
      for (const input of inputs) used.add(input)
      return true
    })
    .toReversed()
  const constants = graph.constants.filter(({ value }) => used.has(value))
  const defined = new Set(
    [...graph.inputs, ...constants].map(({ value }) => value).concat(nodes.map(({ output }) => output)),
  )
  return { ...graph, nodes, constants, values: new Map([...graph.values].filter(([value]) => defined.has(value))) }
}
