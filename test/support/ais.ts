/** Annealed importance sampling of small machines. */
import { expect } from 'vitest'
import type { Slot } from '../../src/base/slot.js'
import { baseLogPartition, bernoulliLogSum } from '../../src/model/rbm/base-model.js'
import type { RbmParameters } from '../../src/model/rbm/parameters.js'
import { type VisibleSide, visibleSide } from '../../src/model/rbm/visible-side.js'
import { aisPrograms } from '../../src/program/ais.js'
import { annealedImportanceSampling } from '../../src/training/ais.js'
import { fastest, loadRunner, type RealEngine } from './engines.js'
import { bernoulliRbm, weightSlots } from './rbm.js'

interface Settings {
  readonly engine?: RealEngine
  readonly chains: number
  readonly betas: readonly number[]
  readonly steps?: number
  readonly seed?: number
}

/**
 * Biases of a base model in which each visible unit is on half of the time. Of little use for a trained machine: chains
 * do not find what it has learnt.
 */
export const uniformBase = (visibleUnits: number): Float32Array => new Float32Array(visibleUnits)

/** Chains of a machine of Bernoulli units with a base model, and what they say of log Z. */
export function sampled(parameters: RbmParameters, { base, ...settings }: Settings & { readonly base: Float32Array }) {
  const side = visibleSide(bernoulliRbm(parameters))
  const logZ = baseLogPartition([bernoulliLogSum(base)], parameters.hiddenUnits)
  return sampledFrom(side, weightSlots(parameters), { biases: [base], logZ }, settings)
}

/** The same of any machine. */
export async function sampledFrom(
  side: VisibleSide,
  weights: readonly Slot[],
  { biases, logZ: baseLogZ }: { readonly biases: readonly Float32Array[]; readonly logZ: number },
  { engine = fastest, chains, betas, steps = 1, seed = 1 }: Settings,
) {
  const programs = { ...aisPrograms({ side, weights, base: biases, chains, steps }) }
  const runner = await loadRunner(engine, programs, { batchSize: 1, seed })
  const { signal } = new AbortController()
  let done = 0
  for await (const event of annealedImportanceSampling({ runner, chains, betas, steps, baseLogZ, signal })) {
    if (event.type === 'end') return { ...event, baseLogZ, done }
    expect(event.done).toBeGreaterThan(done)
    done = event.done
  }
  throw new Error('no estimate')
}

/** Z^ / Z - 1, in standard errors of Z^. */
export function deviation(
  { logZ, interval: [, upper] }: { logZ: number; interval: readonly [unknown, number] },
  exact: number,
) {
  const error = Math.expm1(upper - logZ) / 3
  return Math.expm1(exact - logZ) / error
}
