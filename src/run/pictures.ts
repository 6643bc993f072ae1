/** Computes the numbers for the pictures of a trained RBM. */
import { rowsOf } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import type { Engine, StateValues } from '../engine/engine.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { Rbm } from '../model/rbm/rbm.js'
import { mirrorProgram } from '../program/mirror.js'
import { CHAINS } from '../program/model-phase.js'
import { soleSamples } from '../program/samples.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { runStep } from '../training/step.js'
import { runChains } from './chains.js'
import type { Session } from './session.js'
import { trainedSlots } from './trained-weights.js'

export interface PictureOptions {
  readonly spec: ResolvedSpec
  /** After its last step. */
  readonly session: Session
  readonly rbm: Rbm
  readonly engine: Engine
  readonly epochs: number
  /** Least number of test samples, if there are that many. */
  readonly samples: number
  /** Number of fantasy particles. */
  readonly fantasies: number
  readonly signal: AbortSignal
}

export interface PictureNumbers {
  /** (visible, hidden), row-major. */
  readonly kernel: Float32Array
  readonly visibleBias: Float32Array
  readonly hiddenBias: Float32Array
  /** The change of the kernel by one more step; same shape as the kernel. */
  readonly update: Float32Array
  /** The first test samples, or training samples without a test, their hidden probabilities, and their reconstructions. */
  readonly samples: readonly Float32Array[]
  readonly hidden: readonly Float32Array[]
  readonly reconstructions: readonly Float32Array[]
  /** Means of the visible units of Gibbs chains. */
  readonly fantasies: readonly Float32Array[]
}

/** Limit on the steps of chains that start from noise; they run as many steps as training did, up to this limit. */
const MOST_STEPS = 1000
/** Steps of chains that training kept. They need no burn-in; one step computes their means. */
const STEPS_FROM_CHAINS = 1

export async function pictureNumbers(options: PictureOptions): Promise<PictureNumbers> {
  const { session, rbm } = options
  const state = await session.runner.read()
  const weights = trainedSlots(rbm.weights, state)
  return {
    kernel: state[RBM_WEIGHTS.kernel]!,
    visibleBias: state[RBM_WEIGHTS.visibleBias]!,
    hiddenBias: state[RBM_WEIGHTS.hiddenBias]!,
    update: await nextUpdate(options, state),
    ...(await mirrored(options, weights)),
    fantasies: await fantasies(options, weights, state),
  }
}

/**
 * Returns what one more training step would add to the kernel, at the learning rate of the last step, because a
 * schedule may end at 0. Restores the state afterwards.
 */
async function nextUpdate({ session, epochs }: PictureOptions, before: StateValues): Promise<Float32Array> {
  const { runner, training } = session
  const iterations = epochs * session.training.stepsPerEpoch
  for await (const batch of training.batches(epochs + 1)) {
    await runStep(training, batch, { learning_rate: training.learningRate(iterations - 1), iterations })
    break
  }
  const after = (await runner.read())[RBM_WEIGHTS.kernel]!
  await runner.write(before)
  return after.map((value, at) => value - before[RBM_WEIGHTS.kernel]![at]!)
}

/**
 * Returns the first test samples, or training samples if there is no test, their hidden probabilities and their
 * reconstructions.
 */
async function mirrored(
  { session, spec, engine, rbm, samples: most }: PictureOptions,
  weights: readonly Slot[],
): Promise<Pick<PictureNumbers, 'samples' | 'hidden' | 'reconstructions'>> {
  const programs = { mirror: mirrorProgram({ rbm, weights, x: soleSamples(session.form) }) }
  const runner = await engine.load(programs, { seed: spec.seed, batchSize: session.training.batchSize })
  const look = { samples: [] as Float32Array[], hidden: [] as Float32Array[], reconstructions: [] as Float32Array[] }
  try {
    for await (const batch of session.form.rows.test > 0 ? session.testBatches() : session.training.batches(1)) {
      const { sample, hidden, reconstruction } = await runner.run('mirror', batch, {})
      // an engine reuses its arrays
      look.samples.push(...rowsOf(sample!.slice(), rbm.visibleUnits))
      look.hidden.push(...rowsOf(hidden!.slice(), rbm.hiddenUnits))
      look.reconstructions.push(...rowsOf(reconstruction!.slice(), rbm.visibleUnits))
      if (look.samples.length >= most) break
    }
  } finally {
    await runner.dispose()
  }
  return look
}

/** Returns the means of Gibbs chains: of those that training kept, or else of new ones that start from noise. */
async function fantasies(
  { session, spec, engine, rbm, epochs, fantasies: most, signal }: PictureOptions,
  weights: readonly Slot[],
  state: StateValues,
): Promise<Float32Array[]> {
  const kept = state[CHAINS]
  const from = kept?.slice(0, most * rbm.visibleUnits)
  const { mean } = await runChains({
    engine,
    rbm,
    weights,
    chains: from ? from.length / rbm.visibleUnits : most,
    from,
    steps: from ? STEPS_FROM_CHAINS : Math.min(MOST_STEPS, epochs * session.training.stepsPerEpoch),
    seed: spec.seed,
    signal,
  })
  return rowsOf(mean, rbm.visibleUnits)
}
