/**
 * Decides which steps run on parts of a batch, which two threads compute side by side. These wait for one another once
 * per step instead of within every product.
 */
import { processors } from '../../../base/processors.js'
import { sizeOf } from '../../../base/shape.js'
import type { Program } from '../../../program/program.js'
import { costOf, usesOf } from '../graph/cost.js'
import { type Graph, infoOf } from '../graph/graph.js'
import { isSeparable } from '../passes/separable.js'
import { simplifiedGraph } from '../passes/simplified.js'
import { splitTotals, type Total } from '../passes/split-totals.js'
import { type SplitStep, splitUpdate, updateFromParts } from '../passes/split-update.js'
import { meanGradients } from './mean-gradient.js'
import { productsOfParts } from './products-of-parts.js'
import { sumsOfSoftplus } from './sum-of-softplus.js'

/** Number of threads that compute the parts of a step, if there are several. */
const LANES = 2

/** Number of threads that compute the parts of a step. */
export const lanesOf = (parts: number): number => Math.min(parts, LANES)

/** A program's step for one batch size. The graph is that of a part of the batch; the updates read the mean of all. */
export interface Step extends SplitStep {
  /** Number of parts, which have the same size: 1, or as many for each of the LANES. */
  readonly parts: number
  /** Outputs that the graph does not compute. */
  readonly totals: readonly Total[]
}

/**
 * Parts are faster if each sample uses each weight at least this many times for each of them. A dense layer uses it
 * once: a part is then a product of fewer rows at a lower rate, and each part has gradients as large as the weights.
 */
const LEAST_USES = 2

/** Most parts of a batch. Each adds an array to the arguments of the update. */
const MOST_PARTS = 8

/** More than two parts have a multiple of this many samples each, as gradients of filters take them together. */
const SAMPLES = 16

/** Bytes of a value that stays in the second cache of a processor from one operator to the next. */
const CACHED_BYTES = 1 << 20
const FLOAT = 4

/**
 * Traces and simplifies the step of a program, and splits off its update. `most` is the largest number of parts. The
 * totals of a step that stays whole are split off too, if it `maySplitTotals`: the crew sums them, for which the arena
 * must have places.
 */
export async function stepOf(
  program: Program,
  size: number,
  most = Number.POSITIVE_INFINITY,
  maySplitTotals = !program.keepsState,
): Promise<Step> {
  if (most >= LANES && size % LANES === 0 && processors() > 1) {
    const half = await partOf(program, size / LANES)
    const uses = usesOf(flopsForward(half), program.state, size / LANES)
    if (uses >= LEAST_USES * LANES && isSeparable(half.graph, size / LANES)) {
      const wanted = partsFor(half.graph, size, Math.min(most, uses / LEAST_USES))
      // an update that takes too many arrays for so many parts may still take those of two
      for (const parts of new Set([wanted, LANES])) {
        const part = parts === LANES ? half : await partOf(program, size / parts)
        const updates = part.updates.flatMap((update) => updateFromParts(update, parts) ?? [])
        if (updates.length === part.updates.length) return { graph: part.graph, updates, parts, totals: [] }
      }
    }
  }
  const whole = await simplifiedGraph(program, size)
  const { graph, totals } = maySplitTotals ? splitTotals(whole) : { graph: whole, totals: [] }
  return { ...stepFrom(productsOfParts(graph)), parts: 1, totals }
}

/**
 * The number of parts for a step whose `half` of a batch this is. More than two serve a step that mostly convolves: a
 * convolution takes one sample after another, so that few are as fast as many, and what lies between convolutions is
 * faster if values are small enough for the cache.
 */
function partsFor(half: Graph, size: number, most: number): number {
  const { flops, convolutions } = costOf(half)
  if (convolutions < flops / 2) return LANES
  const largest = half.nodes.reduce((most, { output }) => Math.max(most, FLOAT * sizeOf(infoOf(half, output).shape)), 0)
  const fits = (parts: number) => (largest * LANES) / parts <= CACHED_BYTES
  const counts = [LANES]
  for (let parts = 2 * LANES; parts <= Math.min(most, MOST_PARTS); parts += LANES) {
    if (size % (parts * SAMPLES) === 0) counts.push(parts)
  }
  return counts.find(fits) ?? counts.at(-1)!
}

const stepFrom = (graph: Graph): SplitStep => splitUpdate(meanGradients(sumsOfSoftplus(graph)))

const partOf = async (program: Program, size: number): Promise<SplitStep> =>
  stepFrom(await simplifiedGraph(program, size))

/** Operations of a pass forward; training has two more such passes. */
const flopsForward = ({ graph, updates }: SplitStep): number => costOf(graph).flops / (updates.length > 0 ? 3 : 1)
