/** Measures a trained model on the test set of its spec. */
import { type DataForm, soleInput } from '../base/form.js'
import { UserError } from '../base/issue.js'
import type { Engine, StateValues } from '../engine/engine.js'
import type { EvaluateReport } from '../export/evaluate-report.js'
import { finiteMeasures } from '../export/report-fields.js'
import type { Measured } from '../program/measured.js'
import { CHAINS } from '../program/model-phase.js'
import { measureOf } from '../program/rbm-measures.js'
import { labelsOf } from '../spec/rbm.js'
import { isUnsupervised, type RbmMetricSpec, type ResolvedSpec } from '../spec/spec.js'
import type { BadTensor, Metrics } from '../training/events.js'
import { evaluate } from '../training/loop.js'
import type { StoredRun } from './open-run.js'
import type { Session } from './session.js'
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

/**
 * Measures the model of a session, which must have the trained weights. Throws a UserError if the data have no test rows,
 * and the reason of `signal` when that is aborted.
 */
export async function evaluateSession(
  spec: ResolvedSpec,
  { form, runner, training, testBatches }: Session,
  signal: AbortSignal,
): Promise<Evaluation> {
  if (form.rows.test === 0) {
    throw new UserError(
      `${form.name} has no rows to evaluate on: set "test" in "data" to a source or to a share of the rows.`,
    )
  }
  const leftOut = measuredOfTraining(spec, form, await runner.read())
  const metrics = training.metrics.filter(({ key }) => !leftOut.includes(key))
  const { values: test, bad } = await evaluate(runner, testBatches(), metrics, signal, training.lookups)
  return { metrics, test, bad, leftOut }
}

/** Metrics of chains, of updates and of training samples: a test set has none of these. */
function measuredOfTraining(spec: ResolvedSpec, form: DataForm, state: StateValues): string[] {
  if (!isUnsupervised(spec) || labelsOf(spec.training)) return []
  const { values } = soleInput(form)
  const isLeftOut = (metric: RbmMetricSpec) => {
    const measure = measureOf(metric, values)
    return 'ofUpdate' in measure || measure.followsChains || measure.isGap
  }
  return [...(CHAINS in state ? ['loss'] : []), ...spec.metrics.filter(isLeftOut).map(({ name }) => name)]
}

/** The document of `train evaluate`. */
export const evaluateReport = (
  { directory, spec, data: { form } }: StoredRun,
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
