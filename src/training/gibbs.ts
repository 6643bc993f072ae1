/** Gibbs sampling on any engine, as events. The programs are those of `program/gibbs.ts`. */
import type { Runner } from '../engine/engine.js'
import { NOTHING } from './step.js'

export interface GibbsRun {
  /** With programs `start` and `walk`, and `rest` for the last steps if `steps` is not a multiple of `stepsOfWalk`. */
  readonly runner: Runner<'start' | 'walk' | 'rest'>
  /** Total number of Gibbs steps, at least 1, and the number in one run of `walk`. */
  readonly steps: number
  readonly stepsOfWalk: number
  readonly signal: AbortSignal
}

export type GibbsEvent =
  | { readonly type: 'progress'; readonly done: number }
  /** The states of the chains and the probabilities from which they were drawn, (chains, visible). */
  | { readonly type: 'end'; readonly visible: Float32Array; readonly mean: Float32Array }

export async function* gibbsSampling({ runner, steps, stepsOfWalk, signal }: GibbsRun): AsyncGenerator<GibbsEvent> {
  let iterations = 0
  await runner.run('start', NOTHING, { iterations: iterations++ })
  for (let done = 0; ; ) {
    signal.throwIfAborted()
    const isWhole = steps - done >= stepsOfWalk
    const { visible, mean } = await runner.run(isWhole ? 'walk' : 'rest', NOTHING, { iterations: iterations++ })
    done += isWhole ? stepsOfWalk : steps - done
    yield { type: 'progress', done }
    if (done < steps) continue
    yield { type: 'end', visible: Float32Array.from(visible!), mean: Float32Array.from(mean!) }
    return
  }
}
