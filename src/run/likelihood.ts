/** Computes log Z of a trained RBM, exactly or as an estimate, and with it the mean log-likelihood of its data. */
import { type DataForm, soleInput } from '../base/form.js'
import type { Progress } from '../base/progress.js'
import type { Slot } from '../base/slot.js'
import type { Engine, StateValues } from '../engine/engine.js'
import type { EvaluateReport } from '../export/evaluate-report.js'
import type { Rbm } from '../model/rbm/rbm.js'
import { labelledSide, type VisibleSide, visibleSide } from '../model/rbm/visible-side.js'
import { wholeLogPartition } from '../model/rbm/whole-log-partition.js'
import { aisPrograms, freeEnergyProgram } from '../program/ais.js'
import { soleLabels, soleSamples } from '../program/samples.js'
import { labelsOf } from '../spec/rbm.js'
import type { UnsupervisedSpec } from '../spec/spec.js'
import { annealedImportanceSampling, linearBetas, meanFreeEnergy, murrayBetas } from '../training/ais.js'
import type { AisEstimate } from '../training/ais-estimate.js'
import { type BaseMachine, baseMachine } from './base-machine.js'
import type { Session } from './session.js'
import { trainedSlots } from './trained-weights.js'

/**
 * How log Z is computed: as an exact sum, or by annealed importance sampling. `betas` is a number of evenly spaced
 * betas, or stands for those of Salakhutdinov and Murray.
 */
export type LogZMethod =
  | { readonly type: 'exact' }
  | { readonly type: 'ais'; readonly chains: number; readonly betas: number | 'murray' }

/** Number of betas that one run of the program goes through. */
const STEPS = 10

export interface LikelihoodOptions {
  readonly method: LogZMethod
  readonly engine: Engine
  readonly session: Session
  readonly rbm: Rbm
  readonly spec: UnsupervisedSpec
  readonly weights: StateValues
  readonly signal: AbortSignal
  readonly progress: Progress
}

type Likelihood = NonNullable<EvaluateReport['likelihood']>

export async function likelihoodOf(options: LikelihoodOptions): Promise<Likelihood> {
  const { method, engine, session, rbm, spec, weights, signal } = options
  const slots = trainedSlots(rbm.weights, weights)
  const { form } = session
  const batchSize = session.training.batchSize
  const side = session.labelled ? labelledSide(session.labelled) : visibleSide(rbm)
  const free_energy = freeEnergyProgram({
    side,
    weights: slots,
    x: soleSamples(form),
    y: session.labelled ? soleLabels(form) : null,
  })
  const found = method.type === 'exact' ? exact(weights, rbm) : await estimated(options, method, side, slots)
  const runner = await engine.load({ free_energy }, { seed: spec.seed, batchSize })
  try {
    const meanOf = async (batches: ReturnType<Session['testBatches']>) =>
      -(await meanFreeEnergy(runner, batches, signal)) - found.log_z
    const { warning, ...rest } = found
    return {
      ...rest,
      density: !rbm.visible.isBinary,
      labels: session.labelled !== null,
      train: await meanOf(session.training.batches(1)),
      test: await meanOf(session.testBatches()),
      warnings: [...(warning === null ? [] : [warning]), ...doubts(spec, session.form, rbm)],
    }
  } finally {
    await runner.dispose()
  }
}

/** Warnings about what the number does not mean, even if it is exact. */
function* doubts(spec: UnsupervisedSpec, form: DataForm, { visible }: Rbm): Iterable<string> {
  const { values } = soleInput(form)
  if (visible.isBinary && values !== 'binary') {
    yield `The data are ${values}, not 0 and 1, so this is not the likelihood of binary data.`
  }
  if (labelsOf(spec.training)?.type === 'discriminative') {
    yield 'The model was trained to predict labels ("discriminative"), so it says little about how likely samples are.'
  }
}

type Found = Pick<Likelihood, 'method' | 'log_z' | 'ais'> & { readonly warning: string | null }

const exact = (weights: StateValues, { visible }: Rbm): Found => ({
  method: 'exact',
  log_z: wholeLogPartition(weights, visible),
  ais: null,
  warning: null,
})

async function estimated(
  { engine, session, rbm, spec, weights, signal, progress }: LikelihoodOptions,
  { chains, betas: wanted }: Extract<LogZMethod, { type: 'ais' }>,
  side: VisibleSide,
  slots: readonly Slot[],
): Promise<Found> {
  const base = await baseMachine(session, rbm, weights)
  const betas = wanted === 'murray' ? murrayBetas() : linearBetas(wanted)
  const steps = Math.min(STEPS, betas.length - 1)
  const programs = aisPrograms({ side, weights: slots, base: base.biases, chains, steps })
  const runner = await engine.load(programs, { seed: spec.seed, batchSize: 1 })
  try {
    const settings = { runner, chains, betas, steps, baseLogZ: base.logZ, signal }
    for await (const event of annealedImportanceSampling(settings)) {
      if (event.type === 'end') return foundBy(event.estimate, base, chains, betas.length - 1)
      progress(event.done, event.betas)
    }
    throw new Error('internal: sampling ended without its last event')
  } finally {
    await runner.dispose()
  }
}

const foundBy = (estimate: AisEstimate, base: BaseMachine, chains: number, betas: number): Found => ({
  method: 'ais',
  log_z: estimate.logZ,
  ais: {
    chains,
    betas,
    base: base.words,
    interval: [...estimate.interval],
    effective_samples: estimate.effectiveSamples,
    log_weight_variance: estimate.logWeightVariance,
  },
  warning: estimate.warning,
})
