/** Traces a step, and splits off its update. */
import type { Program } from '../../../program/program.js'
import type { Graph } from '../graph/graph.js'
import { MEAN } from '../graph/trace.js'
import { simplifiedGraph } from '../passes/simplified.js'
import { type SplitStep, splitUpdate, updateValueName } from '../passes/split-update.js'

export interface TracedStep {
  readonly graph: Graph
  readonly split: SplitStep
}

/** `isShared`: true if hosts or devices share the batch, so that the graph has its means as outputs. */
export async function traceStep(program: Program, size: number, isShared: boolean): Promise<TracedStep> {
  const traced = await simplifiedGraph(program, size, { means: isShared })
  // two means may have become one value
  const means = new Set(traced.outputs.filter(({ name }) => name === MEAN).map(({ value }) => value))
  const outputs = [
    ...traced.outputs.filter(({ name }) => name !== MEAN),
    ...[...means].map((value) => ({ value, to: 'output' as const, name: updateValueName(value) })),
  ]
  const graph = { ...traced, outputs }
  return { graph, split: splitUpdate(graph) }
}
