/** Gaussian and rectified units: gradients are those of the likelihood, samples have the moments of their distribution. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { PURPOSE, uniforms } from '../../src/base/philox.js'
import type { Tensors } from '../../src/base/tensors.js'
import { RBM_WEIGHTS } from '../../src/model/rbm/parameters.js'
import { hiddenRule, visibleRule } from '../../src/model/rbm/units.js'
import type { RbmSpec } from '../../src/spec/rbm.js'
import { expectClose } from '../support/close.js'
import { X } from '../support/data.js'
import { readText } from '../support/read-spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'
import {
  expectSameOnEngines,
  load,
  randomWeights,
  SIZES,
  stepGradient,
  unitMachine,
  unitSteps,
} from '../support/units.js'
import { slopes, type Values } from '../support/weight-slopes.js'

expectNoTensorLeaks()

const { visible: D, hidden: H, batch: BATCH } = SIZES

const UNITS = {
  'fixed variance': { visible: 'gaussian' },
  'learned variance': { visible: { type: 'gaussian', variance: 'learned' } },
  'fixed variance, rectified hidden units': { visible: 'gaussian', hidden: 'nrelu' },
  'learned variance, rectified hidden units': {
    ...{ visible: { type: 'gaussian', variance: 'learned' }, hidden: 'nrelu' },
  },
  'binary, rectified hidden units': { hidden: 'nrelu' },
}
const plain = { type: 'SGD', learning_rate: 1 }

/** Energies and sums in float64, straight from E(v, h) = sum (v - b)^2 / 2 sigma^2 - c'h - (v / sigma^2)' W h. */
function gaussianRbm(weights: Values) {
  const [w, b, c] = [weights[RBM_WEIGHTS.kernel]!, weights[RBM_WEIGHTS.visibleBias]!, weights[RBM_WEIGHTS.hiddenBias]!]
  const z = weights[RBM_WEIGHTS.visibleLogVariance] ?? new Float64Array(D)
  const variances = Array.from(z, Math.exp)
  const states = Array.from({ length: 2 ** H }, (_, state) => Array.from({ length: H }, (__, j) => (state >> j) & 1))
  const energy = (v: readonly number[], h: readonly number[]) =>
    v.reduce((sum, one, i) => {
      const drive = h.reduce((total, on, j) => total + on * w[i * H + j]!, 0)
      return sum + ((one - b[i]!) ** 2 / 2 - one * drive) / variances[i]!
    }, 0) - h.reduce((sum, on, j) => sum + on * c[j]!, 0)
  /** The integral of e^-E over v_i alone is that of a normal distribution: complete the square. */
  const logPartition = Math.log(
    states.reduce((sum, h) => {
      const logs = variances.map((variance, i) => {
        const mean = b[i]! + h.reduce((total, on, j) => total + on * w[i * H + j]!, 0)
        return 0.5 * Math.log(2 * Math.PI * variance) + (mean ** 2 - b[i]! ** 2) / (2 * variance)
      })
      return sum + Math.exp(logs.reduce((a, one) => a + one, 0) + h.reduce((a, on, j) => a + on * c[j]!, 0))
    }, 0),
  )
  const logSum = (v: readonly number[]) => Math.log(states.reduce((sum, h) => sum + Math.exp(-energy(v, h)), 0))
  return { energy, states, logPartition, logLikelihood: (v: readonly number[]) => logSum(v) - logPartition }
}

const rowsOf = (x: ArrayLike<number>) =>
  Array.from({ length: x.length / D }, (_, row) => Array.from({ length: D }, (__, i) => x[row * D + i]!))

describe.each(['fixed', 'learned'] as const)('gaussian visible units of %s variance', (variance) => {
  const machine = unitMachine({
    ...{ model: { visible: { type: 'gaussian', variance } }, optimizer: plain },
    training: { algorithm: 'exact' },
  })
  const x = machine.batch.arrays[X]!

  test('the exact gradient is the slope of the likelihood', async () => {
    const weights = randomWeights(machine)
    const meanLoss = (now: Values) => {
      const { logLikelihood } = gaussianRbm(now)
      return -rowsOf(x).reduce((sum, v) => sum + logLikelihood(v), 0) / BATCH
    }
    const found = await stepGradient(await load(machine), machine, weights)
    for (const [name, expected] of Object.entries(slopes(meanLoss, weights))) {
      expectClose(found[name]!, expected, name, { relative: 1e-4, absolute: 2e-6 })
    }
  })

  test('the loss of the exact gradient is minus the likelihood', async () => {
    const weights = randomWeights(machine)
    const runner = await load(machine)
    await runner.write(weights)
    const { loss } = await runner.run('evaluate', machine.batch, { iterations: 0 })
    const { logLikelihood } = gaussianRbm(weights)
    expect(loss![0]! / BATCH).toBeCloseTo(-rowsOf(x).reduce((sum, v) => sum + logLikelihood(v), 0) / BATCH, 4)
  })
})

