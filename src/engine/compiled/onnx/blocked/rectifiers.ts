/** Finds gradients of rectifiers for which a kernel pays. */
import { sizeOf } from '../../../../base/shape.js'
import type { Graph, GraphNode, ValueId } from '../../graph/graph.js'
import { isUsedOnce, type View } from '../../graph/view.js'

/**
 * Least elements of the gradient of a rectifier that a kernel computes. It saves two passes over memory, and sections cost
 * some microseconds each; in a session of several threads they cost more than it saves.
 */
const LEAST_ELEMENTS = 1 << 16

/** The gradient of a rectifier: dy times the step of y. */
interface Rectifier {
  readonly dy: ValueId
  readonly y: ValueId
}

export interface Rectifiers {
  /** By the values of the products. */
  readonly gradients: ReadonlyMap<ValueId, Rectifier>
  /** The steps by which they multiply, which nothing else reads. */
  readonly steps: ReadonlySet<ValueId>
}

/** Looks among the values for which `isInBlocks` is true. */
export function rectifiersIn({ nodes }: Graph, view: View, isInBlocks: (value: ValueId) => boolean): Rectifiers {
  const gradients = new Map<ValueId, Rectifier>()
  const steps = new Set<ValueId>()
  const shapeOf = (value: ValueId) => view.infoOf(value).shape
  const isStep = (value: ValueId) =>
    isInBlocks(value) && isUsedOnce(value, view) && view.producerOf(value)!.kernel === 'Step'
  const find = ({ kernel, inputs, output }: GraphNode) => {
    if (kernel !== 'Multiply' || !isInBlocks(output) || sizeOf(shapeOf(output)) < LEAST_ELEMENTS) return
    const [first, second] = inputs as [ValueId, ValueId]
    const [dy, step] = isStep(first) ? [second, first] : [first, second]
    if (!isStep(step) || [dy, step].some((input) => shapeOf(input).join() !== shapeOf(output).join())) return
    const { inputs: given, attributes } = view.producerOf(step)!
    if (attributes.alpha !== 0) return
    gradients.set(output, { dy, y: given[0]! })
    steps.add(step)
  }
  for (const node of nodes) find(node)
  return { gradients, steps }
}
