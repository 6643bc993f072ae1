/** The training data of the next RBM of a stack: the hidden probabilities of the RBM before it. */
import { soleInput, soleInputKey } from '../base/form.js'
import { sizeOf } from '../base/shape.js'
import type { TableBatch } from '../data/batches.js'
import type { Data } from '../data/data.js'
import type { Table } from '../data/table.js'
import { withField } from '../data/with-field.js'
import type { Engine, StateValues } from '../engine/engine.js'
import { buildRbm } from '../model/rbm/rbm.js'
import { featuresProgram } from '../program/mirror.js'
import { soleSamples } from '../program/samples.js'
import { isSupervised, type StageSpec } from '../spec/spec.js'
import { hiddenForm } from './hidden-form.js'
import { NO_MEANS, trainedSlots } from './trained-weights.js'

const BATCH_SIZE = 1000

/** Computes the hidden probabilities of all samples. Throws the reason of `signal` when that is aborted. */
export async function nextData(
  spec: StageSpec,
  weights: StateValues,
  { form, train, validation, test }: Data,
  engine: Engine,
  signal: AbortSignal,
): Promise<Data> {
  if (isSupervised(spec)) throw new Error('internal: a network is followed by nothing')
  const { shape } = soleInput(form)
  const rbm = buildRbm(spec.model, sizeOf(shape), spec.seed, NO_MEANS)
  const program = featuresProgram({ rbm, weights: trainedSlots(rbm.weights, weights), x: soleSamples(form) })
  const runner = await engine.load({ features: program }, { seed: spec.seed, batchSize: BATCH_SIZE })
  const features = async (batch: TableBatch) => {
    signal.throwIfAborted()
    return (await runner.run('features', batch, {})).hidden!
  }
  const hidden = hiddenForm(form, rbm.hiddenUnits)
  const next = (table: Table) => withField(table, soleInputKey(hidden), soleInput(hidden), features, BATCH_SIZE)
  try {
    return {
      form: hidden,
      train: await next(train),
      validation: await next(validation),
      test: await next(test),
    }
  } finally {
    await runner.dispose()
  }
}
