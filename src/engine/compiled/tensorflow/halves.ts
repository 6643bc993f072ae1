/**
 * Decides which steps run on two halves of a batch. Two operators then run at once, one of each half, with half of the
 * processors each. They do not wait for the threads of one another at the end of every operator.
 */
import { processors } from '../../../base/processors.js'
import type { Program } from '../../../program/program.js'
import { costOf } from '../graph/cost.js'
import type { Graph } from '../graph/graph.js'
import { MEAN } from '../graph/trace.js'
import { isSeparable } from '../passes/separable.js'
import { simplifiedGraph } from '../passes/simplified.js'
import { type SplitStep, splitUpdate, updateValueName } from '../passes/split-update.js'

/** A program's step for one batch size. With `halves` the graphs are those of half a batch. */
export interface Step {
  readonly graph: Graph
  readonly split: SplitStep
  readonly halves: boolean
}

/**
 * Floating-point operations of half a batch from which on halves are faster. In smaller steps the time is that of
 * starting operators, of which halves have twice as many.
 */
const LEAST_FLOPS = 1e7

export interface StepOptions {
  /** Most nodes of both halves together; with 0 the step stays whole. */
  readonly mostNodes: number
  /** True if hosts share the batch, so that their means are combined before new state is computed. */
  readonly isShared?: boolean
}

/** Traces and simplifies the step of a program, and splits off its update. */
export async function stepOf(
  program: Program,
  size: number,
  { mostNodes, isShared = false }: StepOptions,
): Promise<Step> {
  if (mostNodes > 0 && size % 2 === 0 && processors() > 1) {
    const half = await traceStep(program, size / 2, isShared)
    const { nodes } = half.graph
    const pays = costOf(half.graph).flops >= LEAST_FLOPS && 2 * nodes.length <= mostNodes
    if (pays && isSeparable(half.split.graph, size / 2)) return { ...half, halves: true }
  }
  return { ...(await traceStep(program, size, isShared)), halves: false }
}

async function traceStep(program: Program, size: number, isShared: boolean): Promise<Omit<Step, 'halves'>> {
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
