/** Nodes that TensorFlow has one operator for, written in place of them. */
import type { ValueId } from '../graph/graph.js'
import type { Emitter } from './lowerings/lowering.js'

export interface Rewriting {
  /** By the node where something is to be written. */
  readonly written: ReadonlyMap<ValueId, Writer>
  /** The values of all nodes that are replaced. */
  readonly replaced: ReadonlySet<ValueId>
}

/** Writes operators; gives the names of the values that they replace. */
export type Writer = (
  emit: Emitter,
  nameOf: (value: ValueId) => string,
) => readonly (readonly [value: ValueId, name: string])[]
