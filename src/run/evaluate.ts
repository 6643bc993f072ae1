/** Measures a trained model on the test set of its spec. */
import { type DataForm, soleInput } from '../base/form.js'
import { UserError } from '../base/issue.js'
import { batches } from '../data/batches.js'
import type { TestData } from '../data/open-test.js'
import type { Engine, StateValues } from '../engine/engine.js'
import type { EvaluateReport } from '../export/evaluate-report.js'
import { finiteMeasures } from '../export/report-fields.js'
import { isShared } from '../program/learning-programs.js'
import type { Measured } from '../program/measured.js'
import { CHAINS } from '../program/model-phase.js'
import { measureOf } from '../program/rbm-measures.js'
import { labelsOf } from '../spec/rbm.js'
import {
  isSupervised,
  isUnsupervised,
  type RbmMetricSpec,
  type ResolvedSpec,
  type UnsupervisedSpec,
} from '../spec/spec.js'
import { evaluate } from '../training/evaluate.js'
import type { BadTensor, Metrics } from '../training/events.js'
import { learnerOf, NO_FACTS } from './learner.js'
import type { TrainedModel } from './open-model.js'
import type { Session } from './session.js'
import { trainedSlots } from './trained-weights.js'
import { ownVersion } from './versions.js'

export interface Evaluation {
  /** The measures, `loss` first. */
  readonly metrics: readonly Measured[]
  readonly test: Metrics
  /** The first tensor with NaN or infinity. */
  readonly bad: BadTensor | null
  /** Names of metrics that can be measured only in training. */
  readonly leftOut: readonly string[]
}

/** A model that can be measured. */
export interface Evaluating extends Pick<Session, 'form' | 'runner' | 'testBatches'> {
  readonly training: Pick<Session['training'], 'metrics' | 'lookups'>
}

/** Prepares a trained network to be measured: only the programs for that are compiled. The runner is to be disposed of. */
export async function openEvaluation(
  { spec, network, weights }: TrainedModel,
  { form, test }: TestData,
  engine: Engine,
  warn: (text: string) => void,
): Promise<Evaluating> {
  if (!network || !isSupervised(spec)) throw new Error('internal: no network')
  const { batch_size: batchSize } = spec.fit
  const learner = learnerOf(spec, form, { batchSize, stepsPerEpoch: 1 }, NO_FACTS)
  const state = trainedSlots(network.weights, weights)
  const { evaluate, inspect, lookups } = learner.programs
  const programs = {
    evaluate: { ...evaluate, state },
    inspect: { ...inspect, state },
    ...(lookups && { lookups: { ...lookups, state } }),
  }
  const runner = (await engine.load(programs, { seed: spec.seed, batchSize, isShared, warn })) as Session['runner']
  return {
    form,
    runner,
    training: { metrics: learner.measured, lookups: network.lookups },
    testBatches: () => batches(test, { batchSize }),
  }
}

/**
 * Measures the model of a session, which must have the trained weights. Throws a UserError if the data have no test rows,
 * and the reason of `signal` when that is aborted.
 */
export async function evaluateSession(
  spec: ResolvedSpec,
  { form, runner, training, testBatches }: Evaluating,
  signal: AbortSignal,
): Promise<Evaluation> {
  if (form.rows.test === 0) {
    throw new UserError(
      `${form.name} has no rows to evaluate on: set "test" in "data" to a source or to a share of the rows.`,
    )
  }
  const leftOut = isUnsupervised(spec) ? measuredOfTraining(spec, form, await runner.read()) : []
  const metrics = training.metrics.filter(({ key }) => !leftOut.includes(key))
  const { values: test, bad } = await evaluate(runner, testBatches(), metrics, signal, training.lookups)
  return { metrics, test, bad, leftOut }
}

/** Metrics of chains, of updates and of training samples: a test set has none of these. */
function measuredOfTraining(spec: UnsupervisedSpec, form: DataForm, state: StateValues): string[] {
  if (labelsOf(spec.training)) return []
  const { values } = soleInput(form)
  const isLeftOut = (metric: RbmMetricSpec) => {
    const measure = measureOf(metric, values)
    return 'ofUpdate' in measure || measure.followsChains || measure.isGap
  }
  return [...(CHAINS in state ? ['loss'] : []), ...spec.metrics.filter(isLeftOut).map(({ name }) => name)]
}

/** The document of `train evaluate`. */
export const evaluateReport = (
  { directory, spec, form }: { readonly directory: string; readonly spec: ResolvedSpec; readonly form: DataForm },
  engine: Engine,
  { test, leftOut }: Evaluation,
  likelihood: EvaluateReport['likelihood'],
): EvaluateReport => ({
  version: 1,
  name: spec.name,
  run: directory,
  trainspec: ownVersion(),
  engine: engine.name,
  device: engine.device,
  data: form.name,
  samples: form.rows.test,
  test: finiteMeasures(test),
  left_out: [...leftOut],
  likelihood,
})
