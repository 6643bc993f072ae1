/** Annealed importance sampling against exact log Z. */
import { describe, expect, test } from 'vitest'
import type { Batch } from '../../src/engine/engine.js'
import {
  baseLogPartition,
  bernoulliLogSum,
  gaussianLogSum,
  labelLogSum,
  marginalBase,
} from '../../src/model/rbm/base-model.js'
import { logPartition } from '../../src/model/rbm/log-partition.js'
import { RBM_WEIGHTS, rbmParameters } from '../../src/model/rbm/parameters.js'
import { labelledSide, visibleSide } from '../../src/model/rbm/visible-side.js'
import { givenLabel, wholeLogPartition } from '../../src/model/rbm/whole-log-partition.js'
import { aisPrograms, freeEnergyProgram } from '../../src/program/ais.js'
import { soleLabels, soleSamples } from '../../src/program/samples.js'
import { annealedImportanceSampling, linearBetas, meanFreeEnergy, murrayBetas } from '../../src/training/ais.js'
import { aisEstimate } from '../../src/training/ais-estimate.js'
import { deviation, sampled, sampledFrom, uniformBase } from '../support/ais.js'
import { expectClose } from '../support/close.js'
import { arraysOf, formOf, X, Y } from '../support/data.js'
import { fastest, loadRunner, ownEngines } from '../support/engines.js'
import { barsAndStripes, bernoulliRbm, inFloat32, randomRbm, trainedExactly, weightSlots } from '../support/rbm.js'
import { freeEnergy, logLikelihood, rowsOf } from '../support/rbm-exact.js'
import { modelMoments } from '../support/rbm-exact-gradient.js'
import { expectNoTensorLeaks } from '../support/tensors.js'
import { randomSlots, SIZES, unitMachine } from '../support/units.js'

expectNoTensorLeaks()

describe('Z is right on average over 20,000 chains', () => {
  const small = inFloat32(randomRbm(4, 3, { seed: 1 }))
  const exact = logPartition(small)

  test.each(ownEngines.flatMap((engine) => [1, 7].map((betas) => [engine, betas] as const)))(
    'engine %s, betas: %d',
    async (engine, betas) => {
      const base = Float32Array.of(0.5, -0.5, 0, 1)
      const { estimate } = await sampled(small, { engine, base, chains: 20_000, betas: linearBetas(betas), steps: 3 })
      expect(Math.abs(deviation(estimate, exact))).toBeLessThan(4)
    },
  )
})

describe('Z is right on average of other visible units, and of labels beside them', () => {
  const gaussian = (variance: string) => ({ visible: { type: 'gaussian', variance } })
  const labels = { training: { algorithm: 'cd', labels: 'generative' } }
  const MACHINES = {
    gaussian: { model: gaussian('fixed') },
    'gaussian of learned variances': { model: gaussian('learned') },
    labels,
    'gaussian with labels': { model: gaussian('learned'), ...labels },
  }
  const cases = ownEngines.flatMap((engine) => Object.entries(MACHINES).map((one) => [engine, ...one] as const))

  test.each(cases)('engine %s, %s', async (engine, _, fields) => {
    const { learner, ...machine } = unitMachine(fields)
    const { slots, values } = randomSlots({ learner, ...machine })
    const { labelled, model: rbm } = learner
    const side = labelled ? labelledSide(labelled) : visibleSide(rbm)
    const visible = Float32Array.of(0.3, -0.4, 0, 0.6)
    const label = labelled ? [Float32Array.of(0.5, -0.2, 0)] : []
    const logVariances = values[RBM_WEIGHTS.visibleLogVariance] ?? new Float32Array(SIZES.visible)
    const ofVisible = rbm.visible.isBinary ? bernoulliLogSum(visible) : gaussianLogSum(logVariances)
    const logZ = baseLogPartition([ofVisible, ...label.map(labelLogSum)], SIZES.hidden)
    const settings = { engine, chains: 20_000, betas: linearBetas(5), steps: 3 }
    const { estimate } = await sampledFrom(side, slots, { biases: [visible, ...label], logZ }, settings)
    expect(Math.abs(deviation(estimate, wholeLogPartition(values, rbm.visible)))).toBeLessThan(4)
    // an error of the mean that would pass for nothing
    expect(estimate.interval[1] - estimate.logZ).toBeLessThan(0.05)
  })
})

