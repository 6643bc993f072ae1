/** Groups of nodes that are replaced by a single operator of TensorFlow. */
import type { GraphNode, ValueId } from '../graph/graph.js'
import { isUsedOnce, type View } from '../graph/view.js'
import { match, type Op } from '../passes/pattern.js'
import type { Emitter } from './lowerings/lowering.js'

export interface Rewriting {
  /** Writers, by the output of the node in whose place they write. */
  readonly written: ReadonlyMap<ValueId, Writer>
  /** Outputs of all nodes that are replaced. */
  readonly replaced: ReadonlySet<ValueId>
}

/** Writes operators, and returns the names of the values that they replace. */
export type Writer = (
  emit: Emitter,
  nameOf: (value: ValueId) => string,
) => readonly (readonly [value: ValueId, name: string])[]

/**
 * Looks for nodes, the last of which is `node`, that one operator of TensorFlow computes. Returns a writer for it and
 * the outputs of the nodes that it replaces.
 */
export type OperatorRule = (
  node: GraphNode,
  view: View,
) => { readonly write: Writer; readonly replaced: readonly ValueId[] } | undefined

/**
 * Makes a rule of a pattern. `write` writes the operators and returns the name of the value of the pattern's last node.
 */
export const operatorRule =
  <Names extends string>(
    pattern: Op<Names>,
    write: (values: Readonly<Record<Names, ValueId>>, emit: Emitter, nameOf: (value: ValueId) => string) => string,
  ): OperatorRule =>
  (node, view) => {
    const found = match(pattern, node, view)
    if (!found) return undefined
    const replaced = found.outputs.filter((value) => value === node.output || isUsedOnce(value, view))
    return {
      replaced,
      write(emit, nameOf) {
        const name = write(found.values, emit, nameOf)
        return replaced.map((value) => [value, name])
      },
    }
  }
