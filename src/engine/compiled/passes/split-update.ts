/**
 * Splits the elementwise end of a step, from gradients to new weights and optimizer slots, off the graph. The rest goes
 * to the runtime and computes the gradients. The end becomes, for each weight, one expression over its arrays that a
 * single loop computes (`fuse/`). This file knows no optimizers: any chain of elementwise nodes on which only new state
 * depends is split off.
 */
import { MOST_ARGUMENTS } from '../crew/chunks.js'
import { consumersOf, type Graph, type GraphNode, type GraphOutput, infoOf, type ValueId } from '../graph/graph.js'
import { verify } from '../graph/verify.js'
import { removeUnused } from './remove-unused.js'

/** One operation of an expression. Operands are indices in the expression's list. */
export type Expression =
  | { readonly kind: 'array'; readonly index: number }
  | { readonly kind: 'scalar'; readonly index: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'op'; readonly kernel: FusedKernel; readonly operands: readonly number[] }

// biome-ignore format: one line reads better
export const FUSED_KERNELS = ['Add', 'Sub', 'Multiply', 'RealDiv', 'Maximum', 'Minimum', 'Sqrt', 'Square', 'Neg', 'Abs', 'Sign'] as const
export type FusedKernel = (typeof FUSED_KERNELS)[number]

/** An array that an update reads or writes: state by name, or a value that the runtime computes. */
export type UpdateArray = { readonly from: 'state'; readonly name: string } | ComputedArray

interface ComputedArray {
  readonly from: 'graph'
  readonly value: ValueId
  /** Number of the part of a batch that computes the value; 0 if it is not given. */
  readonly part?: number
}

/** The update of one weight and its slots. */
export interface Update {
  /** In order of first use, which is the same for all weights of an optimizer, so that equal loops are recognized. */
  readonly expressions: readonly Expression[]
  readonly arrays: readonly UpdateArray[]
  /** Scalars: inputs of the program, or values that the runtime computes. */
  readonly scalars: readonly ValueId[]
  /** The expression that is stored to each array. */
  readonly stores: readonly { readonly expression: number; readonly array: number }[]
}

export interface SplitStep {
  /** The step without its end. It outputs the program's outputs and every value that an update reads. */
  readonly graph: Graph
  readonly updates: readonly Update[]
}

export function splitUpdate(graph: Graph): SplitStep {
  const end = elementwiseEnd(graph)
  const filled = new Set(graph.constants.filter(({ data }) => typeof data === 'number').map(({ value }) => value))
  const canStore = (value: ValueId) => end.has(value) || (filled.has(value) && infoOf(graph, value).shape.length > 0)
  const newState = graph.outputs.filter(({ to }) => to === 'state')
  const changed = new Set(newState.map(({ name }) => name))
  const stateNames = stateNamesOf(graph)
  const groups = new Map<string, GraphOutput[]>()
  for (const output of newState.filter(({ value }) => canStore(value))) {
    const key = `${ownerOf(output.name, graph)} ${infoOf(graph, output.value).shape}`
    groups.set(key, [...(groups.get(key) ?? []), output])
  }
  const cut = [...groups.values()]
    .map((outputs) => ({ outputs, update: buildUpdate(graph, end, outputs) }))
    .filter(({ update, outputs }) => fitsOneCall(update) && readsOnlyItsOwn(update, outputs, changed, stateNames))
  const updates = cut.map(({ update }) => update)
  const stored = new Set(cut.flatMap(({ outputs }) => outputs))
  const inputs = new Set(graph.inputs.map(({ value }) => value))
  const given = new Set(graph.outputs.filter(isForUpdate).map(({ value }) => value))
  const needed = new Set(
    updates.flatMap(({ arrays, scalars }) => [
      ...arrays.flatMap((array) => (array.from === 'graph' ? [array.value] : [])),
      ...scalars.filter((scalar) => !inputs.has(scalar)),
    ]),
  )
  const outputs: GraphOutput[] = [
    ...graph.outputs.filter((output) => !stored.has(output)),
    ...[...needed]
      .filter((value) => !given.has(value))
      .map((value) => ({
        value,
        to: 'output' as const,
        name: updateValueName(value),
      })),
  ]
  return { graph: verify(removeUnused({ ...graph, outputs }), 'split-update'), updates }
}

/**
 * The same update for values that are computed by parts of a batch: it reads their mean. Undefined if a loop would have
 * too many arguments. The arrays of parts 1, 2, ... come after all others, part by part, in the same order.
 */
export function updateFromParts(update: Update, parts: number): Update | undefined {
  const { expressions, arrays, stores } = update
  const computed = [...arrays.keys()].filter((index) => arrays[index]!.from === 'graph')
  const others = Array.from({ length: parts - 1 }, (_, index) => index + 1)
  const places = new Map<number, number>()
  const next: Expression[] = [{ kind: 'number', value: 1 / parts }]
  for (const [index, expression] of expressions.entries()) {
    const own =
      expression.kind === 'op'
        ? { ...expression, operands: expression.operands.map((operand) => places.get(operand)!) }
        : expression
    let place = next.push(own) - 1
    if (own.kind === 'array' && computed.includes(own.index)) {
      for (const part of others) {
        const from = arrays.length + (part - 1) * computed.length + computed.indexOf(own.index)
        const other = next.push({ kind: 'array', index: from }) - 1
        place = next.push({ kind: 'op', kernel: 'Add', operands: [place, other] }) - 1
      }
      place = next.push({ kind: 'op', kernel: 'Multiply', operands: [place, 0] }) - 1
    }
    places.set(index, place)
  }
  const joined = {
    ...update,
    expressions: next,
    arrays: [
      ...arrays,
      ...others.flatMap((part) => computed.map((index) => ({ ...(arrays[index] as ComputedArray), part }))),
    ],
    stores: stores.map(({ expression, array }) => ({ expression: places.get(expression)!, array })),
  }
  return fitsOneCall(joined) ? joined : undefined
}

