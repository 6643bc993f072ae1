/** Published results and failures of RBMs: whole trainings of small RBMs on bars and stripes. */
import { expect, test } from 'vitest'
import { logPartition } from '../../src/model/rbm/log-partition.js'
import { rbmParameters } from '../../src/model/rbm/parameters.js'
import { smallMachine } from '../support/contrastive.js'
import { arraysOf } from '../support/data.js'
import { loadRunner } from '../support/engines.js'
import { barsAndStripes } from '../support/rbm.js'
import { logLikelihood } from '../support/rbm-exact.js'

/** Bars and stripes of 4 x 4 pixels: all 32 rows in each batch, as Shark's tutorial trains on them. */
const shark = {
  model: {
    kernel_initializer: { type: 'random_uniform', minval: -0.1, maxval: 0.1 },
    visible_bias_initializer: { type: 'random_uniform', minval: -0.1, maxval: 0.1 },
    hidden_bias_initializer: { type: 'random_uniform', minval: -0.1, maxval: 0.1 },
  },
  optimizer: { type: 'SGD', learning_rate: 0.1 },
}

/** Minus the log-likelihood of all rows, after so many updates each. */
async function learnt(
  n: number,
  fields: Readonly<Record<string, unknown>>,
  hidden: number,
  updates: readonly number[],
) {
  const rows = barsAndStripes(n)
  const size = rows.length / (n * n)
  const { learner, spec } = smallMachine(fields, { visible: n * n, hidden, batchSize: size })
  const runner = await loadRunner('onnx', learner.programs, { batchSize: size, seed: spec.seed })
  const found: number[] = []
  let iterations = 0
  for (const count of updates) {
    for (; iterations < count; iterations++) {
      const scalars = { learning_rate: spec.optimizer.learning_rate as number, iterations }
      await runner.run('train', { size, arrays: arraysOf(rows) }, scalars)
    }
    const parameters = rbmParameters(await runner.read())
    found.push(-size * logLikelihood(parameters, rows, logPartition(parameters)))
  }
  return found
}

test('CD-1 learns 4 x 4 bars and stripes as well as in the tutorial of Shark: 192.5 over 10 trials', async () => {
  const trials: number[] = []
  for (let seed = 1; seed <= 10; seed++) trials.push((await learnt(4, { ...shark, seed }, 32, [1000]))[0]!)
  const mean = trials.reduce((sum, one) => sum + one, 0) / trials.length
  expect(mean).toBeGreaterThan(188)
  expect(mean).toBeLessThan(199)
})

test('with a constant learning rate CD-1 gets worse again, and CD-10 does not', async () => {
  const [early, late] = await learnt(3, { ...shark, seed: 1 }, 8, [4000, 16_000])
  const [, more] = await learnt(3, { ...shark, seed: 1, training: { algorithm: 'cd', k: 10 } }, 8, [4000, 16_000])
  expect(late).toBeGreaterThan(early!)
  expect(more).toBeLessThan(late!)
})
