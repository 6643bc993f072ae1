/** Chains of a small RBM against its distribution, from a sum over all states. */
import { describe, expect, test } from 'vitest'
import type { Slot } from '../../src/base/slot.js'
import { withLabels } from '../../src/model/rbm/class-rbm.js'
import { logPartition } from '../../src/model/rbm/log-partition.js'
import type { RbmParameters } from '../../src/model/rbm/parameters.js'
import type { Rbm } from '../../src/model/rbm/rbm.js'
import { gibbsPrograms, type Held } from '../../src/program/gibbs.js'
import { gibbsSampling } from '../../src/training/gibbs.js'
import { fastest, loadRunner, ownEngines, type RealEngine } from '../support/engines.js'
import {
  allStates,
  bernoulliRbm,
  CHI_SQUARE_15,
  chiSquare,
  frequencies,
  inFloat32,
  labelledRbm,
  randomRbm,
  weightSlots,
} from '../support/rbm.js'
import { freeEnergy } from '../support/rbm-exact.js'

const MACHINE = inFloat32(randomRbm(4, 3, { seed: 3 }))

interface Settings {
  readonly engine?: RealEngine
  readonly chains: number
  readonly steps: number
  readonly stepsOfWalk: number
  readonly from?: Float32Array
  readonly held?: Held
}

const sampled = (parameters: RbmParameters, settings: Settings) =>
  sampledFrom(bernoulliRbm(parameters), weightSlots(parameters), settings)

async function sampledFrom(
  rbm: Rbm,
  weights: readonly Slot[],
  { engine = fastest, chains, steps, stepsOfWalk, ...rest }: Settings,
) {
  const options = { rbm, weights, chains, ...rest }
  const { start, walk } = gibbsPrograms({ ...options, steps: stepsOfWalk })
  const left = gibbsPrograms({ ...options, steps: steps % stepsOfWalk || 1 }).walk
  const runner = await loadRunner(engine, { start, walk, rest: left }, { batchSize: 1 })
  const done: number[] = []
  for await (const event of gibbsSampling({ runner, steps, stepsOfWalk, signal: new AbortController().signal })) {
    if (event.type === 'end') return { ...event, done }
    done.push(event.done)
  }
  throw new Error('no end')
}

/** p(v) of each state. */
const distribution = (parameters: RbmParameters): number[] => {
  const logZ = logPartition(parameters)
  return allStates(parameters.visibleUnits).map((v) => Math.exp(-freeEnergy(parameters, v) - logZ))
}

const CHAINS = 20_000

describe.each(ownEngines.filter((name) => name !== 'eager:cpu'))('on engine %s', (engine) => {
  test('chains that start with noise reach the distribution of the RBM', async () => {
    const { visible, done } = await sampled(MACHINE, { engine, chains: CHAINS, steps: 53, stepsOfWalk: 10 })
    expect(done).toEqual([10, 20, 30, 40, 50, 53])
    const expected = distribution(MACHINE).map((p) => p * CHAINS)
    const seen = frequencies(MACHINE, visible).map((share) => share * CHAINS)
    expect(chiSquare(seen, expected)).toBeLessThan(CHI_SQUARE_15)
  })

  test('clamped units stay, and the others reach their distribution given them', async () => {
    const values = Float32Array.from({ length: 4 * CHAINS }, (_, at) => [1, 0, 0, 1][at % 4]!)
    const held = { mask: Float32Array.of(1, 0, 0, 1), values }
    const { visible, mean } = await sampled(MACHINE, { engine, chains: CHAINS, steps: 40, stepsOfWalk: 10, held })
    const given = distribution(MACHINE).filter((_, state) => (state & 0b1001) === 0b1001)
    const sum = given.reduce((total, p) => total + p)
    const seen = frequencies(MACHINE, visible)
    expect(seen.filter((share, state) => share > 0 && (state & 0b1001) !== 0b1001)).toEqual([])
    // 3 degrees of freedom: 16.3 is exceeded with probability .001
    const counts = seen.filter((_, state) => (state & 0b1001) === 0b1001).map((share) => share * CHAINS)
    expect(
      chiSquare(
        counts,
        given.map((p) => (p / sum) * CHAINS),
      ),
    ).toBeLessThan(16.3)
    for (let at = 0; at < mean.length; at += 4) expect([mean[at], mean[at + 3]]).toEqual([1, 1])
  })

  test('chains with clamped labels reach the distribution given their labels', async () => {
    const labels = [2, 0]
    const { rbm, weights, given } = labelledRbm(MACHINE, 3, { seed: 4 })
    const perChain = Array.from({ length: CHAINS }, (_, chain) => labels[chain % 2]!)
    const settings = { engine, chains: CHAINS, steps: 40, stepsOfWalk: 10 }
    const { visible } = await sampledFrom(withLabels(rbm, perChain), weights, settings)
    for (const [turn, label] of labels.entries()) {
      const rows = visible.filter((_, at) => Math.floor(at / 4) % 2 === turn)
      const seen = frequencies(MACHINE, rows).map((share) => (share * CHAINS) / 2)
      const expected = distribution(given(label)).map((p) => (p * CHAINS) / 2)
      expect(chiSquare(seen, expected), `label ${label}`).toBeLessThan(CHI_SQUARE_15)
    }
  })
})

test('after one step chains are near their start', async () => {
  const strong = { ...MACHINE, kernel: MACHINE.kernel.map(() => 0), visibleBias: new Float64Array(4).fill(40) }
  const from = Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1)
  const { visible, mean } = await sampled(strong, { chains: 2, steps: 1, stepsOfWalk: 1, from })
  expect([...visible, ...mean]).toEqual(new Array(16).fill(1))
})
