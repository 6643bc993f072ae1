/**
 * Merges the products that add up to the gradient of a weight which is used many times, once per step of a recurrent
 * layer: A1' B1 + A2' B2 is [A1; A2]' [B1; B2]. Likewise sums over rows, for a bias.
 */
import type { Graph, GraphNode, ValueId } from '../graph/graph.js'
import { isUsedOnce, type View, viewOf } from '../graph/view.js'
import { newNode, rewriterOf } from './rewriter.js'

/** Fewer terms are as fast without merging. */
const LEAST_TERMS = 3

export function stackTerms(graph: Graph): Graph {
  const view = viewOf(graph)
  const rewriter = rewriterOf(graph)
  const orders = new Map(
    graph.nodes
      .filter(({ kernel, attributes }) => kernel === 'Concat' && attributes.axis === 0)
      .map(({ inputs }) => [setOf(inputs), inputs]),
  )
  const isPartOfSum = (value: ValueId) => isUsedOnce(value, view) && view.usersOf(value)[0]!.kernel === 'Add'
  const shapeOf = (value: ValueId) => view.infoOf(value).shape.join()

  /** The terms of a nested sum in which all values have the same shape. */
  const termsOf = (sum: GraphNode): ValueId[] => {
    const terms: ValueId[] = []
    const open = [...sum.inputs]
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      const node = view.producerOf(value)
      if (node?.kernel === 'Add' && isPartOfSum(value) && shapeOf(value) === shapeOf(sum.output))
        open.push(...node.inputs)
      else terms.push(value)
    }
    return terms
  }
  /** Stacks the operands of terms, in the order of an existing Concat of the same values if there is one. */
  const stacked = (terms: readonly GraphNode[]): ValueId => {
    const [first] = terms as [GraphNode]
    const last = terms.map(({ inputs }) => inputs.at(-1)!)
    const order = orders.get(setOf(last)) ?? last
    const sorted = terms.toSorted((a, b) => order.indexOf(a.inputs.at(-1)!) - order.indexOf(b.inputs.at(-1)!))
    const operands = first.inputs.map((_, at) => {
      const parts = sorted.map(({ inputs }) => inputs[at]!)
      return rewriter.add(newNode('Concat', parts, { axis: 0 }))
    })
    return rewriter.add(newNode(first.kernel, operands, first.attributes))
  }

  for (const node of graph.nodes) {
    const whole =
      node.kernel === 'Add' &&
      !(isPartOfSum(node.output) && shapeOf(node.output) === shapeOf(view.usersOf(node.output)[0]!.output))
    const terms = whole ? termsOf(node) : []
    const groups = [isProduct, isSumOfRows].map((fits) =>
      terms.flatMap((term) => {
        const found = view.producerOf(term)
        return found && isUsedOnce(term, view) && fits(found, view) ? [found] : []
      }),
    )
    const large = groups.filter(({ length }) => length >= LEAST_TERMS)
    if (large.length === 0) {
      rewriter.keep(node)
      continue
    }
    const gone = new Set(large.flat().map(({ output }) => output))
    const rest = terms.filter((term) => !gone.has(term))
    const all = [...large.map(stacked), ...rest]
    const last = all.pop()!
    const [first, ...others] = all
    if (first === undefined) rewriter.keep({ ...rewriter.producerOf(last)!, output: node.output })
    else {
      const sum = others.reduce((sum, term) => rewriter.add(newNode('Add', [sum, term])), first)
      rewriter.add(newNode('Add', [sum, last]), node.output)
    }
  }
  return rewriter.finish('stack-terms')
}

const setOf = (values: readonly ValueId[]) => values.toSorted((a, b) => a - b).join()

const isProduct = ({ kernel, inputs, attributes }: GraphNode, { infoOf }: View): boolean =>
  kernel === 'BatchMatMul' &&
  attributes.transposeA === true &&
  attributes.transposeB === false &&
  inputs.every((input) => infoOf(input).shape.length === 2)

const isSumOfRows = ({ kernel, inputs, attributes: { axes, keepDims } }: GraphNode, { infoOf }: View): boolean =>
  kernel === 'Sum' && String(axes) === '0' && !keepDims && infoOf(inputs[0]!).shape.length === 2
