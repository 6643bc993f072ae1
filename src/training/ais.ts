/** Annealed importance sampling on any engine, as events. The programs are those of `program/ais.ts`. */
import type { Batch, Runner } from '../engine/engine.js'
import type { AisPrograms } from '../program/ais.js'
import { type AisEstimate, aisEstimate } from './ais-estimate.js'
import { NOTHING } from './step.js'

export interface AisRun {
  readonly runner: Runner<keyof AisPrograms>
  readonly chains: number
  /** From 0 to 1: `linearBetas`, `murrayBetas`. */
  readonly betas: readonly number[]
  /** Betas that one run of `anneal` goes through. */
  readonly steps: number
  /** log Z of the base model. */
  readonly baseLogZ: number
  readonly signal: AbortSignal
}

export type AisEvent =
  | { readonly type: 'progress'; readonly done: number; readonly betas: number }
  /** `logWeights` has log w of each chain. */
  | { readonly type: 'end'; readonly estimate: AisEstimate; readonly logWeights: Float64Array }

/** `count` betas at equal distances, and 0 before them. */
export const linearBetas = (count: number): number[] => Array.from({ length: count + 1 }, (_, index) => index / count)

/** 0 (.001) .5, .5 (.0001) .9, .9 (.00001) 1: the 14,500 betas of Salakhutdinov and Murray, 2008. */
export const murrayBetas = (): number[] => [
  ...Array.from({ length: 500 }, (_, index) => index / 1e3),
  ...Array.from({ length: 4_000 }, (_, index) => 0.5 + index / 1e4),
  ...Array.from({ length: 10_001 }, (_, index) => 0.9 + index / 1e5),
]

/** Yields progress after each run of the program, then the estimate. Throws the signal's reason when it is aborted. */
export async function* annealedImportanceSampling(options: AisRun): AsyncGenerator<AisEvent> {
  const { runner, chains, betas, steps, signal } = options
  const total = betas.length - 1
  // float64, because ten thousand small numbers are added
  const logWeights = new Float64Array(chains)
  await runner.run('start', NOTHING, { iterations: 0 })
  for (let done = 0; done < total; done += steps) {
    signal.throwIfAborted()
    // beyond the last beta, which is 1, the weights no longer change
    const given = Array.from({ length: steps + 1 }, (_, step) => [`beta_${step}`, betas[done + step] ?? 1])
    const scalars = { ...Object.fromEntries(given), iterations: done / steps + 1 }
    const { log_weights: grown } = await runner.run('anneal', NOTHING, scalars)
    for (let chain = 0; chain < chains; chain++) logWeights[chain]! += grown![chain]!
    yield { type: 'progress', done: Math.min(done + steps, total), betas: total }
  }
  yield { type: 'end', estimate: aisEstimate(logWeights, options.baseLogZ), logWeights }
}

/** Returns the mean of F(v) over batches, with program `free_energy`. The mean log-likelihood is -F - log Z. */
export async function meanFreeEnergy(
  runner: Runner<'free_energy'>,
  batches: AsyncIterable<Batch>,
  signal: AbortSignal,
): Promise<number> {
  let sum = 0
  let samples = 0
  for await (const batch of batches) {
    signal.throwIfAborted()
    const { free_energy: energies } = await runner.run('free_energy', batch, {})
    for (const energy of energies!) sum += energy
    samples += batch.size
  }
  return sum / samples
}