test('the number of betas per run does not change the result, even if the last run is not full', async () => {
  const small = inFloat32(randomRbm(4, 3, { seed: 2 }))
  const settings = { base: uniformBase(4), chains: 20_000, betas: linearBetas(10) }
  const estimates = [await sampled(small, { ...settings, steps: 4 }), await sampled(small, { ...settings, steps: 10 })]
  for (const { estimate, done } of estimates) {
    expect(done).toBe(10)
    expect(Math.abs(deviation(estimate, logPartition(small)))).toBeLessThan(4)
  }
})

describe('against exact log Z', () => {
  const rows = barsAndStripes(2)
  const start = randomRbm(4, 4, { seed: 3, weights: 0.5, biases: 0 })
  const bars = inFloat32(trainedExactly(start, rows, { steps: 20_000, rate: 0.5 }))

  test.each([
    [1_000, 0.05],
    [10_000, 0.01],
  ])(
    'of bars and stripes 2x2 learnt to the end, 100 chains from a uniform base, %d betas: within %d',
    async (count, allowed) => {
      const bound = (-4 * Math.log(8) - 4 * Math.log(4)) / 8
      const exact = logPartition(bars)
      expect(logLikelihood(bars, rows, exact)).toBeGreaterThan(bound - 0.01)
      const { estimate } = await sampled(bars, {
        base: uniformBase(4),
        chains: 100,
        betas: linearBetas(count),
        steps: 10,
      })
      expectClose([estimate.logZ], [exact], 'log Z', { relative: 0, absolute: allowed })
      expect(estimate.warning).toBeNull()
    },
  )

  test('of 12 by 10 units learnt from random rows', async () => {
    const data = Uint8Array.from({ length: 12 * 20 }, (_, index) => Number(Math.sin(index * index) > 0.2))
    const small = randomRbm(12, 10, { seed: 4, weights: 0.1, biases: 0 })
    const learnt = inFloat32(trainedExactly(small, data, { steps: 60, rate: 0.5 }))
    const counts = Array.from({ length: 12 }, (_, i) => rowsOf(learnt, data).reduce((sum, row) => sum + row[i]!, 0))
    const base = marginalBase(counts, 20)
    const { estimate } = await sampled(learnt, { base, chains: 100, betas: linearBetas(1000), steps: 10 })
    expectClose([estimate.logZ], [logPartition(learnt)], 'log Z', { relative: 0, absolute: 0.05 })
  })

  test('of an RBM far from uniform: a base of its marginals is close, a uniform base gives a warning', async () => {
    const far = inFloat32(randomRbm(200, 10, { seed: 5, weights: 0.4, biases: 3 }))
    const exact = logPartition(far)
    const marginals = marginalBase(
      modelMoments(far).visibleBias.map((mean) => 10_000 * mean),
      10_000,
    )
    const settings = { chains: 100, betas: linearBetas(100) }
    const near = (await sampled(far, { ...settings, base: marginals })).estimate
    expectClose([near.logZ], [exact], 'log Z', { relative: 0, absolute: 0.5 })
    expect(near.warning).toBeNull()
    const { estimate } = await sampled(far, { ...settings, base: uniformBase(200) })
    expect(estimate.effectiveSamples).toBeLessThan(20)
    expect(estimate.warning).toMatch(
      /^The 100 chains have an effective sample size of only \d+\.\d, below 20: log Z may be far/,
    )
  })
})

