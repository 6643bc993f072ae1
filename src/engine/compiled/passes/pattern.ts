/**
 * Patterns: pieces of a graph, as data with named holes. tfjs writes log-softmax with five nodes:
 *
 *     const logSoftmax = op('Sub', [
 *       op('Sub', ['x', op('Max', ['x'])], { as: 'shifted' }),
 *       op('Log', [op('Sum', [op('Exp', ['shifted'])], { as: 'sum', where: ({ keepDims }) => keepDims === true })]),
 *     ])
 *
 * `match(logSoftmax, node, view)?.values` holds the values `x`, `shifted` and `sum` if `node` is the last of these. A
 * name stands for one value everywhere in a pattern. An operand is a name alone, which any value matches; a `hole`,
 * which has a condition on the value; or an `op`, a node of this kernel. Operands of commutative kernels are tried in
 * either order.
 */
import type { GraphNode, ValueId } from '../graph/graph.js'
import { type KernelName, kernelRule } from '../graph/kernels.js'
import type { Attributes } from '../graph/value.js'
import { isUsedOnce, type View } from '../graph/view.js'

type Operand<Names extends string> = Names | Hole<Names> | Op<Names>

interface Hole<Names extends string> {
  readonly as: Names
  readonly where: (value: ValueId, view: View) => boolean
}

export interface Op<Names extends string> extends OpOptions<Names> {
  readonly kernel: KernelName
  /** The operands in each order in which they fit. */
  readonly orders: readonly (readonly Operand<Names>[])[]
}

interface OpOptions<Names extends string> {
  /** Name of the node's value. */
  readonly as?: Names
  /** If true, only the pattern may read the node's value. */
  readonly usedOnce?: boolean
  /** If true, operands must be in this order, even if the kernel commutes. */
  readonly inOrder?: boolean
  readonly where?: (attributes: Attributes) => boolean
}

interface Match<Names extends string> {
  readonly values: Readonly<Record<Names, ValueId>>
  /** Values of all nodes that match the pattern, the last node included. */
  readonly outputs: readonly ValueId[]
}

export const hole = <Name extends string>(as: Name, where: Hole<Name>['where']): Hole<Name> => ({ as, where })

export function op<const Operands extends readonly Operand<string>[], As extends string = never>(
  kernel: KernelName,
  operands: Operands,
  options?: OpOptions<As>,
): Op<NamesIn<Operands[number]> | NoInfer<As>>
export function op(kernel: KernelName, operands: readonly Operand<string>[], options?: OpOptions<string>): Op<string> {
  const turns = kernelRule(kernel).commutes && !options?.inOrder
  return { kernel, orders: turns ? [operands, operands.toReversed()] : [operands], ...options }
}

type NamesIn<One> = One extends Operand<infer Names> ? Names : never

/** The first way in which a node and those before it match the pattern; undefined if there is none. */
export function match<Names extends string>(pattern: Op<Names>, node: GraphNode, view: View): Match<Names> | undefined {
  if (node.kernel !== pattern.kernel) return undefined
  const [found] = waysOfNode(pattern, node, { values: {}, outputs: [] }, view)
  // every match binds all names of the pattern
  return found as Match<Names> | undefined
}

/** A match in progress. */
type Found = Match<string>

function waysOf(operand: Operand<string>, value: ValueId, found: Found, view: View): Found[] {
  if (typeof operand === 'string') return named(operand, value, found)
  if (!('kernel' in operand)) return operand.where(value, view) ? named(operand.as, value, found) : []
  const node = view.producerOf(value)
  return node ? waysOfNode(operand, node, found, view) : []
}

function waysOfNode(
  { kernel, orders, as, usedOnce, where }: Op<string>,
  node: GraphNode,
  found: Found,
  view: View,
): Found[] {
  const { inputs, output } = node
  if (node.kernel !== kernel || inputs.length !== orders[0]!.length) return []
  const possible = orders.filter((order) => order.every((operand, index) => hasKernel(operand, inputs[index]!, view)))
  if (possible.length === 0 || where?.(node.attributes) === false) return []
  if (usedOnce && !isUsedOnce(output, view)) return []
  const start = as === undefined ? [found] : named(as, output, found)
  const ways = possible.flatMap((order) =>
    order.reduce((ways, operand, index) => ways.flatMap((way) => waysOf(operand, inputs[index]!, way, view)), start),
  )
  return ways.map(({ values, outputs }) => ({ values, outputs: [...outputs, output] }))
}

/** True if the operand asks for no kernel, or for this one. Most nodes fail here, before anything is noted. */
const hasKernel = (operand: Operand<string>, value: ValueId, { producerOf }: View): boolean =>
  typeof operand === 'string' || !('kernel' in operand) || producerOf(value)?.kernel === operand.kernel

function named(name: string, value: ValueId, found: Found): Found[] {
  const known = found.values[name]
  if (known !== undefined) return known === value ? [found] : []
  return [{ ...found, values: { ...found.values, [name]: value } }]
}
