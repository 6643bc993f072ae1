/**
 * Divides a step among several devices of one host. Each computes a part of the batch, as hosts do: results are added, and
 * means over samples are combined before new state is computed from them. State lies on the first device.
 */
import { shareOf } from '../../../base/share.js'
import type { Program } from '../../../program/program.js'
import { type Graph, infoOf, isOfSamples, type ValueId } from '../graph/graph.js'
import { exchangeOf, valuesOfSamples } from '../passes/exchange.js'
import { isResult } from '../passes/split-update.js'
import { type TracedStep, traceStep } from './traced-step.js'

/** The graph of a part of a batch. */
export interface PartOfBatch {
  readonly graph: Graph
  /** Rows of the batch before its own. */
  readonly from: number
}

/** The step of the first part of a batch, and the other parts. */
export interface DividedStep extends TracedStep {
  readonly others: readonly PartOfBatch[]
}

/** Fewest rows of a part: with a single one, the axis of samples cannot be told from others. */
const LEAST_ROWS = 2

/**
 * Traces the parts of a step. Null if the first device has to compute it whole, because it takes no samples, or too few.
 */
export async function dividedStep(program: Program, size: number, devices: number): Promise<DividedStep | null> {
  if (size < LEAST_ROWS * devices) return null
  const shares = Array.from({ length: devices }, (_, index) => shareOf(size, { index, of: devices }))
  const steps = new Map<number, TracedStep>()
  for (const { counted } of shares) {
    if (!steps.has(counted)) steps.set(counted, await traceStep(program, counted, true))
  }
  const [{ graph }] = [...steps.values()] as [TracedStep]
  if (!graph.inputs.some(isOfSamples)) return null
  if (new Set([...steps.values()].map(({ graph }) => exchanged(graph))).size > 1) return null
  const [first, ...others] = shares.map(({ counted, from }) => ({ ...steps.get(counted)!, from }))
  return { graph: first!.graph, split: first!.split, others: others.map(({ graph, from }) => ({ graph, from })) }
}

/** Describes all values that a part gives to the others. Graphs of different sizes are compared by this text. */
function exchanged(graph: Graph): string {
  const { means, sums, lateSums } = exchangeOf(graph, valuesOfSamples(graph))
  const namesOf = (value: ValueId) =>
    graph.outputs.filter((output) => isResult(output) && output.value === value).map(({ name }) => name)
  return JSON.stringify([
    means.map((value) => infoOf(graph, value).shape),
    ...[sums, lateSums].map((values) => values.map(namesOf)),
  ])
}
