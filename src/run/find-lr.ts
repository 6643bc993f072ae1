/** Tries learning rates on a session, whose weights change, and suggests one. */
import type { Batch, Engine } from '../engine/engine.js'
import type { FindLrReport } from '../export/find-lr-report.js'
import type { StageSpec } from '../spec/spec.js'
import { type FindEnd, suggest, type Trial, trials } from '../training/find-lr.js'
import type { Session } from './session.js'
import { ownVersion } from './versions.js'

export interface RatesTried {
  /** Trials in the order of their rates. */
  readonly found: readonly Trial[]
  readonly end: FindEnd
}

/** Tries rates, one per step. Throws the reason of `signal` when that is aborted. */
export async function tryRates({ training }: Session, steps: number, signal: AbortSignal): Promise<RatesTried> {
  const { runner, plan, lookups } = training
  const tests = trials({ runner, plan, lookups, batches: endless(training), steps, signal })
  const found: Trial[] = []
  for (;;) {
    const { done, value } = await tests.next()
    if (done) return { found, end: value }
    found.push(value)
  }
}

/** Epoch after epoch. */
async function* endless({ batches }: Session['training']): AsyncGenerator<Batch> {
  for (let epoch = 1; ; epoch++) yield* batches(epoch)
}

/** Makes the report, without the names of the files and the command line that are added later. */
export function rateReport(
  spec: StageSpec,
  engine: Engine,
  { training: { batchSize }, start }: Pick<Session, 'training' | 'start'>,
  steps: number,
  { found, end }: RatesTried,
): Omit<FindLrReport, 'picture' | 'command'> {
  const { why, valley, steepest } = suggest(found, steps)
  return {
    version: 1,
    name: spec.name,
    trainspec: ownVersion(),
    engine: engine.name,
    device: engine.device,
    start,
    batch_size: batchSize * (spec.optimizer.gradient_accumulation_steps ?? 1),
    steps,
    end,
    why,
    suggestion: valley,
    steepest,
    learning_rate: found.map(({ learningRate }) => learningRate),
    loss: found.map(({ loss }) => loss),
    smoothed_loss: found.map(({ smoothedLoss }) => smoothedLoss),
  }
}
