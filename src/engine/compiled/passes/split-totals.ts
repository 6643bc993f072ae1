/**
 * Splits outputs that are sums of many log(1 + e^x) off the graph, such as the loss of an RBM, which is a difference of
 * free energies. Such an output becomes a list of terms: totals over arrays that the step needs anyway, each with a
 * factor. What remains of it in the graph is the terms that are neither.
 */
import { sizeOf } from '../../../base/shape.js'
import type { Graph, GraphOutput, ValueId } from '../graph/graph.js'
import { isUsedOnce, numberOf, type View } from '../graph/view.js'
import { newNode, rewriterOf } from './rewriter.js'
import { updateValueName } from './split-update.js'

/** A part of an output: `factor` times a total. */
export type Term = { readonly factor: number } & (
  | { /** The sum over all elements of log(1 + e^x). */ readonly of: 'softplus'; readonly x: ValueId }
  | {
      /** The sum of products of the elements of two vectors. */ readonly of: 'dot'
      readonly x: ValueId
      readonly y: ValueId
    }
  | { /** A scalar. */ readonly of: 'scalar'; readonly x: ValueId }
)

/** An output of a program as the sum of its terms. */
export interface Total {
  readonly name: string
  readonly terms: readonly Term[]
}

export interface SplitTotals {
  /** Outputs every value that a term reads, in place of the outputs that are totals. */
  readonly graph: Graph
  readonly totals: readonly Total[]
}

export function splitTotals(graph: Graph): SplitTotals {
  const rewriter = rewriterOf(graph)
  for (const node of graph.nodes) rewriter.keep(node)
  const { infoOf, inputOf } = rewriter
  const isTotal = ({ to, value }: GraphOutput) =>
    to === 'output' && infoOf(value).shape.length === 0 && rewriter.usersOf(value).length === 0

  const totals: Total[] = []
  for (const output of graph.outputs.filter(isTotal)) {
    const parts = partsOf({ value: output.value, factor: 1 }, rewriter)
    if (!parts.some(({ of }) => of === 'softplus')) continue
    const terms = parts.map((part): Term => {
      if (part.of !== 'sum') return part
      const { value, factor } = part
      const { shape } = infoOf(value)
      const axes = shape.map((_, axis) => axis)
      const x = axes.length === 0 ? value : rewriter.add(newNode('Sum', [value], { axes, keepDims: false }))
      return { of: 'scalar', x, factor }
    })
    totals.push({ name: output.name, terms })
  }

  const names = new Set(totals.map(({ name }) => name))
  const read = totals.flatMap(({ terms }) => terms.flatMap((term) => (term.of === 'dot' ? [term.x, term.y] : [term.x])))
  const outputs = [
    ...graph.outputs.filter(({ to, name }) => to === 'state' || !names.has(name)),
    ...[...new Set(read)]
      .filter((value) => !inputOf(value))
      .map((value): GraphOutput => ({ value, to: 'output', name: updateValueName(value) })),
  ]
  return { graph: rewriter.finish('split-totals', outputs), totals }
}

/** `factor` times the sum over all elements of a value. */
interface Scaled {
  readonly value: ValueId
  readonly factor: number
}

type FoundTerm = Exclude<Term, { of: 'scalar' }>
type Part = ({ readonly of: 'sum' } & Scaled) | FoundTerm

/** The parts of a sum over all elements. What contains neither softplus nor products of vectors is left whole. */
function partsOf(sum: Scaled, view: View): Part[] {
  const found = termOf(sum, view)
  if (found) return [found]
  const parts = operandsOf(sum, view).flatMap((operand) =>
    isUsedOnce(operand.value, view) ? partsOf(operand, view) : [{ of: 'sum' as const, ...operand }],
  )
  return parts.some(({ of }) => of !== 'sum') ? parts : [{ of: 'sum', ...sum }]
}

function termOf({ value, factor }: Scaled, view: View): FoundTerm | undefined {
  const { kernel, inputs } = view.producerOf(value) ?? {}
  const [x, y] = inputs ?? []
  const isFound = (input: ValueId) => view.inputOf(input) !== undefined || view.producerOf(input) !== undefined
  if (kernel === 'Softplus' && view.producerOf(x!)) return { of: 'softplus', x: x!, factor }
  const areVectors = inputs?.every((input) => view.infoOf(input).shape.length === 1 && isFound(input))
  const isDot = kernel === 'Multiply' && areVectors && sizeOf(view.infoOf(x!).shape) === sizeOf(view.infoOf(y!).shape)
  return isDot ? { of: 'dot', x: x!, y: y!, factor } : undefined
}

/** The values, each with a factor, whose sums add up to a sum; none if there are no such values. */
function operandsOf({ value, factor }: Scaled, view: View): Scaled[] {
  const node = view.producerOf(value)
  if (!node) return []
  const size = (of: ValueId) => sizeOf(view.infoOf(of).shape)
  const [x, y] = node.inputs as [ValueId, ValueId]
  switch (node.kernel) {
    case 'Sum':
    case 'Reshape':
      return [{ value: x, factor }]
    case 'Neg':
      return [{ value: x, factor: -factor }]
    case 'Add':
    case 'Sub':
      if (size(x) !== size(value) || size(y) !== size(value)) return []
      return [
        { value: x, factor },
        { value: y, factor: node.kernel === 'Sub' ? -factor : factor },
      ]
    case 'Multiply': {
      const [number, other] = numberOf(x, view) === undefined ? [numberOf(y, view), x] : [numberOf(x, view), y]
      return number !== undefined && size(other) === size(value) ? [{ value: other, factor: factor * number }] : []
    }
    default:
      return []
  }
}
