/** Counts the floating-point operations of a graph's products and convolutions, and what its pools read, from shapes. */
import { sizeOf } from '../../../base/shape.js'
import type { Slot } from '../../../base/slot.js'
import { type Graph, type GraphNode, infoOf } from './graph.js'
import { windowIn } from './kernels/window.js'
import type { KernelName } from './kernels.js'

export interface Cost {
  /** Multiplications and additions. */
  readonly flops: number
  /** Multiplications and additions in convolutions alone. */
  readonly convolutions: number
  /** Number of elements in the results of products and convolutions. */
  readonly outputs: number
  /** Number of elements that pools over planes read. */
  readonly pooled: number
}

type Count = (graph: Graph, node: GraphNode) => number

const shapeOf = (graph: Graph, node: GraphNode, input: number) => infoOf(graph, node.inputs[input]!).shape

/**
 * A convolution has one multiplication and one addition for each output element, each position of the window and,
 * unless it is depthwise, each input channel. Its gradients have as many, because they only sum over other axes.
 * `given` is the index of the input that has the shape of the convolution's output; by default it is the node's output.
 * Windows at the edges are counted in full.
 */
const convolution = (filter: 'whole' | 'by channel', at: { given?: number; filter: number | 'attribute' }): Count => {
  return (graph, node) => {
    const given = at.given === undefined ? infoOf(graph, node.output).shape : shapeOf(graph, node, at.given)
    const shape =
      at.filter === 'attribute' ? (node.attributes.filterShape as readonly number[]) : shapeOf(graph, node, at.filter)
    return 2 * sizeOf(given) * sizeOf(shape.slice(0, filter === 'whole' ? -1 : -2))
  }
}

/** Operations of a node; kernels other than products and convolutions are not listed. */
const FLOPS: { readonly [Kernel in KernelName]?: Count } = {
  BatchMatMul: (graph, node) =>
    2 * sizeOf(infoOf(graph, node.output).shape) * shapeOf(graph, node, 0).at(node.attributes.transposeA ? -2 : -1)!,
  Conv2D: convolution('whole', { filter: 1 }),
  Conv2DBackpropInput: convolution('whole', { given: 0, filter: 1 }),
  Conv2DBackpropFilter: convolution('whole', { given: 1, filter: 'attribute' }),
  DepthwiseConv2dNative: convolution('by channel', { filter: 1 }),
  DepthwiseConv2dNativeBackpropInput: convolution('by channel', { given: 0, filter: 1 }),
  DepthwiseConv2dNativeBackpropFilter: convolution('by channel', { given: 1, filter: 'attribute' }),
}

const POOLS: ReadonlySet<KernelName> = new Set<KernelName>(['MaxPool', 'AvgPool'])

/** True for pools over two axes whose windows have no gaps. */
const isOverPlanes = ({ attributes }: GraphNode): boolean => {
  const { size, dilations } = windowIn(attributes)
  return size.length === 2 && dilations.every((dilation) => dilation === 1)
}

export function costOf(graph: Graph): Cost {
  let [flops, convolutions, outputs, pooled] = [0, 0, 0, 0]
  for (const node of graph.nodes) {
    if (POOLS.has(node.kernel) && isOverPlanes(node)) pooled += sizeOf(shapeOf(graph, node, 0))
    const own = FLOPS[node.kernel]?.(graph, node)
    if (own === undefined) continue
    flops += own
    if (node.kernel !== 'BatchMatMul') convolutions += own
    outputs += sizeOf(infoOf(graph, node.output).shape)
  }
  return { flops, convolutions, outputs, pooled }
}

/** Number of times that each of `size` samples uses each weight of the state, in a pass of so many operations. */
export function usesOf(flops: number, state: readonly Slot[], size: number): number {
  const weights = state.filter(({ role }) => role === 'weight').reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return flops / (2 * size * weights)
}
