/** What a graph must compute: floating-point operations of its products, derived from shapes. */
import { sizeOf } from '../../../base/shape.js'
import { type Graph, type GraphNode, infoOf } from './graph.js'
import type { KernelName } from './kernels.js'

export interface Cost {
  /** Multiplications and additions. */
  readonly flops: number
  /** Elements that products give. */
  readonly outputs: number
}

/** Operations for each element that the kernel gives; kernels that are no products are not in it. */
const PER_ELEMENT: { readonly [Kernel in KernelName]?: (graph: Graph, node: GraphNode) => number } = {
  BatchMatMul: (graph, { inputs, attributes }) =>
    2 * infoOf(graph, inputs[0]!).shape.at(attributes.transposeA ? -2 : -1)!,
}

export function costOf(graph: Graph): Cost {
  let [flops, outputs] = [0, 0]
  for (const node of graph.nodes) {
    const perElement = PER_ELEMENT[node.kernel]?.(graph, node)
    if (perElement === undefined) continue
    const size = sizeOf(infoOf(graph, node.output).shape)
    flops += perElement * size
    outputs += size
  }
  return { flops, outputs }
}