test('an interval has no lower end if three deviations exceed the mean', () => {
  const estimate = aisEstimate(Float64Array.of(0, 0, 0, 9), 2)
  expect(estimate.interval[0]).toBeNull()
  expect(estimate.effectiveSamples).toBeLessThan(1.01)
  expect(aisEstimate(new Float64Array(30).fill(1), 2)).toEqual({
    logZ: 3,
    interval: [3, 3],
    effectiveSamples: 30,
    logWeightVariance: 0,
    warning: null,
  })
})

test("Salakhutdinov and Murray's betas: 14,500 steps from 0 to 1, ever closer", () => {
  const betas = murrayBetas()
  expect(betas).toHaveLength(14_501)
  expect([betas[0], betas[500], betas[4500], betas.at(-1)]).toEqual([0, 0.5, 0.9, 1])
  for (let index = 1; index < betas.length; index++) expect(betas[index]).toBeGreaterThan(betas[index - 1]!)
})

test('an interrupted estimate ends with the reason of the signal', async () => {
  const parameters = randomRbm(4, 3, { seed: 1 })
  const side = visibleSide(bernoulliRbm(parameters))
  const base = [uniformBase(4)]
  const programs = aisPrograms({ side, weights: weightSlots(parameters), base, chains: 5, steps: 1 })
  const runner = await loadRunner(fastest, { ...programs }, { batchSize: 1 })
  const controller = new AbortController()
  const betas = linearBetas(50)
  const events = annealedImportanceSampling({
    runner,
    chains: 5,
    betas,
    steps: 1,
    baseLogZ: 0,
    signal: controller.signal,
  })
  await events.next()
  controller.abort(new Error('enough'))
  await expect(events.next()).rejects.toThrow('enough')
})

test.each(ownEngines)(
  'mean free energy of samples and labels is that of the machines of each label, engine %s',
  async (engine) => {
    const machine = unitMachine({ training: { algorithm: 'cd', labels: 'generative' } })
    const { slots, values } = randomSlots(machine)
    const side = labelledSide(machine.learner.labelled!)
    const [visible, label] = side.parts
    const form = formOf({ shape: [visible!.units], classes: label!.units })
    const programs = {
      free_energy: freeEnergyProgram({ side, weights: slots, x: soleSamples(form), y: soleLabels(form) }),
    }
    const runner = await loadRunner(engine, programs, { batchSize: SIZES.batch })
    const parameters = rbmParameters(values)
    const { [X]: x, [Y]: y } = machine.batch.arrays
    const energies = rowsOf(parameters, x!).map((row, at) => {
      const label = y![at]!
      return freeEnergy(givenLabel(parameters, values, label), row) - values[RBM_WEIGHTS.labelBias]![label]!
    })
    const { free_energy } = await runner.run('free_energy', machine.batch, {})
    expectClose(free_energy!, energies, 'F', { relative: 1e-5 })
  },
)

test.each(ownEngines)('mean free energy over batches, engine %s', async (engine) => {
  const parameters = inFloat32(randomRbm(16, 5, { seed: 7 }))
  const rows = barsAndStripes(4)
  const side = visibleSide(bernoulliRbm(parameters))
  const programs = {
    free_energy: freeEnergyProgram({
      side,
      weights: weightSlots(parameters),
      x: soleSamples(formOf({ shape: [16] })),
      y: null,
    }),
  }
  const runner = await loadRunner(engine, programs, { batchSize: 24 })
  async function* batches(): AsyncGenerator<Batch> {
    yield { size: 24, arrays: arraysOf(rows.slice(0, 24 * 16)) }
    yield { size: 8, arrays: arraysOf(rows.slice(24 * 16)) }
  }
  const mean = await meanFreeEnergy(runner, batches(), new AbortController().signal)
  const expected = rowsOf(parameters, rows).reduce((sum, row) => sum + freeEnergy(parameters, row) / 32, 0)
  expectClose([mean], [expected], 'F', { relative: 1e-6 })
})
