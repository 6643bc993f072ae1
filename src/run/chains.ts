/** Runs Gibbs chains of a trained RBM on an engine and reports their progress. */

import type { Progress } from '../base/progress.js'
import type { Engine } from '../engine/engine.js'
import { type GibbsOptions, gibbsPrograms } from '../program/gibbs.js'
import { gibbsSampling } from '../training/gibbs.js'

export interface ChainsOptions extends Omit<GibbsOptions, 'steps'> {
  readonly engine: Engine
  readonly seed: number
  /** Total number of Gibbs steps. */
  readonly steps: number
  readonly signal: AbortSignal
  readonly progress?: Progress
}

/** Gibbs steps in one run of the program. More need more memory for random numbers; fewer cost more time per step. */
const STEPS_OF_WALK = 10

export interface Sampled {
  /** (chains, visible) */
  readonly visible: Float32Array
  readonly mean: Float32Array
}

export async function runChains({ engine, seed, steps, signal, progress, ...rest }: ChainsOptions): Promise<Sampled> {
  const stepsOfWalk = Math.min(steps, STEPS_OF_WALK)
  const { start, walk } = gibbsPrograms({ ...rest, steps: stepsOfWalk })
  const left = steps % stepsOfWalk
  const programs = { start, walk, ...(left > 0 && { rest: gibbsPrograms({ ...rest, steps: left }).walk }) }
  const runner = await engine.load(programs, { seed, batchSize: 1, chains: rest.chains })
  try {
    for await (const event of gibbsSampling({ runner, steps, stepsOfWalk, signal })) {
      if (event.type === 'end') return event
      progress?.(event.done, steps)
    }
    throw new Error('internal: sampling ended without its last event')
  } finally {
    await runner.dispose()
  }
}
