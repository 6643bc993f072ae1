/**
 * Cuts the elementwise end off a step: from gradients to new weights and optimizer slots. What stays goes to the
 * runtime and gives the gradients; what is cut off becomes, for each weight, one expression over its arrays that a
 * single loop can compute (`fuse/`). Nothing here knows an optimizer: any chain of elementwise nodes that only new
 * state depends on is cut.
 */
import { MOST_ARGUMENTS } from '../crew/chunks.js'
import { consumersOf, type Graph, type GraphNode, type GraphOutput, infoOf, type ValueId } from '../graph/graph.js'
import { verify } from '../graph/verify.js'
import { removeUnused } from './remove-unused.js'

/** One operation of an expression; operands are indices into the expression's list. */
export type Expression =
  | { readonly kind: 'array'; readonly index: number }
  | { readonly kind: 'scalar'; readonly index: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'op'; readonly kernel: FusedKernel; readonly operands: readonly number[] }

// biome-ignore format: one line reads better
export const FUSED_KERNELS = ['Add', 'Sub', 'Multiply', 'RealDiv', 'Maximum', 'Minimum', 'Sqrt', 'Square', 'Neg', 'Abs', 'Sign'] as const
export type FusedKernel = (typeof FUSED_KERNELS)[number]

/** An array an update reads or writes: state by name, or a value that the runtime computes. */
export type UpdateArray = { readonly from: 'state'; readonly name: string } | ComputedArray

interface ComputedArray {
  readonly from: 'graph'
  readonly value: ValueId
  /** Of the other half of a batch. */
  readonly other?: true
}

/** The update of one weight and its slots. */
export interface Update {
  /** In order of first use; the same for every weight of one optimizer, so that equal loops can be told. */
  readonly expressions: readonly Expression[]
  readonly arrays: readonly UpdateArray[]
  /** Values of rank 0: program inputs, or computed by the runtime. */
  readonly scalars: readonly ValueId[]
  /** Which expression is stored to which array. */
  readonly stores: readonly { readonly expression: number; readonly array: number }[]
}

export interface SplitStep {
  /** The step without its end: gives the program's outputs, and every value that an update reads. */
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
  const needed = new Set(
    updates.flatMap(({ arrays, scalars }) => [
      ...arrays.flatMap((array) => (array.from === 'graph' ? [array.value] : [])),
      ...scalars.filter((scalar) => !inputs.has(scalar)),
    ]),
  )
  const outputs: GraphOutput[] = [
    ...graph.outputs.filter((output) => !stored.has(output)),
    ...[...needed].map((value) => ({ value, to: 'output' as const, name: updateValueName(value) })),
  ]
  return { graph: verify(removeUnused({ ...graph, outputs }), 'split-update'), updates }
}

/**
 * The same update where two halves of a batch have given each value that the runtime computes: it takes their mean.
 * Undefined where a loop would take too much. The arrays of the other half come after all others, in the same order.
 */
export function updateFromHalves(update: Update): Update | undefined {
  const { expressions, arrays, stores } = update
  const computed = [...arrays.keys()].filter((index) => arrays[index]!.from === 'graph')
  const places = new Map<number, number>()
  const next: Expression[] = [{ kind: 'number', value: 0.5 }]
  for (const [index, expression] of expressions.entries()) {
    const own =
      expression.kind === 'op'
        ? { ...expression, operands: expression.operands.map((operand) => places.get(operand)!) }
        : expression
    let place = next.push(own) - 1
    if (own.kind === 'array' && computed.includes(own.index)) {
      const other = next.push({ kind: 'array', index: arrays.length + computed.indexOf(own.index) }) - 1
      const sum = next.push({ kind: 'op', kernel: 'Add', operands: [place, other] }) - 1
      place = next.push({ kind: 'op', kernel: 'Multiply', operands: [sum, 0] }) - 1
    }
    places.set(index, place)
  }
  const halved = {
    ...update,
    expressions: next,
    arrays: [...arrays, ...computed.map((index) => ({ ...(arrays[index] as ComputedArray), other: true as const }))],
    stores: stores.map(({ expression, array }) => ({ expression: places.get(expression)!, array })),
  }
  return fitsOneCall(halved) ? halved : undefined
}

/** A loop takes each array and each scalar, and how many bytes there are. */
const fitsOneCall = ({ arrays, scalars }: Update): boolean => arrays.length + scalars.length < MOST_ARGUMENTS

/** Updates run one after another: none may read state that another one, or the runtime, has changed before. */
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

/** Name of the output that carries a value to the updates. */
export const updateValueName = (value: ValueId): string => `update:${value}`

/** Whether an output carries a value to the updates. */
export const isForUpdate = ({ name, value }: GraphOutput): boolean => name === updateValueName(value)

/** Whether an output is what the program gives, and neither for the updates nor state. */
export const isResult = (output: GraphOutput): boolean => output.to === 'output' && !isForUpdate(output)

/** Nodes that can be fused and that nothing but new state depends on. */
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

/** Every operand is a scalar or has the result's shape. */
function canFuse(graph: Graph, { kernel, inputs, output }: GraphNode): boolean {
  const { shape, dtype } = infoOf(graph, output)
  if (!(FUSED_KERNELS as readonly string[]).includes(kernel) || dtype !== 'float32' || shape.length === 0) return false
  return inputs.every((input) => {
    const operand = infoOf(graph, input)
    return operand.dtype === 'float32' && (operand.shape.length === 0 || operand.shape.join() === shape.join())
  })
}

/** State is named `weight` or `weight/slot`: the longest name of a weight that is the state's own beginning. */
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
