/** Annealed importance sampling of small machines. */
import { expect } from 'vitest'
import { baseLogPartition } from '../../src/model/rbm/base-model.js'
import type { RbmParameters } from '../../src/model/rbm/parameters.js'
import { aisPrograms } from '../../src/program/ais.js'
import { annealedImportanceSampling } from '../../src/training/ais.js'
import { loadRunner, type RealEngine } from './engines.js'
import { weightSlots } from './rbm.js'

interface Settings {
  readonly engine?: RealEngine
  readonly base: Float32Array
  readonly chains: number
  readonly betas: readonly number[]
  readonly steps?: number
  readonly seed?: number
}

/** Chains of a machine with a base model, and what they say of log Z. */
export async function sampled(parameters: RbmParameters, settings: Settings) {
  const { engine = 'onnx', base, chains, betas, steps = 1, seed = 1 } = settings
  const programs = { ...aisPrograms({ weights: weightSlots(parameters), base, chains, steps }) }
  const runner = await loadRunner(engine, programs, { batchSize: 1, seed })
  const baseLogZ = baseLogPartition(base, parameters.hiddenUnits)
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
