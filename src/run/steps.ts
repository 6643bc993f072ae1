/** Training steps one at a time, without end, for code that times or examines steps. */
import { samplesOf } from '../base/share.js'
import type { Batch, Outputs } from '../engine/engine.js'
import { type Ahead, oneAhead } from '../training/ahead.js'
import { runStep } from '../training/step.js'
import type { Session } from './session.js'

export interface TrainingStep {
  readonly batch: Batch
  /** Number of steps before this one. */
  readonly iterations: number
  /** Outputs of the first program of the step, `loss` among them. */
  readonly outputs: Outputs
}

/**
 * Returns a function that runs the next step each time it is called, as the training loop does: the same batches in
 * the same order, the programs of the plan, the learning rate of the schedule. Only the shorter batch at the end of an
 * epoch is left out, so that all steps have the same size.
 */
export function stepsOf(training: Session['training']): () => Promise<TrainingStep> {
  const batches = wholeBatches(training)
  let done = 0
  return async () => {
    const { batch, prepareNext } = (await batches.next()).value
    const iterations = done++
    const scalars = { learning_rate: training.learningRate(iterations), iterations }
    return { batch, iterations, outputs: await runStep(training, batch, scalars, prepareNext) }
  }
}

async function* wholeBatches({ batches, batchSize }: Session['training']): AsyncGenerator<Ahead<Batch>, never> {
  for (let epoch = 1; ; epoch++) {
    for await (const ahead of oneAhead(batches(epoch))) if (samplesOf(ahead.batch) === batchSize) yield ahead
  }
}
