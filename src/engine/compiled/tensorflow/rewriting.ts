/** Groups of nodes that are replaced by a single operator of TensorFlow. */
import type { Graph, GraphNode, ValueId } from '../graph/graph.js'
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
 * `suits` is a condition on the values.
 */
export const operatorRule =
  <Names extends string>(
    pattern: Op<Names>,
    write: (
      values: Readonly<Record<Names, ValueId>>,
      emit: Emitter,
      nameOf: (value: ValueId) => string,
      view: View,
    ) => string,
    suits: (values: Readonly<Record<Names, ValueId>>, view: View) => boolean = () => true,
  ): OperatorRule =>
  (node, view) => {
    const found = match(pattern, node, view)
    if (!found || !suits(found.values, view)) return undefined
    const replaced = found.outputs.filter((value) => value === node.output || isUsedOnce(value, view))
    return {
      replaced,
      write(emit, nameOf) {
        const name = write(found.values, emit, nameOf, view)
        return replaced.map((value) => [value, name])
      },
    }
  }

/** Applies to each node the first rule that fits. */
export function rewritingOf({ nodes }: Graph, view: View, rules: readonly OperatorRule[]): Rewriting {
  const written = new Map<ValueId, Writer>()
  const replaced = new Set<ValueId>()
  for (const node of nodes) {
    let found: ReturnType<OperatorRule>
    for (const rule of rules) found ??= rule(node, view)
    if (!found) continue
    written.set(node.output, found.write)
    for (const value of found.replaced) replaced.add(value)
  }
  return { written, replaced }
}
