/** Lookups in a graph for passes, each in constant time. */
import {
  consumersOf,
  type Graph,
  type GraphConstant,
  type GraphInput,
  type GraphNode,
  infoOf,
  type ValueId,
} from './graph.js'
import type { Attributes, ValueInfo } from './value.js'

export interface View {
  /** The node that computes a value; undefined for an input or a constant. */
  producerOf(value: ValueId): GraphNode | undefined
  infoOf(value: ValueId): ValueInfo
  inputOf(value: ValueId): GraphInput | undefined
  constantOf(value: ValueId): GraphConstant['data'] | undefined
  /** The nodes that read a value; a node that reads it twice is there twice. */
  usersOf(value: ValueId): readonly GraphNode[]
  isOutput(value: ValueId): boolean
}

export function viewOf(graph: Graph): View {
  const producers = new Map(graph.nodes.map((node) => [node.output, node]))
  const inputs = new Map(graph.inputs.map((input) => [input.value, input]))
  const constants = new Map(graph.constants.map(({ value, data }) => [value, data]))
  const users = consumersOf(graph)
  const outputs = new Set(graph.outputs.map(({ value }) => value))
  return {
    producerOf: (value) => producers.get(value),
    infoOf: (value) => infoOf(graph, value),
    inputOf: (value) => inputs.get(value),
    constantOf: (value) => constants.get(value),
    usersOf: (value) => users.get(value) ?? [],
    isOutput: (value) => outputs.has(value),
  }
}

/** True if the value is read exactly once and is no output, so that its reader may replace both nodes. */
export const isUsedOnce = (value: ValueId, { usersOf, isOutput }: View): boolean =>
  usersOf(value).length === 1 && !isOutput(value)

/** The number that a constant is filled with; undefined for any other value. */
export function numberOf(value: ValueId, { constantOf }: View): number | undefined {
  const data = constantOf(value)
  return typeof data === 'number' ? data : undefined
}

export const isScalar = (value: ValueId, { infoOf }: View): boolean => infoOf(value).shape.length === 0

/** The attributes of the node that computes a value. */
export function attributesOf(value: ValueId, { producerOf }: View): Attributes {
  const node = producerOf(value)
  if (!node) throw new Error(`internal: no node computes value ${value}`)
  return node.attributes
}

/** The axes over which a node reduces. */
export const axesOf = ({ axes }: Attributes) => axes as readonly number[]
