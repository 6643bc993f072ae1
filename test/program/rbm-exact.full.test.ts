/** Means of many samples of an RBM's programs, against the exact values of a small RBM. */
import { describe, expect, test } from 'vitest'
import type { ValueKind } from '../../src/base/field.js'
import { logPartition } from '../../src/model/rbm/log-partition.js'
import { RBM_WEIGHTS, rbmParameters } from '../../src/model/rbm/parameters.js'
import { buildRbm } from '../../src/model/rbm/rbm.js'
import { contrastivePrograms } from '../../src/program/contrastive.js'
import { soleSamples } from '../../src/program/samples.js'
import { specSchema, type UnsupervisedSpec } from '../../src/spec/spec.js'
import { expectClose } from '../support/close.js'
import { arraysOf, formOf } from '../support/data.js'
import { fastest, loadRunner, ownEngines, type RealEngine } from '../support/engines.js'
import {
  allStates,
  CHI_SQUARE_15,
  chiSquare,
  expectedContrastiveDivergence,
  flat,
  frequencies,
  inFloat32,
  randomRbm,
  weightSlots,
} from '../support/rbm.js'
import { freeEnergy, pseudoLikelihood } from '../support/rbm-exact.js'
import { likelihoodGradient } from '../support/rbm-exact-gradient.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const small = inFloat32(randomRbm(4, 3, { seed: 1, weights: 1.5, biases: 1 }))
const start = Object.fromEntries(weightSlots(small).map(({ name, initial }) => [name, initial()]))
const rows = [1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1]

/** A machine with the weights of `small`, and batches of `rows`, so often. */
async function trained(
  engine: RealEngine,
  training: object,
  { copies = 1, rate = 1, metrics = [] as unknown[], data = rows, values = 'binary' as ValueKind } = {},
) {
  const batchSize = 4 * copies
  const spec = specSchema.parse({
    name: 'test',
    data: 'mnist',
    model: { type: 'RBM', hidden_units: 3 },
    training,
    optimizer: { type: 'SGD', learning_rate: rate },
    metrics,
  }) as UnsupervisedSpec
  const means = () => [0.5, 0.5, 0.5, 0.5]
  const { programs } = contrastivePrograms({
    ...spec,
    rbm: buildRbm(spec.model, 4, 1, means),
    seed: 1,
    x: soleSamples(formOf({ shape: [4] })),
    values,
    batchSize,
    stepsPerEpoch: 1,
    means,
  })
  const runner = await loadRunner(engine, programs, { batchSize, seed: 2 })
  await runner.write(start)
  const batch = {
    size: batchSize,
    arrays: arraysOf(Float32Array.from({ length: 4 * batchSize }, (_, at) => data[at % 16]!)),
  }
  return {
    runner,
    batchSize,
    run: (program: 'train' | 'evaluate', iterations: number) =>
      runner.run(program, batch, { learning_rate: rate, iterations }),
    /** By how much a step of rate 1 has moved each weight. */
    async gradient(iterations: number) {
      await runner.write(start)
      await runner.run('train', batch, { learning_rate: 1, iterations })
      const moved = flat(rbmParameters(await runner.read()))
      return moved.map((value, index) => value - flat(small)[index]!)
    },
  }
}

test.each(ownEngines)('20,000 persistent chains after 50 steps have p(v), engine %s', async (engine) => {
  const { runner, run } = await trained(engine, { algorithm: 'pcd', k: 5, chains: 20_000 }, { rate: 0 })
  for (let step = 0; step < 10; step++) await run('train', step)
  const state = await runner.read()
  expectClose(state[RBM_WEIGHTS.kernel]!, small.kernel, 'kernel', { relative: 0 })
  const logZ = logPartition(small)
  const expected = allStates(4).map((v) => 20_000 * Math.exp(-freeEnergy(small, v) - logZ))
  const seen = frequencies(small, state['rbm/chains']!).map((share) => 20_000 * share)
  expect(chiSquare(seen, expected)).toBeLessThan(CHI_SQUARE_15)
})

test.each(ownEngines)('stochastic pseudo-likelihood is on average the exact one, engine %s', async (engine) => {
  const { run, batchSize } = await trained(
    engine,
    { algorithm: 'cd', k: 1 },
    { copies: 2_500, metrics: ['pseudo_likelihood'] },
  )
  const means: number[] = []
  for (let step = 0; step < 10; step++) means.push((await run('evaluate', step)).pseudo_likelihood![0]! / batchSize)
  expectWithin(4, means, pseudoLikelihood(small, rows), 'log PL')
})

test.each(ownEngines)('exact pseudo-likelihood is the sum over all units, engine %s', async (engine) => {
  const metrics = [{ type: 'pseudo_likelihood', exact: true }]
  const { run } = await trained(engine, { algorithm: 'cd' }, { metrics })
  const found = (await run('evaluate', 0)).pseudo_likelihood![0]! / 4
  expectClose([found], [pseudoLikelihood(small, rows)], 'log PL', { relative: 1e-6 })
})

test('pseudo-likelihood of probabilities is that of what they are rounded to', async () => {
  const data = rows.map((on, at) => (on ? 0.5 + 0.03 * at : 0.49 - 0.03 * at))
  const metrics = [
    { type: 'pseudo_likelihood', exact: true },
    { type: 'pseudo_likelihood', name: 'estimated' },
  ]
  const look = async (options: { data: number[]; values: ValueKind }) => {
    const { run } = await trained(fastest, { algorithm: 'cd' }, { metrics, ...options })
    const { pseudo_likelihood, estimated } = await run('evaluate', 0)
    return [pseudo_likelihood![0]!, estimated![0]!]
  }
  const [exact, estimated] = await look({ data, values: 'probability' })
  const expected = await look({ data: rows, values: 'binary' })
  expectClose([exact!, estimated!], expected, 'log PL', { relative: 1e-6 })
})

describe('the gradient', () => {
  test.each(ownEngines)('by going through every state is that of the likelihood, engine %s', async (engine) => {
    const { gradient } = await trained(engine, { algorithm: 'exact' })
    const expected = flat(likelihoodGradient(small, rows))
    expectClose(await gradient(0), expected, 'gradient', { relative: 0, absolute: 1e-6 })
  })

  test.each(ownEngines.flatMap((engine) => [1, 2].map((k) => [engine, k] as const)))(
    'of 100,000 samples is that of expected CD-k, engine %s, k = %d',
    async (engine, k) => {
      const { gradient } = await trained(engine, { algorithm: 'cd', k }, { copies: 1_250 })
      const gradients: number[][] = []
      for (let step = 0; step < 20; step++) gradients.push(await gradient(step))
      for (const [index, expected] of flat(expectedContrastiveDivergence(small, rows, k)).entries()) {
        const each = gradients.map((one) => one[index]!)
        expectWithin(5, each, expected, `parameter ${index}`)
      }
    },
  )
})

/** The mean of independent values is so many standard errors from what is expected, at most. */
function expectWithin(errors: number, values: readonly number[], expected: number, what: string): void {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  const error = Math.sqrt(variance / values.length)
  expect(Math.abs(mean - expected) / error, `${what}: ${mean}, expected ${expected}, in standard errors`).toBeLessThan(
    errors,
  )
}