/** True if the arguments of a loop suffice: each array, each scalar, and the number of bytes. */
const fitsOneCall = ({ arrays, scalars }: Update): boolean => arrays.length + scalars.length < MOST_ARGUMENTS

/**
 * True if an update reads no state that another update, or the runtime, has changed before: updates run one after
 * another.
 */
function readsOnlyItsOwn(
  { arrays, scalars }: Update,
  outputs: readonly GraphOutput[],
  changed: ReadonlySet<string>,
  stateNames: ReadonlyMap<ValueId, string>,
): boolean {
  const own = new Set(outputs.map(({ name }) => name))
  return (
    arrays.every((array) => array.from !== 'state' || own.has(array.name) || !changed.has(array.name)) &&
    scalars.every((scalar) => !changed.has(stateNames.get(scalar) ?? ''))
  )
}

const stateNamesOf = (graph: Graph): ReadonlyMap<ValueId, string> =>
  new Map(graph.inputs.flatMap(({ from, value, name }) => (from === 'state' ? [[value, name]] : [])))

/** Name of the output that passes a value to the updates. */
export const updateValueName = (value: ValueId): string => `update:${value}`

/** True if an output passes a value to the updates. */
export const isForUpdate = ({ name, value }: GraphOutput): boolean => name === updateValueName(value)

/** True if an output is one of the program's own, neither state nor for updates. */
export const isResult = (output: GraphOutput): boolean => output.to === 'output' && !isForUpdate(output)

/** Nodes that can be fused and on which only new state depends. */
function elementwiseEnd(graph: Graph): Set<ValueId> {
  const consumers = consumersOf(graph)
  const results = new Set(graph.outputs.filter(({ to }) => to === 'output').map(({ value }) => value))
  const newState = new Set(graph.outputs.filter(({ to }) => to === 'state').map(({ value }) => value))
  const end = new Set<ValueId>()
  for (const node of graph.nodes.toReversed()) {
    const users = consumers.get(node.output) ?? []
    const onlyForState = users.every(({ output }) => end.has(output)) && (users.length > 0 || newState.has(node.output))
    if (onlyForState && !results.has(node.output) && canFuse(graph, node)) end.add(node.output)
  }
  return end
}

/** True if a node can be part of a loop: every operand is a scalar or has the shape of the result. */
function canFuse(graph: Graph, { kernel, inputs, output }: GraphNode): boolean {
  const { shape, dtype } = infoOf(graph, output)
  if (!(FUSED_KERNELS as readonly string[]).includes(kernel) || dtype !== 'float32' || shape.length === 0) return false
  return inputs.every((input) => {
    const operand = infoOf(graph, input)
    return operand.dtype === 'float32' && (operand.shape.length === 0 || operand.shape.join() === shape.join())
  })
}

/** The weight that a state belongs to. State is named `weight` or `weight/slot`. */
function ownerOf(name: string, graph: Graph): string {
  const names = graph.inputs.filter(({ from }) => from === 'state').map((input) => input.name)
  return (
    names.filter((other) => name === other || name.startsWith(`${other}/`)).sort((a, b) => a.length - b.length)[0] ??
    name
  )
}

function buildUpdate(graph: Graph, end: ReadonlySet<ValueId>, outputs: readonly GraphOutput[]): Update {
  const producers = new Map(graph.nodes.map((node) => [node.output, node]))
  const numbers = new Map(graph.constants.map(({ value, data }) => [value, data]))
  const stateNames = stateNamesOf(graph)
  const expressions: Expression[] = []
  const arrays: UpdateArray[] = []
  const scalars: ValueId[] = []
  const places = new Map<ValueId, number>()

  const arrayIndex = (array: UpdateArray): number => {
    const same = (other: UpdateArray) => JSON.stringify(other) === JSON.stringify(array)
    const found = arrays.findIndex(same)
    return found >= 0 ? found : arrays.push(array) - 1
  }
  const leaf = (value: ValueId): Expression => {
    const data = numbers.get(value)
    if (typeof data === 'number') return { kind: 'number', value: data }
    if (infoOf(graph, value).shape.length === 0) {
      const found = scalars.indexOf(value)
      return { kind: 'scalar', index: found >= 0 ? found : scalars.push(value) - 1 }
    }
    const name = stateNames.get(value)
    return { kind: 'array', index: arrayIndex(name === undefined ? { from: 'graph', value } : { from: 'state', name }) }
  }
  const place = (value: ValueId): number => {
    const known = places.get(value)
    if (known !== undefined) return known
    const node = end.has(value) ? producers.get(value)! : null
    const expression: Expression = node
      ? { kind: 'op', kernel: node.kernel as FusedKernel, operands: node.inputs.map(place) }
      : leaf(value)
    const index = expressions.push(expression) - 1
    places.set(value, index)
    return index
  }
  const stores = outputs.map(({ value, name }) => ({
    expression: place(value),
    array: arrayIndex({ from: 'state', name }),
  }))
  return { expressions, arrays, scalars, stores }
}
