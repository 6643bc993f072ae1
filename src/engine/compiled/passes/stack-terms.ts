/**
 * Merges the products that add up to the gradient of a weight which is used many times, once per step of a recurrent
 * layer: A1' B1 + A2' B2 is [A1; A2]' [B1; B2]. Likewise sums over rows, for a bias.
 */
import { consumersOf, firstFree, type Graph, type GraphNode, infoOf, type ValueId } from '../graph/graph.js'
import { kernelRule } from '../graph/kernels.js'
import type { ValueInfo } from '../graph/value.js'
import { verify } from '../graph/verify.js'
import { removeUnused } from './remove-unused.js'

/** Fewer terms are as fast without merging. */
const LEAST_TERMS = 3

export function stackTerms(graph: Graph): Graph {
  const values = new Map(graph.values)
  const nodes: GraphNode[] = []
  const producers = new Map(graph.nodes.map((node) => [node.output, node]))
  const consumers = consumersOf(graph)
  const results = new Set(graph.outputs.map(({ value }) => value))
  const orders = new Map(
    graph.nodes
      .filter(({ kernel, attributes }) => kernel === 'Concat' && attributes.axis === 0)
      .map(({ inputs }) => [setOf(inputs), inputs]),
  )
  let next = firstFree(values)

  const usedOnce = (value: ValueId) => consumers.get(value)?.length === 1 && !results.has(value)
  const isPartOfSum = (value: ValueId) => usedOnce(value) && consumers.get(value)![0]!.kernel === 'Add'
  const shapeOf = (value: ValueId) => infoOf(graph, value).shape.join()

  /** The terms of a nested sum in which all values have the same shape. */
  const termsOf = (sum: GraphNode): ValueId[] => {
    const terms: ValueId[] = []
    const open = [...sum.inputs]
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      const node = producers.get(value)
      if (node?.kernel === 'Add' && isPartOfSum(value) && shapeOf(value) === shapeOf(sum.output))
        open.push(...node.inputs)
      else terms.push(value)
    }
    return terms
  }
  const add = (
    kernel: GraphNode['kernel'],
    inputs: readonly ValueId[],
    given: GraphNode['attributes'],
    as?: ValueId,
  ) => {
    const infos = inputs.map((input) => values.get(input) as ValueInfo)
    const output = as ?? next++
    values.set(output, kernelRule(kernel).output(infos, given))
    nodes.push({ kernel, inputs, attributes: given, output })
    return output
  }
  /** Stacks the operands of terms, in the order of an existing Concat of the same values if there is one. */
  const stacked = (terms: readonly GraphNode[]): ValueId => {
    const [first] = terms as [GraphNode]
    const last = terms.map(({ inputs }) => inputs.at(-1)!)
    const order = orders.get(setOf(last)) ?? last
    const sorted = terms.toSorted((a, b) => order.indexOf(a.inputs.at(-1)!) - order.indexOf(b.inputs.at(-1)!))
    const operands = first.inputs.map((_, at) =>
      add(
        'Concat',
        sorted.map(({ inputs }) => inputs[at]!),
        { axis: 0 },
      ),
    )
    return add(first.kernel, operands, first.attributes)
  }

  for (const node of graph.nodes) {
    const whole =
      node.kernel === 'Add' &&
      !(isPartOfSum(node.output) && shapeOf(node.output) === shapeOf(consumers.get(node.output)![0]!.output))
    const terms = whole ? termsOf(node) : []
    const groups = [isProduct, isSumOfRows].map((fits) =>
      terms.flatMap((term) => {
        const found = producers.get(term)
        return found && usedOnce(term) && fits(found, graph) ? [found] : []
      }),
    )
    const large = groups.filter(({ length }) => length >= LEAST_TERMS)
    if (large.length === 0) {
      nodes.push(node)
      continue
    }
    const gone = new Set(large.flat().map(({ output }) => output))
    const rest = terms.filter((term) => !gone.has(term))
    const all = [...large.map(stacked), ...rest]
    const total = all.slice(0, -1).reduce((sum, term) => (sum < 0 ? term : add('Add', [sum, term], {})), -1)
    const last = all.at(-1)!
    if (total >= 0) add('Add', [total, last], {}, node.output)
    else renameLast(nodes, node.output)
  }
  return verify(removeUnused({ ...graph, values, nodes }), 'stack-terms')
}

const setOf = (values: readonly ValueId[]) => values.toSorted((a, b) => a - b).join()

const isProduct = ({ kernel, inputs, attributes }: GraphNode, graph: Graph): boolean =>
  kernel === 'BatchMatMul' &&
  attributes.transposeA === true &&
  attributes.transposeB === false &&
  inputs.every((input) => infoOf(graph, input).shape.length === 2)

const isSumOfRows = ({ kernel, inputs, attributes: { axes, keepDims } }: GraphNode, graph: Graph): boolean =>
  kernel === 'Sum' && String(axes) === '0' && !keepDims && infoOf(graph, inputs[0]!).shape.length === 2

function renameLast(nodes: GraphNode[], output: ValueId): void {
  nodes.push({ ...nodes.pop()!, output })
}
