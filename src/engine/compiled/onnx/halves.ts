/**
 * Decides which steps run on two halves of a batch, with a thread each. These wait for one another once per step
 * instead of within every product.
 */
import { processors } from '../../../base/processors.js'
import { sizeOf } from '../../../base/shape.js'
import type { Program } from '../../../program/program.js'
import { costOf } from '../graph/cost.js'
import type { Graph } from '../graph/graph.js'
import { isSeparable } from '../passes/separable.js'
import { simplifiedGraph } from '../passes/simplified.js'
import { splitTotals, type Total } from '../passes/split-totals.js'
import { type SplitStep, splitUpdate, updateFromHalves } from '../passes/split-update.js'
import { meanGradients } from './mean-gradient.js'
import { productsOfParts } from './products-of-parts.js'
import { sumsOfSoftplus } from './sum-of-softplus.js'

/** A program's step for one batch size. With `halves` the graph is that of half a batch; the updates are the same. */
export interface Step extends SplitStep {
  readonly halves: boolean
  /** Outputs that the graph does not compute. */
  readonly totals: readonly Total[]
}

/**
 * Halves are faster if each sample uses each weight at least this many times. A dense layer uses it once: half a batch
 * is then a product of half the rows at a lower rate, and there are two gradients as large as the weights.
 */
const LEAST_USES = 4

/**
 * Traces and simplifies the step of a program, and splits off its update. The totals of a step that is not halved are
 * split off too, if it `maySplitTotals`: the crew sums them, for which the arena must have places.
 */
export async function stepOf(
  program: Program,
  size: number,
  mayHalve: boolean,
  maySplitTotals = !program.keepsState,
): Promise<Step> {
  if (mayHalve && size % 2 === 0 && processors() > 1) {
    const half = stepFrom(await simplifiedGraph(program, size / 2))
    const updates = half.updates.flatMap((update) => updateFromHalves(update) ?? [])
    const fits = updates.length === half.updates.length && usesOf(half, program, size / 2) >= LEAST_USES
    if (fits && isSeparable(half.graph, size / 2)) return { graph: half.graph, updates, halves: true, totals: [] }
  }
  const whole = await simplifiedGraph(program, size)
  const { graph, totals } = maySplitTotals ? splitTotals(whole) : { graph: whole, totals: [] }
  return { ...stepFrom(productsOfParts(graph)), halves: false, totals }
}

const stepFrom = (graph: Graph): SplitStep => splitUpdate(meanGradients(sumsOfSoftplus(graph)))

/**
 * Number of times that a sample uses each weight. Each use is a multiplication and an addition; training has two more
 * such products.
 */
function usesOf({ graph, updates }: SplitStep, { state }: Program, size: number): number {
  const weights = state.filter(({ role }) => role === 'weight').reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return costOf(graph).flops / (2 * size * weights) / (updates.length > 0 ? 3 : 1)
}
