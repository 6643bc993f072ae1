/**
 * Decides which steps run on two halves of a batch. Two operators then run at once, one of each half, with half of the
 * processors each. They do not wait for the threads of one another at the end of every operator.
 */
import { processors } from '../../../base/processors.js'
import type { Program } from '../../../program/program.js'
import { costOf } from '../graph/cost.js'
import type { Graph } from '../graph/graph.js'
import { isSeparable } from '../passes/separable.js'
import { simplifiedGraph } from '../passes/simplified.js'
import { type SplitStep, splitUpdate } from '../passes/split-update.js'

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

/**
 * Traces and simplifies the step of a program, and splits off its update. Halves have at most `mostNodes` nodes
 * together; with 0 the step stays whole.
 */
export async function stepOf(program: Program, size: number, mostNodes: number): Promise<Step> {
  if (mostNodes > 0 && size % 2 === 0 && processors() > 1) {
    const half = await traceStep(program, size / 2)
    const { nodes } = half.graph
    const pays = costOf(half.graph).flops >= LEAST_FLOPS && 2 * nodes.length <= mostNodes
    if (pays && isSeparable(half.split.graph, size / 2)) return { ...half, halves: true }
  }
  return { ...(await traceStep(program, size)), halves: false }
}

async function traceStep(program: Program, size: number): Promise<Omit<Step, 'halves'>> {
  const graph = await simplifiedGraph(program, size)
  return { graph, split: splitUpdate(graph) }
}