test('the integral over a gaussian unit equals a sum over a grid', () => {
  // one visible unit matters; the others are alone and known
  const one = {
    [RBM_WEIGHTS.kernel]: [0.7, -1.1, 0.4, ...Array(9).fill(0)],
    [RBM_WEIGHTS.hiddenBias]: [0.2, -0.3, 0.1],
  }
  const weights = {
    ...one,
    [RBM_WEIGHTS.visibleBias]: [0.5, 0, 0, 0],
    [RBM_WEIGHTS.visibleLogVariance]: [-0.6, 0, 0, 0],
  }
  const { energy, states, logPartition } = gaussianRbm(weights)
  const STEP = 1e-3
  let sum = 0
  for (let v = -15; v < 15; v += STEP) for (const h of states) sum += Math.exp(-energy([v, 0, 0, 0], h)) * STEP
  expect(logPartition).toBeCloseTo(Math.log(sum) + 1.5 * Math.log(2 * Math.PI), 6)
})

test.each(Object.entries(UNITS))('%s: a step is along the slope of F(data) - F(chains)', async (_, model) => {
  const machine = unitMachine({ model, optimizer: plain, training: { algorithm: 'pcd', k: 2, chains: 5 } })
  const { model: rbm } = machine.learner
  const weights = randomWeights(machine)
  const runner = await load(machine)
  const found = await stepGradient(runner, machine, weights)
  const chains = (await runner.read())['rbm/chains']!
  const expected = tf.tidy(() => {
    const names = rbm.weights.map(({ name }) => name)
    const rows = (values: ArrayLike<number>) => tf.tensor2d(Array.from(values), [values.length / D, D])
    const loss = (...values: tf.Tensor[]): tf.Scalar => {
      const now: Tensors = Object.fromEntries(names.map((name, index) => [name, values[index]!]))
      const mean = (of: ArrayLike<number>) => tf.mean(rbm.freeEnergy(rows(of), now))
      return tf.sub(mean(machine.batch.arrays[X]!), mean(chains))
    }
    const values = rbm.weights.map(({ name, shape }) => tf.tensor(weights[name]!, [...shape]))
    return tf
      .grads(loss)(values)
      .map((gradient, index) => [names[index]!, Array.from(gradient.dataSync())] as const)
  })
  for (const [name, slope] of expected) expectClose(found[name]!, slope, name, { relative: 1e-4, absolute: 2e-6 })
})

const ALGORITHMS = {
  'CD-2': { algorithm: 'cd', k: 2, sparsity: { target: 0.1, cost: 0.1 } },
  PCD: { algorithm: 'pcd' },
  'mean field': { algorithm: 'mean_field', k: 3 },
}

describe.each(Object.entries(UNITS))('%s', (_, model) => {
  test.each(Object.entries(ALGORITHMS))('%s is the same on every engine', async (__, training) => {
    const metrics = ['reconstruction_error', 'free_energy', 'hidden_activity']
    const machine = unitMachine({ model, training, metrics })
    await expectSameOnEngines(machine)
  })
})

const COUNT = 40_000
const specOf = (model: object) =>
  ({ type: 'RBM', visible: { type: 'bernoulli' }, hidden: { type: 'bernoulli' }, ...model }) as RbmSpec

/** `COUNT` samples of one unit, each from two uniform numbers. */
function samplesOf(draw: (uniform: readonly tf.Tensor[]) => tf.Tensor): number[] {
  const numbers = [1, 2].map((stream) =>
    tf.tensor2d(uniforms({ seed: 4, purpose: PURPOSE.sample, stream, step: 0 }, COUNT), [COUNT, 1]),
  )
  return Array.from(draw(numbers).dataSync())
}
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const varianceOf = (values: readonly number[]) => {
  const mean = meanOf(values)
  return meanOf(values.map((value) => (value - mean) ** 2))
}
const inputs = (value: number) => tf.fill([COUNT, 1], value) as tf.Tensor2D

