/** The arithmetic of a step, by which `auto` chooses an engine. */
import { epochLengths } from '../base/epoch.js'
import type { DataForm } from '../base/form.js'
import { costOf, usesOf } from '../engine/compiled/graph/cost.js'
import { simplifiedGraph } from '../engine/compiled/passes/simplified.js'
import type { Arithmetic } from '../engine/faster.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { learnerOf, NO_FACTS } from './learner.js'
import { stagesOf } from './stages.js'

/**
 * Counts that of a step that measures: it is traced in less time than a step of training, and tells the same. A model
 * with weights that no optimizer changes may compute them from samples, and counts as one that combines samples.
 */
export async function arithmeticOf(spec: ResolvedSpec, form: DataForm): Promise<Arithmetic> {
  const lengths = epochLengths(form.rows.train, spec.fit.batch_size)
  const { spec: first } = stagesOf(spec, form)[0]!
  const { programs, kind, model } = learnerOf(first, form, lengths, NO_FACTS)
  const cost = costOf(await simplifiedGraph(programs.evaluate, lengths.batchSize))
  const combines = kind === 'network' && model.weights.some(({ trainable }) => !trainable)
  return { ...cost, uses: combines ? 0 : usesOf(cost.flops, programs.evaluate.state, lengths.batchSize) }
}
