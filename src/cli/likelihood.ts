/** log Z of a trained RBM, exact or estimated, and with it the mean log-likelihood of its data. */
import { UserError } from '../base/issue.js'
import type { Progress } from '../base/progress.js'
import { sizeOf } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import { dataInfo } from '../data/registry.js'
import type { Engine, StateValues } from '../engine/engine.js'
import type { EvaluateReport } from '../export/evaluate-report.js'
import { isEnumerable, MOST_ENUMERATED } from '../model/rbm/log-partition.js'
import type { Rbm } from '../model/rbm/rbm.js'
import { visibleRule } from '../model/rbm/units.js'
import { labelledSide, type VisibleSide, visibleSide } from '../model/rbm/visible-side.js'
import { wholeLogPartition } from '../model/rbm/whole-log-partition.js'
import { aisPrograms, freeEnergyProgram } from '../program/ais.js'
import type { Program } from '../program/program.js'
import { type BaseMachine, baseMachine } from '../run/base-machine.js'
import type { StoredRun } from '../run/open-run.js'
import type { Session } from '../run/session.js'
import { trainedSlots } from '../run/trained-rbm.js'
import { labelsOf } from '../spec/rbm.js'
import { isUnsupervised, type UnsupervisedSpec } from '../spec/spec.js'
import { annealedImportanceSampling, linearBetas, meanFreeEnergy, murrayBetas } from '../training/ais.js'
import type { AisEstimate } from '../training/ais-estimate.js'

/** How log Z is to be had. */
export type Method =
  | { readonly type: 'exact' }
  | { readonly type: 'ais'; readonly chains: number; readonly betas: number | typeof MURRAY }

const DEFAULTS = { chains: 100, betas: 10_000 }
const MURRAY = 'murray'
/** Betas of one run of the program. */
const STEPS = 10

export interface LikelihoodQuestion {
  readonly ais: string | undefined
  readonly exact: true | undefined
}

/** What the command line asks for; a UserError where it cannot be had of this run. */
export function methodOf({ ais, exact }: LikelihoodQuestion, { directory, spec }: StoredRun): Method | undefined {
  if (ais === undefined && !exact) return undefined
  if (ais !== undefined && exact) throw new UserError('--ais and --exact: one at a time')
  const option = exact ? '--exact' : '--ais'
  if (!isUnsupervised(spec)) {
    throw new UserError(`${option}: ${directory} has a model of type ${spec.model.type}; log Z is of those of type RBM`)
  }
  const { hidden } = spec.model
  if (hidden.type !== 'bernoulli') {
    throw new UserError(
      `${option}: the hidden units are ${hidden.type}, whose samples are approximate: there is no sum over their states; log Z is computed of Bernoulli hidden units only`,
    )
  }
  return exact ? exactMethod(spec) : aisMethod(ais!)
}

function exactMethod({ data, model }: UnsupervisedSpec): Method {
  const { hidden_units: hiddenUnits } = model
  const visibleUnits = sizeOf(dataInfo(data).sampleShape)
  const rule = visibleRule(model)
  if (isEnumerable({ visibleUnits, hiddenUnits }, rule)) return { type: 'exact' }
  const side = rule.isBinary ? 'one side' : 'the hidden side'
  throw new UserError(
    `--exact: of ${visibleUnits} visible and ${hiddenUnits} hidden units ${side} must have at most ${MOST_ENUMERATED}; --ais chains=100,betas=10000 estimates log Z of any model`,
  )
}

/** `chains=100,betas=10000`, in any order; what is left out has its default. */
function aisMethod(text: string): Method {
  const found: Record<string, string> = {}
  for (const part of text.split(',')) {
    const [key, value, ...more] = part.split('=')
    const isCount = /^[1-9][0-9]{0,6}$/.test(value ?? '')
    const isRight = key === 'chains' ? isCount : key === 'betas' && (isCount || value === MURRAY)
    if (!isRight || more.length > 0) {
      throw new UserError(
        `--ais: found "${part}", must be chains=N or betas=N (or betas=${MURRAY}), with a comma between`,
      )
    }
    found[key!] = value!
  }
  const { chains = DEFAULTS.chains, betas = DEFAULTS.betas } = found
  return { type: 'ais', chains: Number(chains), betas: betas === MURRAY ? MURRAY : Number(betas) }
}

export interface LikelihoodOptions {
  readonly method: Method
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
  const slots = trainedSlots(rbm, weights)
  const { divisor } = dataInfo(spec.data)
  const batchSize = session.training.batchSize
  const side = session.labelled ? labelledSide(session.labelled) : visibleSide(rbm)
  const free_energy = freeEnergyProgram({ side, weights: slots, divisor })
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
      warnings: [...(warning === null ? [] : [warning]), ...doubts(spec, rbm)],
    }
  } finally {
    await runner.dispose()
  }
}

/** What the number does not say, however right it is. */
function* doubts({ data, training }: UnsupervisedSpec, { visible }: Rbm): Iterable<string> {
  const { values } = dataInfo(data)
  if (visible.isBinary && values !== 'binary') {
    yield `The data are ${values}, not 0 and 1: this is no likelihood of binary data.`
  }
  if (labelsOf(training)?.type === 'discriminative') {
    yield 'The model has learnt labels given samples ("discriminative"), and nothing of how likely samples are.'
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
  { chains, betas: wanted }: Extract<Method, { type: 'ais' }>,
  side: VisibleSide,
  slots: readonly Slot[],
): Promise<Found> {
  const base = await baseMachine(session, rbm, weights, dataInfo(spec.data).divisor)
  const betas = wanted === MURRAY ? murrayBetas() : linearBetas(wanted)
  const steps = Math.min(STEPS, betas.length - 1)
  const programs: Record<string, Program> = {
    ...aisPrograms({ side, weights: slots, base: base.biases, chains, steps }),
  }
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
