/**
 * Finds what hosts or devices that share a batch have to tell one another in a step. Each computes sums and means over
 * its own samples. Means, such as gradients, are combined before new state is computed from them, so that all hosts keep
 * the same state. Results are added.
 */
import { type Graph, isOfSamples, type ValueId } from '../graph/graph.js'
import { removeUnused } from './remove-unused.js'
import { isForUpdate, isResult } from './split-update.js'

export interface Exchange {
  /** Means over samples, which the rest of the step is computed from. */
  readonly means: readonly ValueId[]
  /** Values of nodes that are computed from the samples of one host; the others are computed from combined means. */
  readonly before: ReadonlySet<ValueId>
  /** Results of the program that are sums, known together with the means. */
  readonly sums: readonly ValueId[]
  /** Results that are computed after the means are combined. */
  readonly lateSums: readonly ValueId[]
}

/** The inputs that have samples, and all values that are computed from them. */
export function valuesOfSamples(graph: Graph): ReadonlySet<ValueId> {
  const found = new Set(graph.inputs.filter(isOfSamples).map(({ value }) => value))
  for (const { inputs, output } of graph.nodes) if (inputs.some((input) => found.has(input))) found.add(output)
  return found
}

/** `samples`: the values that depend on samples. The graph must have its means as outputs. */
export function exchangeOf(graph: Graph, samples: ReadonlySet<ValueId>): Exchange {
  const ofUpdate = graph.outputs.filter(isForUpdate).map(({ value }) => value)
  const means = ofUpdate.filter((value) => samples.has(value))
  const after = new Set<ValueId>()
  const found = new Set(means)
  for (const { inputs, output } of graph.nodes) {
    if (inputs.some((input) => found.has(input) || after.has(input))) after.add(output)
  }
  const toMeans = new Set(removeUnused(withOutputs(graph, means)).nodes.map(({ output }) => output))
  const before = new Set(
    graph.nodes.map(({ output }) => output).filter((output) => !after.has(output) || toMeans.has(output)),
  )
  requireCombined(graph, { samples, means: new Set(means), before })
  const given = new Set([...graph.inputs, ...graph.constants].map(({ value }) => value))
  const results = [...new Set(graph.outputs.filter(isResult).map(({ value }) => value))]
  const isEarly = (value: ValueId) => before.has(value) || given.has(value)
  return {
    means,
    before,
    sums: results.filter(isEarly),
    lateSums: results.filter((value) => !isEarly(value)),
  }
}

interface Computed {
  readonly samples: ReadonlySet<ValueId>
  readonly means: ReadonlySet<ValueId>
  readonly before: ReadonlySet<ValueId>
}

/** Throws if new state depends on samples other than by the means: then hosts would have different weights. */
function requireCombined(graph: Graph, { samples, means, before }: Computed): void {
  const given = new Set(graph.inputs.map(({ value }) => value))
  /** Values that a host has for itself. */
  const own = new Set([...samples].filter((value) => !means.has(value) && (before.has(value) || given.has(value))))
  for (const { inputs, output } of graph.nodes) {
    if (!before.has(output) && inputs.some((input) => own.has(input))) own.add(output)
  }
  for (const { to, name, value } of graph.outputs) {
    if (to === 'state' && own.has(value)) throw new Error(`internal: ${name} would not be the same on all hosts`)
  }
}

/** The part of a step that each host computes from its own samples. */
export function ownPart(graph: Graph, { means, sums }: Pick<Exchange, 'means' | 'sums'>): Graph {
  return removeUnused(withOutputs(graph, [...means, ...sums]))
}

const withOutputs = (graph: Graph, values: readonly ValueId[]): Graph => ({
  ...graph,
  outputs: values.map((value) => ({ value, to: 'output', name: String(value) })),
})
