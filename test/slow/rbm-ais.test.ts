/** Annealed importance sampling against exact log Z, many times. */
import { expect, test } from 'vitest'
import { logPartition } from '../../src/model/rbm/log-partition.js'
import { linearBetas } from '../../src/training/ais.js'
import { aisEstimate } from '../../src/training/ais-estimate.js'
import { deviation, sampled, uniformBase } from '../support/ais.js'
import { expectClose } from '../support/close.js'
import { inFloat32, randomRbm } from '../support/rbm.js'

test('Z is right on average over 20,000 chains of 500 betas, and there within .001', async () => {
  const small = inFloat32(randomRbm(4, 3, { seed: 1 }))
  const exact = logPartition(small)
  const settings = { base: uniformBase(4), chains: 20_000, betas: linearBetas(500), steps: 10 }
  const { estimate, done } = await sampled(small, settings)
  expect(done).toBe(500)
  expect(Math.abs(deviation(estimate, exact))).toBeLessThan(4)
  expectClose([estimate.logZ], [exact], 'log Z', { relative: 0, absolute: 1e-3 })
})

test.each([0.5, 1, 1.5])('intervals of 100 chains contain log Z in 97 of 100 cases: weights of %d', async (weights) => {
  const machine = inFloat32(randomRbm(10, 8, { seed: 6, weights }))
  const exact = logPartition(machine)
  const settings = { base: uniformBase(10), chains: 20_000, betas: linearBetas(100), steps: 5 }
  const { logWeights, baseLogZ } = await sampled(machine, settings)
  const contained = Array.from({ length: 200 }, (_, group) => {
    const { interval } = aisEstimate(logWeights.slice(100 * group, 100 * (group + 1)), baseLogZ)
    return exact <= interval[1] && (interval[0] === null || interval[0] <= exact)
  })
  expect(contained.filter(Boolean).length).toBeGreaterThanOrEqual(194)
})
