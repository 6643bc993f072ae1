/**
 * Gradients of sigmoid and tanh, which TensorFlow has as one operator each: tfjs writes them out in three, the gates of
 * recurrent layers (model/layers/gates.ts) with a product that they have already.
 */
import { consumersOf, type Graph, type GraphNode, infoOf, type ValueId } from '../graph/graph.js'
import type { KernelName } from '../graph/kernels.js'
import { FLOAT } from './lowerings/lowering.js'
import type { Rewriting, Writer } from './rewriting.js'

interface Slope {
  readonly op: 'SigmoidGrad' | 'TanhGrad'
  /** What the function gave. */
  readonly y: ValueId
  /** What else the gradient is multiplied with. */
  readonly factor?: ValueId | undefined
  /** Values that only the slope needs. */
  readonly parts: readonly ValueId[]
}

export function slopes(graph: Graph): Rewriting {
  const producers = new Map(graph.nodes.map((node) => [node.output, node]))
  const consumers = consumersOf(graph)
  const results = new Set(graph.outputs.map(({ value }) => value))
  const ones = new Set(graph.constants.filter(({ data }) => data === 1).map(({ value }) => value))

  const inner = (value: ValueId | undefined, kernel: KernelName): GraphNode | undefined => {
    const node = producers.get(value!)
    return node?.kernel === kernel && consumers.get(node.output)!.length === 1 && !results.has(node.output)
      ? node
      : undefined
  }
  /** A piece of it too. */
  const isMadeBy = (value: ValueId, kernel: KernelName): boolean => {
    const node = producers.get(value)
    return node?.kernel === kernel || (node?.kernel === 'Slice' && isMadeBy(node.inputs[0]!, kernel))
  }
  /** 1 - x */
  const restOf = (value: ValueId | undefined): GraphNode | undefined => {
    const rest = inner(value, 'Sub')
    return rest && ones.has(rest.inputs[0]!) ? rest : undefined
  }
  /** y (1 - y), or 1 - y^2, and what they are made of. */
  const slopeAt = (value: ValueId): Slope | undefined => {
    const square = inner(restOf(value)?.inputs[1], 'Square')
    if (square && isMadeBy(square.inputs[0]!, 'Tanh')) {
      return { op: 'TanhGrad', y: square.inputs[0]!, parts: [value, square.output] }
    }
    const product = inner(value, 'Multiply')
    const [y, other] = product?.inputs ?? []
    const rest = restOf(other)
    if (!product || !rest) return slopeOfProductAt(value)
    if (rest.inputs[1] !== y || !isMadeBy(y!, 'Sigmoid')) return undefined
    return { op: 'SigmoidGrad', y: y!, parts: [value, rest.output] }
  }
  /** p - p y, where p is factor y, or factor - p y. */
  const slopeOfProductAt = (value: ValueId): Slope | undefined => {
    const difference = inner(value, 'Sub')
    const [whole, part] = difference?.inputs ?? []
    const product = inner(part, 'Multiply')
    const [p, y] = product?.inputs ?? []
    const made = producers.get(p!)
    if (!product || made?.kernel !== 'Multiply' || !made.inputs.includes(y!)) return undefined
    const factor = made.inputs[0] === y ? made.inputs[1]! : made.inputs[0]!
    const parts = [value, product.output]
    if (whole === p && isMadeBy(y!, 'Sigmoid')) return { op: 'SigmoidGrad', y: y!, factor, parts }
    return whole === factor && isMadeBy(y!, 'Tanh') ? { op: 'TanhGrad', y: y!, factor, parts } : undefined
  }

  const written = new Map<ValueId, Writer>()
  const replaced = new Set<ValueId>()
  const shapeOf = (value: ValueId) => infoOf(graph, value).shape.join()
  for (const { kernel, inputs, output } of graph.nodes) {
    if (kernel !== 'Multiply' || shapeOf(inputs[0]!) !== shapeOf(inputs[1]!)) continue
    const at = inputs.findIndex((input) => slopeAt(input) !== undefined)
    if (at < 0) continue
    const { op, y, factor, parts } = slopeAt(inputs[at]!)!
    const gradient = inputs[1 - at]!
    written.set(output, (emit, nameOf) => {
      const dy = factor === undefined ? nameOf(gradient) : emit.op('Mul', [gradient, factor].map(nameOf), FLOAT)
      return [[output, emit.op(op, [nameOf(y), dy], FLOAT)]]
    })
    for (const value of [output, ...parts]) replaced.add(value)
  }
  return { written, replaced }
}
