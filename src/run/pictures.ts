/** The numbers that pictures of an RBM show after its training. */
import { rowsOf } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import { dataInfo } from '../data/registry.js'
import type { Engine, StateValues } from '../engine/engine.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { Rbm } from '../model/rbm/rbm.js'
import { mirrorProgram } from '../program/mirror.js'
import { CHAINS } from '../program/model-phase.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { runStep } from '../training/step.js'
import { runChains } from './chains.js'
import type { Session } from './session.js'
import { trainedSlots } from './trained-rbm.js'

export interface PictureOptions {
  readonly spec: ResolvedSpec
  /** After its last step. */
  readonly session: Session
  readonly rbm: Rbm
  readonly engine: Engine
  readonly epochs: number
  /** At least so many test samples, where there are so many. */
  readonly samples: number
  /** So many fantasy particles. */
  readonly fantasies: number
  readonly signal: AbortSignal
}

export interface PictureNumbers {
  /** (visible, hidden), row-major. */
  readonly kernel: Float32Array
  readonly visibleBias: Float32Array
  readonly hiddenBias: Float32Array
  /** What one more step would add to the kernel. */
  readonly update: Float32Array
  /** The first test samples, their hidden units, and the reconstructions from those. */
  readonly samples: readonly Float32Array[]
  readonly hidden: readonly Float32Array[]
  readonly reconstructions: readonly Float32Array[]
  /** Means of the visible units of chains. */
  readonly fantasies: readonly Float32Array[]
}

/** Chains that begin with noise take as many steps as training took, but no more than these. */
const MOST_STEPS = 1000
/** Chains of training are where they should be; a step gives them their means. */
const STEPS_FROM_CHAINS = 1

export async function pictureNumbers(options: PictureOptions): Promise<PictureNumbers> {
  const { session, rbm } = options
  const state = await session.runner.read()
  const weights = trainedSlots(rbm, state)
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
 * What one more step of training would add to the kernel, at the rate of the last one: a schedule may end at 0. The
 * state is then as it was.
 */
async function nextUpdate({ session, epochs }: PictureOptions, before: StateValues): Promise<Float32Array> {
  const { runner, training } = session
  const iterations = stepsOf(session, epochs)
  for await (const batch of training.batches(epochs + 1)) {
    await runStep(training, batch, { learning_rate: training.learningRate(iterations - 1), iterations })
    break
  }
  const after = (await runner.read())[RBM_WEIGHTS.kernel]!
  await runner.write(before)
  return after.map((value, at) => value - before[RBM_WEIGHTS.kernel]![at]!)
}

/** The first test samples, their hidden units, and what comes back. */
async function mirrored(
  { session, spec, engine, rbm, samples: most }: PictureOptions,
  weights: readonly Slot[],
): Promise<Pick<PictureNumbers, 'samples' | 'hidden' | 'reconstructions'>> {
  const { divisor } = dataInfo(spec.data)
  const programs = { mirror: mirrorProgram({ rbm, weights, divisor }) }
  const runner = await engine.load(programs, { seed: spec.seed, batchSize: session.training.batchSize })
  const look = { samples: [] as Float32Array[], hidden: [] as Float32Array[], reconstructions: [] as Float32Array[] }
  try {
    for await (const batch of session.testBatches()) {
      const { sample, hidden, reconstruction } = await runner.run('mirror', batch, {})
      // an engine uses its arrays again
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

/** Means of chains: those of training where it keeps some. */
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
    steps: from ? STEPS_FROM_CHAINS : Math.min(MOST_STEPS, stepsOf(session, epochs)),
    seed: spec.seed,
    signal,
  })
  return rowsOf(mean, rbm.visibleUnits)
}

const stepsOf = ({ training: { samples, batchSize } }: Session, epochs: number): number =>
  epochs * Math.ceil(samples / batchSize)
