/**
 * Decides which steps run on two halves of a batch, or on several devices. With halves, two operators run at once, one of
 * each half, with half of the processors each. They do not wait for the threads of one another at the end of every
 * operator.
 */
import { processors } from '../../../base/processors.js'
import type { Program } from '../../../program/program.js'
import { costOf } from '../graph/cost.js'
import { isSeparable } from '../passes/separable.js'
import { dividedStep, type PartOfBatch } from './devices.js'
import { type TracedStep, traceStep } from './traced-step.js'

/** A program's step for one batch size. With `halves` the graphs are those of half a batch. */
export interface Step extends TracedStep {
  readonly halves: boolean
  /** The parts of the batch that other devices compute; the graphs are then those of the first part. */
  readonly others: readonly PartOfBatch[]
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
  /** Number of devices of this host that share the batch. */
  readonly devices?: number
}

/** Traces and simplifies the step of a program, and splits off its update. */
export async function stepOf(
  program: Program,
  size: number,
  { mostNodes, isShared = false, devices = 1 }: StepOptions,
): Promise<Step> {
  const divided = devices > 1 ? await dividedStep(program, size, devices) : null
  if (divided) return { ...divided, halves: false }
  if (mostNodes > 0 && size % 2 === 0 && processors() > 1) {
    const half = await traceStep(program, size / 2, isShared)
    const { nodes } = half.graph
    const pays = costOf(half.graph).flops >= LEAST_FLOPS && 2 * nodes.length <= mostNodes
    if (pays && isSeparable(half.split.graph, size / 2)) return { ...half, halves: true, others: [] }
  }
  return { ...(await traceStep(program, size, isShared)), halves: false, others: [] }
}
