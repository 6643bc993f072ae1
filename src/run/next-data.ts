/** The training data of the next RBM of a stack: the hidden probabilities of the RBM before it. */
import { sizeOf } from '../base/shape.js'
import type { Dataset } from '../data/dataset.js'
import { withFeatures } from '../data/features.js'
import type { Engine, StateValues } from '../engine/engine.js'
import { buildRbm } from '../model/rbm/rbm.js'
import { featuresProgram } from '../program/mirror.js'
import { isSupervised, type StageSpec } from '../spec/spec.js'
import { NO_MEANS, trainedSlots } from './trained-rbm.js'

const BATCH_SIZE = 1000

/** Computes the features of training and test samples. Throws the reason of `signal` when that is aborted. */
export async function nextData(
  spec: StageSpec,
  weights: StateValues,
  dataset: Dataset,
  engine: Engine,
  signal: AbortSignal,
): Promise<Dataset> {
  if (isSupervised(spec)) throw new Error('internal: a network is followed by nothing')
  const { divisor, sampleShape } = dataset.info
  const rbm = buildRbm(spec.model, sizeOf(sampleShape), spec.seed, NO_MEANS)
  const program = featuresProgram({ rbm, weights: trainedSlots(rbm, weights), divisor })
  const runner = await engine.load({ features: program }, { seed: spec.seed, batchSize: BATCH_SIZE })
  try {
    return await withFeatures(dataset, rbm.hiddenUnits, BATCH_SIZE, async (batch) => {
      signal.throwIfAborted()
      return (await runner.run('features', batch, {})).hidden!
    })
  } finally {
    await runner.dispose()
  }
}
