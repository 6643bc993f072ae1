/**
 * The order in which Keras lists the layers of a functional model (keras/src/ops/function.py, `map_graph`). A file of
 * weights has layers under the names of their classes, numbered in this order.
 */
import { layerRule } from '../../model/layers/registry.js'
import type { ModelStage } from '../../model/model-stage.js'

/** A use of a layer, or an operation that computes a mask, which Keras has in its graph too. */
interface Node {
  /** Name of the layer, or an object of its own for an operation. */
  readonly operation: string | object
  /** The nodes whose results it takes, in the order of its arguments. */
  readonly from: readonly Node[]
}

/** A mask that was made when the model was built. */
interface Mask {
  readonly node: Node
  /** Number of axes, with the batch. */
  readonly rank: number
}

/** The parts of a model that `layerOrder` needs. */
interface Graph {
  /** In an order in which they can run. */
  readonly stages: readonly ModelStage[]
  readonly outputs: readonly string[]
  /** Name of the layer whose output a value is; the name of an input layer for an input of the data. */
  owner(name: string): string
}

/** Returns the names of all layers, input layers too, in Keras' order. */
export function layerOrder(graph: Graph): readonly string[] {
  const { nodes } = nodesOf(graph)
  const { order, met } = traversed(graph.outputs.map((name) => nodes.get(name)!))
  const depths = depthsOf(order)
  return [...met]
    .toSorted((a, b) => depths.get(b)! - depths.get(a)!)
    .filter((operation): operation is string => typeof operation === 'string')
}

/** Names of the PositionEmbedding layers whose input has a mask. That of KerasHub gives no mask, but ours does. */
export const maskedPositions = (graph: Graph): readonly string[] => nodesOf(graph).masked

/** The node of each value. */
function nodesOf({ stages, owner }: Graph): { nodes: ReadonlyMap<string, Node>; masked: readonly string[] } {
  const nodes = new Map<string, Node>()
  const masks = new Map<string, Mask>()
  const masked: string[] = []
  /** An input of the data has a node too. */
  const nodeOf = (name: string): Node => {
    if (!nodes.has(name)) nodes.set(name, { operation: owner(name), from: [] })
    return nodes.get(name)!
  }
  for (const stage of stages) {
    const { name, layer, inputs } = stage
    if (layer.type === 'Input') {
      nodes.set(name, { operation: name, from: [] })
      continue
    }
    const from = inputs.map(nodeOf)
    const given = inputs.map((input) => masks.get(input))
    const kept = layerRule(layer).keepsMasks && given[0] ? [given[0].node] : []
    nodes.set(name, { operation: stage.owner, from: [...from, ...kept] })
    if (layer.type === 'PositionEmbedding' && given[0]) masked.push(name)
    const mask = maskOf(stage, from, given)
    if (mask) masks.set(name, mask)
  }
  return { nodes, masked }
}

const made = (...from: readonly Node[]): Node => ({ operation: {}, from })

/** Returns the mask of a layer's output, made with the operations that `compute_mask` of the layer is written in. */
function maskOf(
  { layer, inputShapes }: ModelStage,
  from: readonly Node[],
  given: readonly (Mask | undefined)[],
): Mask | undefined {
  const ranks = inputShapes.map(({ length }) => length + 1)
  switch (layer.type) {
    case 'Embedding':
      return layer.mask_zero ? { node: made(from[0]!), rank: ranks[0]! } : undefined
    case 'Masking':
      return { node: made(made(from[0]!)), rank: ranks[0]! - 1 }
    case 'LSTM':
    case 'GRU':
    case 'SimpleRNN':
    case 'ConvLSTM1D':
    case 'ConvLSTM2D':
    case 'ConvLSTM3D':
      return layer.return_sequences ? given[0] : undefined
    case 'Bidirectional':
      return layer.layer.return_sequences ? given[0] : undefined
    case 'Concatenate': {
      if (given.every((mask) => mask === undefined)) return undefined
      const whole = given.map((mask, index) => {
        if (mask === undefined) return made(from[index]!)
        return mask.rank < ranks[index]! ? made(made(mask.node), made(from[index]!)) : mask.node
      })
      return { node: made(made(...whole)), rank: ranks[0]! - 1 }
    }
    default: {
      if (layerRule(layer).mask === undefined || given.includes(undefined)) return undefined
      const united = MERGING.has(layer.type) ? (given as Mask[]) : (given as Mask[]).slice(0, 1)
      return united.reduce((a, b) => ({ node: made(a.node, b.node), rank: a.rank }))
    }
  }
}

/** Layers that unite the masks of their inputs with `logical_or`. */
const MERGING = new Set(['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum'])

/** The nodes, each after those that it takes results of; and operations in the order in which a search meets them. */
function traversed(outputs: readonly Node[]) {
  const done = new Set<Node>()
  const met = new Set<Node['operation']>()
  const visit = (node: Node): void => {
    if (done.has(node)) return
    met.add(node.operation)
    for (const one of node.from) visit(one)
    done.add(node)
  }
  for (const output of outputs) visit(output)
  return { order: [...done], met }
}

/** The largest number of operations between each operation and an output. */
function depthsOf(order: readonly Node[]): ReadonlyMap<Node['operation'], number> {
  const ofNodes = new Map<Node, number>()
  const depths = new Map<Node['operation'], number>()
  for (const node of order.toReversed()) {
    const depth = Math.max(ofNodes.get(node) ?? 0, depths.get(node.operation) ?? 0)
    depths.set(node.operation, depth)
    for (const one of node.from) ofNodes.set(one, Math.max(depth + 1, ofNodes.get(one) ?? 0))
  }
  return depths
}
