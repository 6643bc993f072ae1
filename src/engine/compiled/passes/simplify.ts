/**
 * Removes nodes that change nothing: reshapes of reshapes, multiplications by one, matrix products with zero, slices of
 * what was concatenated, constants that can be computed now, values computed twice, and unused values.
 */
import type { Graph, GraphNode, ValueId } from '../graph/graph.js'
import type { ValueInfo } from '../graph/value.js'
import { numberOf } from '../graph/view.js'
import { rewriterOf } from './rewriter.js'

/** Arithmetic on constant scalars, in float32 as in every engine. */
const FOLD: Partial<Record<GraphNode['kernel'], (...x: number[]) => number>> = {
  Add: (a, b) => a! + b!,
  Sub: (a, b) => a! - b!,
  Multiply: (a, b) => a! * b!,
  RealDiv: (a, b) => a! / b!,
  Neg: (x) => -x!,
  Sqrt: (x) => Math.sqrt(x!),
}

const ELEMENTWISE_PAIRS = new Set<GraphNode['kernel']>(['Add', 'Sub', 'Multiply', 'RealDiv', 'Maximum', 'Minimum'])

export function simplify(graph: Graph): Graph {
  const rewriter = rewriterOf(graph)
  const { producerOf, infoOf } = rewriter
  const replaced = new Map<ValueId, ValueId>()
  /** Values by what computes them, constants by what fills them. */
  const seen = new Map<string, ValueId>()

  const current = (value: ValueId): ValueId => replaced.get(value) ?? value
  const numberIn = (value: ValueId) => numberOf(value, rewriter)
  const fillKey = (number: number, { dtype, shape }: ValueInfo) =>
    `fill ${Object.is(number, -0) ? '-0' : number} ${dtype} ${shape}`

  /** The constant filled with a number; there is one for each number and shape. */
  const filled = (number: number, type: ValueInfo): ValueId => {
    const key = fillKey(number, type)
    const value = seen.get(key) ?? rewriter.constant(type, number)
    seen.set(key, value)
    return value
  }

  for (const { value, data } of graph.constants) {
    if (typeof data !== 'number') continue
    const key = fillKey(data, infoOf(value))
    const known = seen.get(key)
    if (known === undefined) seen.set(key, value)
    else replaced.set(value, known)
  }

  for (const original of graph.nodes) {
    let node: GraphNode = { ...original, inputs: original.inputs.map(current) }
    const output = infoOf(node.output)

    if (ELEMENTWISE_PAIRS.has(node.kernel)) node = { ...node, inputs: scalarConstants(node.inputs, output) }
    // Relu(x) and x are positive at the same places. Reading Relu(x) leaves x to be fused with the product that made
    // it.
    const rectified =
      node.kernel === 'Step' && node.attributes.alpha === 0 ? seen.get(`Relu ${node.inputs} {}`) : undefined
    if (rectified !== undefined) node = { ...node, inputs: [rectified] }
    const same = sameAs(node, output)
    if (same !== undefined) {
      replaced.set(node.output, same)
      continue
    }
    if (node.kernel === 'Reshape') {
      const inner = producerOf(node.inputs[0]!)
      if (inner?.kernel === 'Reshape') node = { ...node, inputs: inner.inputs }
      if (infoOf(node.inputs[0]!).shape.join() === output.shape.join()) {
        replaced.set(node.output, node.inputs[0]!)
        continue
      }
      const number = numberIn(node.inputs[0]!)
      if (number !== undefined) {
        replaced.set(node.output, filled(number, output))
        continue
      }
    }
    if (node.kernel === 'Transpose') {
      const inner = producerOf(node.inputs[0]!)
      const perm = node.attributes.perm as readonly number[]
      if (inner?.kernel === 'Transpose') {
        const before = inner.attributes.perm as readonly number[]
        node = { ...node, inputs: inner.inputs, attributes: { perm: perm.map((axis) => before[axis]!) } }
      }
      if ((node.attributes.perm as readonly number[]).every((axis, index) => axis === index)) {
        replaced.set(node.output, node.inputs[0]!)
        continue
      }
    }
    node = withoutLeadingOnes(node)
    const fold = FOLD[node.kernel]
    const numbers = node.inputs.map((input) => numberIn(input))
    if (fold && output.dtype === 'float32' && numbers.every((number) => number !== undefined)) {
      replaced.set(node.output, filled(Math.fround(fold(...(numbers as number[]))), output))
      continue
    }
    if (node.kernel === 'BatchMatMul' && numbers.includes(0)) {
      replaced.set(node.output, filled(0, output))
      continue
    }
    const key = `${node.kernel} ${node.inputs} ${JSON.stringify(node.attributes)}`
    const known = seen.get(key)
    if (known !== undefined) {
      replaced.set(node.output, known)
      continue
    }
    seen.set(key, node.output)
    rewriter.keep(node)
  }
  const outputs = graph.outputs.map((output) => ({ ...output, value: current(output.value) }))
  return rewriter.finish('simplify', outputs)

  /** Replaces a filled tensor by a scalar, if the other operand has the shape of the result already. */
  function scalarConstants(inputs: readonly ValueId[], output: ValueInfo): readonly ValueId[] {
    return inputs.map((input, index) => {
      const number = numberIn(input)
      const other = infoOf(inputs[1 - index]!)
      const { shape, dtype } = infoOf(input)
      if (number === undefined || shape.length === 0 || other.shape.join() !== output.shape.join()) return input
      return filled(number, { shape: [], dtype })
    })
  }

  /** Removes a reshape that only splits leading axes, if a sum over these follows. */
  function withoutLeadingOnes(node: GraphNode): GraphNode {
    const { axes, keepDims } = node.attributes
    const reshape = producerOf(node.inputs[0]!)
    if (node.kernel !== 'Sum' || keepDims || reshape?.kernel !== 'Reshape') return node
    const [before, after] = [reshape.inputs[0]!, reshape.output].map((value) => infoOf(value).shape)
    const count = (axes as readonly number[]).length
    const leading = (axes as readonly number[]).every((axis, index) => axis === index)
    if (!leading || after!.slice(count).join() !== before!.slice(1).join()) return node
    return { ...node, inputs: reshape.inputs, attributes: { axes: [0], keepDims: false } }
  }

  /**
   * The value that a multiplication or division by one, or a slice of a concatenation, equals; undefined for other
   * nodes.
   */
  function sameAs(node: GraphNode, output: ValueInfo): ValueId | undefined {
    const { kernel, inputs } = node
    const neutral = (index: number) => numberIn(inputs[index]!) === 1
    const whole = (index: number) => {
      const { shape, dtype } = infoOf(inputs[index]!)
      return shape.join() === output.shape.join() && dtype === output.dtype
    }
    if (kernel === 'Multiply' && neutral(0) && whole(1)) return inputs[1]
    if ((kernel === 'Multiply' || kernel === 'RealDiv') && neutral(1) && whole(0)) return inputs[0]
    if (kernel === 'Slice') return whole(0) ? inputs[0] : partOf(node)
    return undefined
  }

  /** The input of a Concat that a Slice takes out again. */
  function partOf({ inputs: [whole], attributes }: GraphNode): ValueId | undefined {
    const concat = producerOf(whole!)
    if (concat?.kernel !== 'Concat') return undefined
    const axis = concat.attributes.axis as number
    const begin = attributes.begin as readonly number[]
    const size = attributes.size as readonly number[]
    let at = 0
    for (const part of concat.inputs) {
      const { shape } = infoOf(part)
      if (at === begin[axis] && shape.join() === size.join()) return part
      at += shape[axis]!
    }
    return undefined
  }
}