describe('samples', () => {
  test.each([
    ['fixed', 1],
    ['learned', 0.25],
  ] as const)('of a gaussian unit of %s variance', (variance, expected) => {
    const values = tf.tidy(() => {
      const logVariance = variance === 'learned' ? tf.tensor1d([Math.log(expected)]) : undefined
      const { given } = visibleRule(specOf({ visible: { type: 'gaussian', variance } }))
      return samplesOf(given(inputs(0.7), { bias: tf.tensor1d([0.2]), logVariance }).sample)
    })
    expect(Math.abs(meanOf(values) - 0.7)).toBeLessThan(5 * Math.sqrt(expected / COUNT))
    expect(Math.abs(varianceOf(values) / expected - 1)).toBeLessThan(5 * Math.sqrt(2 / COUNT))
  })

  // against the integral of max(0, x + s n), where n is standard normal
  test.each([-3, 0, 1, 6])('of a rectified unit with input %s', (x) => {
    const values = tf.tidy(() => samplesOf(hiddenRule(specOf({ hidden: { type: 'nrelu' } })).given(inputs(x)).sample))
    const deviation = Math.sqrt(1 / (1 + Math.exp(-x)))
    const STEP = 1e-3
    let expected = 0
    for (let n = -8; n < 8; n += STEP) {
      expected += (Math.max(0, x + deviation * n) * Math.exp(-(n ** 2) / 2) * STEP) / Math.sqrt(2 * Math.PI)
    }
    const allowed = 5 * Math.sqrt(varianceOf(values) / COUNT) + 1e-6
    expect(Math.abs(meanOf(values) - expected)).toBeLessThan(allowed)
  })
})

test('a rectified unit adds the sum over its copies to the free energy', () => {
  const points = [-20, -3, -0.5, -1e-3, 0, 1e-3, 0.5, 3, 20]
  const { logSum, given } = hiddenRule(specOf({ hidden: { type: 'nrelu' } }))
  const [found, means] = tf.tidy(() => {
    const input = tf.tensor2d(points, [1, points.length])
    return [Array.from(logSum(input).dataSync()), Array.from(given(input).mean.dataSync())]
  })
  /** sum_i log(1 + e^(x - i + .5)), which the integral is close to; and the integral itself by small steps. */
  const STEP = 1e-3
  const copies = (x: number, step: number) => {
    let sum = 0
    for (let t = x - step / 2; t > Math.min(x, 0) - 40; t -= step) sum += Math.log1p(Math.exp(t)) * step
    return sum
  }
  expectClose(
    found,
    points.map((x) => copies(x, STEP)),
    'integral',
    { relative: 1e-5, absolute: 1e-6 },
  )
  for (const [index, x] of points.entries()) {
    expect(Math.abs(found[index]! - copies(x, 1))).toBeLessThan(0.05)
    let mean = 0
    for (let t = x - 0.5; t > Math.min(x, 0) - 40; t--) mean += 1 / (1 + Math.exp(-t))
    expect(Math.abs(means[index]! - mean)).toBeLessThan(0.02)
  }
  expectClose(
    means,
    points.map((x) => Math.log1p(Math.exp(x))),
    'mean',
    { relative: 1e-5, absolute: 1e-7 },
  )
})

test('an element that never changes does not drive a variance to 0', async () => {
  const machine = unitMachine({ model: UNITS['learned variance'], optimizer: plain })
  const runner = await load(machine)
  machine.batch.arrays[X]!.fill(0)
  await unitSteps(runner, machine, 20)
  const variances = (await runner.read())[RBM_WEIGHTS.visibleLogVariance]!
  for (const logVariance of variances) expect(logVariance).toBeGreaterThanOrEqual(Math.fround(Math.log(0.01)) - 1e-6)
})

describe('settings that do not go with such units give a message', () => {
  const issuesOf = (model: object, rest: object) => {
    const data = { dataset: 'digits', flatten: true, standardize: true }
    const spec = { data, model: { type: 'RBM', hidden_units: 8, ...model }, ...rest }
    return readText(JSON.stringify(spec)).issues.map(({ pointer, message }) => `${pointer} ${message}`)
  }
  test.each([
    ['gaussian units', { visible: 'gaussian' }, { metrics: ['reconstruction_error'] }, []],
    ['the exact gradient', { visible: 'gaussian' }, { training: { algorithm: 'exact' } }, []],
    [
      'pseudo-likelihood of gaussian units',
      { visible: 'gaussian' },
      { metrics: ['pseudo_likelihood'] },
      ['/metrics/0 found "pseudo_likelihood", which is only for visible units that are 0 or 1; these are gaussian'],
    ],
    [
      'the exact gradient of rectified units',
      { visible: 'gaussian', hidden: 'nrelu' },
      { training: { algorithm: 'exact' } },
      ['/training/algorithm found "exact", which is only for hidden units that are 0 or 1; these are nrelu'],
    ],
    [
      'a centred gradient with a learned variance',
      { visible: { type: 'gaussian', variance: 'learned' } },
      { training: { algorithm: 'cd', centered: true } },
      ['/training/centered found true, which cannot be used with a learned variance; use "variance": "fixed"'],
    ],
    [
      'the exact gradient of too many hidden units, however few the visible ones',
      { visible: 'gaussian', hidden_units: 100 },
      { training: { algorithm: 'exact' } },
      [
        '/training/algorithm found "exact" with 64 visible and 100 hidden units; the hidden side must have at most 16, because every state of it is computed; "cd" and "pcd" take any size',
      ],
    ],
  ])('%s', (_, model, rest, expected) => {
    expect(issuesOf(model, rest)).toEqual(expected)
  })
})
