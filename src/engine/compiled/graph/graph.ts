/**
 * A step as a graph of tfjs kernels: plain data with static shapes, in tfjs' names and layouts, independent of any
 * runtime. Specification (`verify.ts` checks it): every value is defined once, by an input, a constant or a node,
 * before it is used; kernels, attributes, shapes and dtypes are those of `kernels.ts`; state outputs have the shape of
 * their state.
 */
import type { BatchShape } from '../../../base/shape.js'
import type { ProgramInput } from '../../../program/program.js'
import type { KernelName } from './kernels.js'
import type { Attributes, ValueInfo } from './value.js'

export type ValueId = number

export interface GraphNode {
  readonly kernel: KernelName
  readonly inputs: readonly ValueId[]
  readonly attributes: Attributes
  readonly output: ValueId
}

export interface GraphConstant {
  readonly value: ValueId
  /** A single number means a tensor filled with it. */
  readonly data: Float32Array | Int32Array | Uint8Array | number
}

export type GraphInput = { readonly value: ValueId } & (
  | { readonly from: 'state'; readonly name: string }
  | { readonly from: 'input'; readonly name: string; readonly input: ProgramInput }
)

/**
 * Shape of an input as its program declares it, with `null` for the batch; empty for scalars and for state, which have
 * no batch.
 */
export const declaredShape = (input: GraphInput): BatchShape =>
  input.from === 'input' && input.input.kind !== 'scalar' ? input.input.shape : []

/** True if the first axis of an input is the batch. */
export const isOfSamples = (input: GraphInput): boolean => declaredShape(input)[0] === null

export interface GraphOutput {
  readonly value: ValueId
  /** `state`: the new value of the state with this name. `output`: an output of the program. */
  readonly to: 'state' | 'output'
  readonly name: string
}

export interface Graph {
  readonly values: ReadonlyMap<ValueId, ValueInfo>
  readonly inputs: readonly GraphInput[]
  readonly constants: readonly GraphConstant[]
  /** In an order in which they can run: each node follows those whose values it uses. */
  readonly nodes: readonly GraphNode[]
  readonly outputs: readonly GraphOutput[]
}

export const infoOf = (graph: Graph, value: ValueId): ValueInfo => {
  const info = graph.values.get(value)
  if (!info) throw new Error(`internal: the graph has no value ${value}`)
  return info
}

/**
 * The first unused value id: every id from here on is free. Written as a loop because large graphs have more values
 * than a call can have arguments.
 */
export function firstFree(values: Graph['values']): ValueId {
  let last = -1
  for (const value of values.keys()) last = Math.max(last, value)
  return last + 1
}

/** Nodes that use each value. */
export function consumersOf(graph: Graph): Map<ValueId, GraphNode[]> {
  const consumers = new Map<ValueId, GraphNode[]>()
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      const list = consumers.get(input) ?? []
      list.push(node)
      consumers.set(input, list)
    }
  }
  return consumers
}
