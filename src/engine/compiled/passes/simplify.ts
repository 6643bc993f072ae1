/**
 * Removes nodes that change nothing: reshapes of reshapes, multiplications by one, matrix products with zero, slices of
 * what was concatenated, constants that can be computed now, values computed twice, and unused values.
 */
import { firstFree, type Graph, type GraphConstant, type GraphNode, type ValueId } from '../graph/graph.js'
import type { ValueInfo } from '../graph/value.js'
import { verify } from '../graph/verify.js'
import { removeUnused } from './remove-unused.js'

export function simplify(graph: Graph): Graph {
  return verify(removeUnused(rewrite(graph)), 'simplify')
}

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

function rewrite(graph: Graph): Graph {
  const values = new Map(graph.values)
  const constants: GraphConstant[] = []
  const nodes: GraphNode[] = []
  const replaced = new Map<ValueId, ValueId>()
  const fills = new Map<ValueId, number>()
  const producers = new Map<ValueId, GraphNode>()
  const seen = new Map<string, ValueId>()
  let nextId = firstFree(values)

  const current = (value: ValueId): ValueId => replaced.get(value) ?? value
  const info = (value: ValueId): ValueInfo => values.get(value)!

  /** The constant filled with a number; there is one for each number and shape. */
  const filled = (number: number, type: ValueInfo, id?: ValueId): ValueId => {
    const key = `fill ${Object.is(number, -0) ? '-0' : number} ${type.dtype} ${type.shape}`
    const known = seen.get(key)
    if (known !== undefined) return known
    const value = id ?? nextId++
    values.set(value, type)
    constants.push({ value, data: number })
    fills.set(value, number)
    seen.set(key, value)
    return value
  }

  for (const constant of graph.constants) {
    if (typeof constant.data === 'number') {
      replaced.set(constant.value, filled(constant.data, info(constant.value), constant.value))
    } else constants.push(constant)
  }

  for (const original of graph.nodes) {
    let node: GraphNode = { ...original, inputs: original.inputs.map(current) }
    const output = info(node.output)

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
      const inner = producers.get(node.inputs[0]!)
      if (inner?.kernel === 'Reshape') node = { ...node, inputs: inner.inputs }
      if (info(node.inputs[0]!).shape.join() === output.shape.join()) {
        replaced.set(node.output, node.inputs[0]!)
        continue
      }
      const number = fills.get(node.inputs[0]!)
      if (number !== undefined) {
        replaced.set(node.output, filled(number, output))
        continue
      }
    }
    if (node.kernel === 'Transpose') {
      const inner = producers.get(node.inputs[0]!)
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
    const numbers = node.inputs.map((input) => fills.get(input))
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
    producers.set(node.output, node)
    nodes.push(node)
  }
  const outputs = graph.outputs.map((output) => ({ ...output, value: current(output.value) }))
  return { ...graph, values, constants, nodes, outputs }

  /** Replaces a filled tensor by a scalar, if the other operand has the shape of the result already. */
  function scalarConstants(inputs: readonly ValueId[], output: ValueInfo): readonly ValueId[] {
    return inputs.map((input, index) => {
      const number = fills.get(input)
      const other = info(inputs[1 - index]!)
      const { shape, dtype } = info(input)
      if (number === undefined || shape.length === 0 || other.shape.join() !== output.shape.join()) return input
      return filled(number, { shape: [], dtype })
    })
  }

  /** Removes a reshape that only splits leading axes, if a sum over these follows. */
  function withoutLeadingOnes(node: GraphNode): GraphNode {
    const { axes, keepDims } = node.attributes
    const reshape = producers.get(node.inputs[0]!)
    if (node.kernel !== 'Sum' || keepDims || reshape?.kernel !== 'Reshape') return node
    const [before, after] = [reshape.inputs[0]!, reshape.output].map((value) => info(value).shape)
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
    const neutral = (index: number) => fills.get(inputs[index]!) === 1
    const whole = (index: number) => {
      const { shape, dtype } = info(inputs[index]!)
      return shape.join() === output.shape.join() && dtype === output.dtype
    }
    if (kernel === 'Multiply' && neutral(0) && whole(1)) return inputs[1]
    if ((kernel === 'Multiply' || kernel === 'RealDiv') && neutral(1) && whole(0)) return inputs[0]
    if (kernel === 'Slice') return whole(0) ? inputs[0] : partOf(node)
    return undefined
  }

  /** The input of a Concat that a Slice takes out again. */
  function partOf({ inputs: [whole], attributes }: GraphNode): ValueId | undefined {
    const concat = producers.get(whole!)
    if (concat?.kernel !== 'Concat') return undefined
    const axis = concat.attributes.axis as number
    const begin = attributes.begin as readonly number[]
    const size = attributes.size as readonly number[]
    let at = 0
    for (const part of concat.inputs) {
      const { shape } = info(part)
      if (at === begin[axis] && shape.join() === size.join()) return part
      at += shape[axis]!
    }
    return undefined
  }
}
