/**
 * Makes the report of `train summary`: the layers and parameters of a model, and the cost of a training step. Trains
 * nothing.
 */
import { epochLengths } from '../base/epoch.js'
import type { DataForm } from '../base/form.js'
import type { SummaryReport } from '../export/summary-report.js'
import type { StageSpec } from '../spec/spec.js'
import { describeModel } from './describe-model.js'
import { type Learner, learnerOf, NO_FACTS } from './learner.js'
import { stepCost } from './step-cost.js'
import { ownVersion } from './versions.js'

/** The model of a spec and its programs, built without loading data. Its initial weights are not those of training. */
export interface Untrained {
  readonly spec: StageSpec
  readonly learner: Learner
  readonly batchSize: number
}

export function untrained(spec: StageSpec, form: DataForm): Untrained {
  const lengths = epochLengths(form.rows.train, spec.fit.batch_size)
  return { spec, learner: learnerOf(spec, form, lengths, NO_FACTS), batchSize: lengths.batchSize }
}

/** Makes the report, without the parts on `start` and of `--explain`. */
export async function summarize({
  spec,
  learner,
  batchSize,
}: Untrained): Promise<Omit<SummaryReport, 'start' | 'explain'>> {
  return {
    version: 1,
    name: spec.name,
    trainspec: ownVersion(),
    ...describeModel(learner),
    batch_size: batchSize,
    ...(await stepCost(learner.programs, batchSize)),
  }
}
