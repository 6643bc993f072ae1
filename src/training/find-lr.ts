/**
 * The learning-rate range test (Smith, "Cyclical Learning Rates", 2017): the rate grows from step to step, and the
 * curve of the loss shows a good rate. Range, smoothing, stop and suggestions are those of `lr_find` of fastai
 * (fastai/callback/schedule.py).
 */
import { least } from '../base/timing.js'
import type { Batch, Runner } from '../engine/engine.js'
import type { ComputedLookup } from '../model/model.js'
import type { LearningProgram } from '../program/learning-programs.js'
import { oneAhead } from './ahead.js'
import { refuseMissingRow } from './lookups.js'
import { runStep, type Stepped } from './step.js'

const LEAST_RATE = 1e-7
const LARGEST_RATE = 10
/** Share of the running mean that is kept at each step. */
const SMOOTHING = 0.98
/** The test ends when the smoothed loss is this many times the lowest. */
const TOO_BAD = 4

export interface Trial {
  readonly learningRate: number
  /** Mean loss over the samples of the update. */
  readonly loss: number
  readonly smoothedLoss: number
}

/** The runner must have the programs of the plan. Its weights change. */
export interface FindOptions extends Stepped {
  readonly runner: Runner<LearningProgram>
  /** Batches that never end. */
  readonly batches: AsyncIterable<Batch>
  /** Number of trials, at least 2. Each is an update; they go from the least rate to the largest. */
  readonly steps: number
  /** Lookups whose numbers are checked if the loss is NaN. */
  readonly lookups?: readonly ComputedLookup[] | undefined
  readonly signal: AbortSignal
}

export type FindEnd = 'largest_rate' | 'loss_too_high' | 'diverged'

/**
 * Yields trials in the order of their rates, each of as many batches as make an update. Returns why it ended. A step
 * with a loss of NaN or infinity is no trial.
 */
export async function* trials(options: FindOptions): AsyncGenerator<Trial, FindEnd> {
  const { plan, batches, steps, signal } = options
  let iterations = 0
  let updates = 0
  let sum = 0
  let samples = 0
  let mean = 0
  let best = Number.POSITIVE_INFINITY
  for await (const { batch, prepareNext } of oneAhead(batches)) {
    signal.throwIfAborted()
    const learningRate = LEAST_RATE * (LARGEST_RATE / LEAST_RATE) ** (updates / (steps - 1))
    const outputs = await runStep(options, batch, { learning_rate: learningRate, iterations }, prepareNext)
    sum += outputs.loss![0]!
    samples += batch.size
    if (!plan.isUpdate(iterations++)) continue
    const loss = sum / samples
    if (!Number.isFinite(loss)) {
      const place = { mode: 'training', words: `step ${iterations}`, iterations: iterations - 1 } as const
      await refuseMissingRow(options.runner, options.lookups ?? [], batch, place)
      return 'diverged'
    }
    updates++
    sum = 0
    samples = 0
    mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
    // corrects for the running mean's start at 0
    const smoothedLoss = mean / (1 - SMOOTHING ** updates)
    yield { learningRate, loss, smoothedLoss }
    best = Math.min(best, smoothedLoss)
    if (smoothedLoss > TOO_BAD * best) return 'loss_too_high'
    if (updates === steps) break
  }
  return 'largest_rate'
}

/** Why no rate is suggested: the loss never changes, falls by less than its noise, or falls only in the last trials. */
export type NoFall = 'flat' | 'noise' | 'late'

export interface Suggestions {
  /** Null if there are suggestions, or too few trials to tell. */
  readonly why: NoFall | null
  /** A good rate: in the middle of the longest fall of the loss. */
  readonly valley: number | null
  /** The rate at which the loss falls fastest. */
  readonly steepest: number | null
}

/**
 * Suggests rates. Ignores the first tenth of the trials, where learning has hardly begun, and the last five, where it
 * fails.
 */
export function suggest(found: readonly Trial[], steps: number): Suggestions {
  const why = noFall(found, steps)
  if (why !== null) return { why, valley: null, steepest: null }
  const looked = found.slice(Math.floor(steps / 10), -LAST)
  return { why, valley: valley(looked), steepest: steepest(looked) }
}

const LAST = 5
/** Relative rounding error of a loss, which is a sum of many numbers of float32. */
const ROUNDING = 1e-5
/** Standard errors by which losses must fall to count. By chance, the mean of some steps is that low once in 30,000. */
const SURE = 4

/** Estimates the noise of the loss from the differences between successive steps (von Neumann, 1941). */
function noFall(found: readonly Trial[], steps: number): NoFall | null {
  const losses = found.map(({ loss }) => loss)
  const largest = Math.max(...losses)
  if (largest - Math.min(...losses) <= ROUNDING * Math.abs(largest)) return 'flat'
  const width = Math.max(3, Math.floor(steps / 10))
  const meanFrom = (at: number) => losses.slice(at, at + width).reduce((sum, loss) => sum + loss, 0) / width
  const means = losses.slice(0, 1 - width).map((_, at) => meanFrom(at))
  if (means.length === 0) return null
  const lowest = means.indexOf(Math.min(...means))
  const until = losses.slice(0, lowest + width)
  const squares = until.slice(1).reduce((sum, loss, at) => sum + (loss - until[at]!) ** 2, 0)
  const error = Math.sqrt(squares / (2 * (until.length - 1))) * Math.sqrt(2 / width)
  if (means[0]! - means[lowest]! <= SURE * error) return 'noise'
  const before = means.slice(0, Math.max(1, means.length - LAST))
  return found.length === steps && means[0]! - Math.min(...before) <= SURE * error ? 'late' : null
}

/** Finds the longest falling subsequence of losses, and returns the rate in the middle of its middle third. */
function valley(found: readonly Trial[]): number | null {
  const lengths = found.map(() => 1)
  let start = 0
  let end = 0
  for (let i = 1; i < found.length; i++) {
    for (let j = 0; j < i; j++) {
      const falls = found[i]!.smoothedLoss < found[j]!.smoothedLoss
      if (falls && lengths[i]! < lengths[j]! + 1) lengths[i] = lengths[j]! + 1
      if (lengths[end]! < lengths[i]!) {
        end = i
        start = end - lengths[end]!
      }
    }
  }
  if (end === 0) return null
  const third = (end - start) / 3
  return found[Math.max(0, start + Math.floor(third) + Math.floor(third / 2))]!.learningRate
}

/**
 * Returns the rate with the steepest slope of the loss over the logarithm of the rate, or null if the loss never
 * falls. Unlike fastai, it looks only up to the lowest loss: beyond that the loss jumps, and a fall after a jump is no
 * sign of a good rate.
 */
function steepest(all: readonly Trial[]): number | null {
  const lowest = least(all.map(({ smoothedLoss }) => smoothedLoss))
  const found = all.slice(0, all.findIndex(({ smoothedLoss }) => smoothedLoss === lowest) + 1)
  let lowestSlope = 0
  let rate: number | null = null
  for (const [index, { learningRate, smoothedLoss }] of found.slice(0, -1).entries()) {
    const next = found[index + 1]!
    const slope = (next.smoothedLoss - smoothedLoss) / Math.log(next.learningRate / learningRate)
    if (slope < lowestSlope) {
      lowestSlope = slope
      rate = learningRate
    }
  }
  return rate
}
