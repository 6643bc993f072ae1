/** What a graph must compute: floating-point operations of its products and convolutions, derived from shapes. */
import { sizeOf } from '../../../base/shape.js'
import { type Graph, type GraphNode, infoOf } from './graph.js'
import type { KernelName } from './kernels.js'

export interface Cost {
  /** Multiplications and additions. */
  readonly flops: number
  /** Elements that products and convolutions give. */
  readonly outputs: number
}

type Count = (graph: Graph, node: GraphNode) => number

const shapeOf = (graph: Graph, node: GraphNode, input: number) => infoOf(graph, node.inputs[input]!).shape

/**
 * A convolution multiplies and adds once for each element that it gives, each place of the window and, where all
 * channels go in, each channel; so do its gradients, because all that differs is what is summed up. `given`: which
 * input has the elements; without it the output. Windows over the edge count in full.
 */
const convolution = (filter: 'whole' | 'by channel', at: { given?: number; filter: number | 'attribute' }): Count => {
  return (graph, node) => {
    const given = at.given === undefined ? infoOf(graph, node.output).shape : shapeOf(graph, node, at.given)
    const shape =
      at.filter === 'attribute' ? (node.attributes.filterShape as readonly number[]) : shapeOf(graph, node, at.filter)
    return 2 * sizeOf(given) * sizeOf(shape.slice(0, filter === 'whole' ? -1 : -2))
  }
}

/** Of a whole node; kernels that are neither product nor convolution are not in it. */
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

export function costOf(graph: Graph): Cost {
  let [flops, outputs] = [0, 0]
  for (const node of graph.nodes) {
    const own = FLOPS[node.kernel]?.(graph, node)
    if (own === undefined) continue
    flops += own
    outputs += sizeOf(infoOf(graph, node.output).shape)
  }
  return { flops, outputs }
}
