/** An RBM with labels: probabilities and gradients against sums over all states, and the same result on every engine. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { PURPOSE, uniforms } from '../../src/base/philox.js'
import type { Batch } from '../../src/engine/engine.js'
import { type ClassRbm, withoutLabels } from '../../src/model/rbm/class-rbm.js'
import { RBM_WEIGHTS } from '../../src/model/rbm/parameters.js'
import { expectClose } from '../support/close.js'
import { arraysOf, X, Y } from '../support/data.js'
import { fastest } from '../support/engines.js'
import { readText } from '../support/read-spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'
import { expectSameOnEngines, load, randomWeights, SIZES, stepGradient, unitMachine } from '../support/units.js'
import { slopes, type Values } from '../support/weight-slopes.js'

expectNoTensorLeaks()

const { visible: D, hidden: H, classes: C, batch: BATCH } = SIZES
const ALPHA = 0.3
const LABELS = { generative: 'generative', discriminative: 'discriminative', hybrid: { type: 'hybrid', alpha: ALPHA } }

const machineOf = (labels: unknown, rest: Record<string, unknown> = {}) =>
  unitMachine({ optimizer: { type: 'SGD', learning_rate: 1 }, training: { algorithm: 'cd', labels }, ...rest })

const statesOf = (units: number) =>
  Array.from({ length: 2 ** units }, (_, state) => Array.from({ length: units }, (__, i) => (state >> i) & 1))
const [VISIBLE, HIDDEN] = [statesOf(D), statesOf(H)]
const CLASSES = Array.from({ length: C }, (_, label) => label)

/** In float64, straight from E(v, y, h) = -b'v - c'h - v'Wh - d_y - U_y'h. */
function exactly(weights: Values) {
  const [w, b, c, u, d] = (['kernel', 'visibleBias', 'hiddenBias', 'labelKernel', 'labelBias'] as const).map(
    (key) => weights[RBM_WEIGHTS[key]]!,
  )
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const weight = (v: readonly number[], y: number, h: readonly number[]) =>
    Math.exp(
      sum(v.map((on, i) => on * (b![i]! + sum(h.map((one, j) => one * w![i * H + j]!))))) +
        sum(h.map((one, j) => one * (c![j]! + u![y * H + j]!))) +
        d![y]!,
    )
  const joint = (v: readonly number[], y: number) => sum(HIDDEN.map((h) => weight(v, y, h)))
  return {
    freeEnergy: (v: readonly number[], y: number) => -Math.log(joint(v, y)),
    labelGiven: (v: readonly number[], y: number) => joint(v, y) / sum(CLASSES.map((other) => joint(v, other))),
    /** p(h | v), with labels summed out. */
    hiddenGiven(v: readonly number[], h: readonly number[]) {
      const [some, all] = [sum(CLASSES.map((y) => weight(v, y, h))), sum(CLASSES.map((y) => joint(v, y)))]
      return some / all
    },
    /** The distribution of (v, y) after one step of Gibbs sampling. */
    afterStep(from: readonly number[], label: number) {
      const hidden = HIDDEN.map((h) => weight(from, label, h) / joint(from, label))
      const given = HIDDEN.map((h) => {
        const all = VISIBLE.flatMap((v) => CLASSES.map((y) => weight(v, y, h)))
        const total = sum(all)
        return all.map((one) => one / total)
      })
      return VISIBLE.flatMap((v, at) =>
        CLASSES.map((y) => ({ v, y, p: sum(hidden.map((p, h) => p * given[h]![at * C + y]!)) })),
      )
    },
  }
}

const samplesOf = ({ arrays }: Batch) =>
  Array.from(arrays[Y]!, (y, row) => ({ v: Array.from({ length: D }, (_, i) => arrays[X]![row * D + i]!), y }))

const meanOver = (samples: ReturnType<typeof samplesOf>, f: (v: readonly number[], y: number) => number) =>
  samples.reduce((sum, { v, y }) => sum + f(v, y), 0) / samples.length

test('p(y | v) is that of a sum over all hidden states', () => {
  const machine = machineOf('discriminative')
  const weights = randomWeights(machine)
  const rbm = machine.learner.model as ClassRbm
  const found = tf.tidy(() => {
    const values = rbm.weights.map(({ name, shape }) => [name, tf.tensor(weights[name]!, [...shape])] as const)
    const v = tf.tensor2d(VISIBLE.flat(), [VISIBLE.length, D])
    return Array.from(tf.softmax(rbm.logits(v, Object.fromEntries(values))).dataSync())
  })
  const { labelGiven } = exactly(weights)
  const expected = VISIBLE.flatMap((v) => CLASSES.map((y) => labelGiven(v, y)))
  expectClose(found, expected, 'p(y | v)', { relative: 1e-5, absolute: 1e-6 })
})

test('without labels, energies, means and samples are those of sums over all labels', () => {
  const ROWS = 40_000
  const machine = machineOf('generative')
  const weights = randomWeights(machine)
  const rbm = withoutLabels(machine.learner.model as ClassRbm)
  const v = [1, 0, 0, 1]
  const { energy, mean, shares } = tf.tidy(() => {
    const of = Object.fromEntries(rbm.weights.map(({ name, shape }) => [name, tf.tensor(weights[name]!, [...shape])]))
    const one = tf.tensor2d(v, [1, D])
    const many = tf.tile(one, [ROWS, 1])
    const numbers = Array.from({ length: rbm.hidden.uniforms }, (_, stream) =>
      tf.tensor2d(uniforms({ seed: 4, purpose: PURPOSE.sample, stream, step: 0 }, ROWS * H), [ROWS, H]),
    )
    const drawn = rbm.hiddenGiven(many, of).sample(numbers).arraySync()
    return {
      energy: rbm.freeEnergy(one, of).dataSync()[0]!,
      mean: Array.from(rbm.hiddenGiven(one, of).mean.dataSync()),
      shares: HIDDEN.map((h) => drawn.filter((row) => String(row) === String(h)).length / ROWS),
    }
  })
  const { freeEnergy, hiddenGiven } = exactly(weights)
  const total = CLASSES.reduce((sum, y) => sum + Math.exp(-freeEnergy(v, y)), 0)
  expect(energy).toBeCloseTo(-Math.log(total), 5)
  const expected = HIDDEN.map((h) => hiddenGiven(v, h))
  const means = Array.from({ length: H }, (_, j) => HIDDEN.reduce((sum, h, at) => sum + h[j]! * expected[at]!, 0))
  expectClose(mean, means, 'mean', { relative: 1e-5, absolute: 1e-6 })
  for (const [at, p] of expected.entries()) {
    expect(Math.abs(shares[at]! - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / ROWS))
  }
})

test('loss and accuracy are those of these probabilities', async () => {
  const machine = machineOf('discriminative', { metrics: [{ type: 'accuracy', name: 'right' }] })
  const weights = randomWeights(machine)
  const runner = await load(machine)
  await runner.write(weights)
  const { loss, right } = await runner.run('evaluate', machine.batch, {})
  const { labelGiven } = exactly(weights)
  const samples = samplesOf(machine.batch)
  expect(loss![0]! / BATCH).toBeCloseTo(
    meanOver(samples, (v, y) => -Math.log(labelGiven(v, y))),
    5,
  )
  const hits = samples.filter(({ v, y }) => CLASSES.every((other) => labelGiven(v, other) <= labelGiven(v, y)))
  expect(right![0]).toBe(hits.length)
})

test('the discriminative gradient is the slope of -log p(y | v)', async () => {
  const machine = machineOf('discriminative')
  const weights = randomWeights(machine)
  const found = await stepGradient(await load(machine), machine, weights)
  const loss = (now: Values) => meanOver(samplesOf(machine.batch), (v, y) => -Math.log(exactly(now).labelGiven(v, y)))
  for (const [name, expected] of Object.entries(slopes(loss, weights))) {
    expectClose(found[name]!, expected, name, { relative: 1e-4, absolute: 2e-6 })
  }
})

test('the generative gradient is that of contrastive divergence, on average', async () => {
  const ROWS = 30_000
  const machine = machineOf('generative')
  const weights = randomWeights(machine)
  const [start] = samplesOf(machine.batch)
  const { v, y } = start!
  const arrays = arraysOf(
    Float32Array.from({ length: ROWS * D }, (_, at) => v[at % D]!),
    new Int32Array(ROWS).fill(y),
  )
  const many = { ...machine, batch: { size: ROWS, arrays } }
  const found = await stepGradient(await load(machine, fastest, ROWS), many, weights)
  // where the chains come to is held fast
  const fantasies = exactly(weights).afterStep(v, y)
  const loss = (now: Values) => {
    const { freeEnergy } = exactly(now)
    return fantasies.reduce((sum, { v: at, y: label, p }) => sum - p * freeEnergy(at, label), freeEnergy(v, y))
  }
  // a derivative of F lies between -1 and 0: its deviation is at most 1/2
  const absolute = (5 * 0.5) / Math.sqrt(ROWS)
  for (const [name, expected] of Object.entries(slopes(loss, weights))) {
    expectClose(found[name]!, expected, name, { relative: 0, absolute })
  }
})

test('the hybrid gradient is the discriminative one and alpha times the generative one', async () => {
  const gradientOf = async (labels: unknown) => {
    const machine = machineOf(labels)
    return stepGradient(await load(machine), machine, randomWeights(machine))
  }
  const [generative, discriminative, hybrid] = await Promise.all(Object.values(LABELS).map(gradientOf))
  for (const [name, found] of Object.entries(hybrid!)) {
    const expected = found.map((_, at) => discriminative![name]![at]! + ALPHA * generative![name]![at]!)
    expectClose(found, expected, name, { relative: 1e-4, absolute: 1e-6 })
  }
})

const MACHINES: Readonly<Record<string, [labels: unknown, rest: Record<string, unknown>]>> = {
  ...Object.fromEntries(Object.entries(LABELS).map(([name, labels]) => [name, [labels, {}]])),
  'hybrid, gaussian': ['hybrid', { model: { visible: { type: 'gaussian', variance: 'learned' } } }],
  'hybrid, rectified': ['hybrid', { model: { hidden: 'nrelu' } }],
  'hybrid, two steps, with decay': [
    LABELS.hybrid,
    {
      model: { kernel_regularizer: { type: 'L2', l2: 0.01 } },
      training: { algorithm: 'cd', k: 2, labels: LABELS.hybrid },
    },
  ],
}

test.each(Object.entries(MACHINES))('%s: the same on every engine', async (_, [labels, rest]) => {
  const optimizer = { type: 'SGD', learning_rate: 0.1, momentum: 0.5 }
  const machine = machineOf(labels, { metrics: ['accuracy'], optimizer, ...rest })
  await expectSameOnEngines(machine)
})

describe('settings that do not go with labels give a message', () => {
  const issuesOf = (rest: object) => {
    const data = { dataset: 'mnist', flatten: true, binarize: 'sample' }
    const spec = { data, model: { type: 'RBM', hidden_units: 8 }, ...rest }
    return readText(JSON.stringify(spec)).issues.map(({ pointer, message }) => `${pointer} ${message}`)
  }
  const cd = { algorithm: 'cd', labels: 'hybrid' }
  test.each([
    ['accuracy of labels', { training: cd, metrics: ['accuracy'] }, []],
    [
      'accuracy without labels',
      { metrics: ['accuracy'] },
      ['/metrics/0 found "accuracy", which is not a metric of an RBM; must be one of 12 names'],
    ],
    [
      'what is measured of chains',
      { training: cd, metrics: ['free_energy'] },
      ['/metrics/0 found "free_energy", which is not a metric of an RBM with labels; must be "accuracy"'],
    ],
    [
      'a centred gradient',
      { training: { ...cd, centered: true } },
      ['/training/centered found "centered", which cannot be used with labels'],
    ],
    [
      'another algorithm',
      { training: { algorithm: 'exact', labels: 'hybrid' } },
      [
        '/training/labels unknown key "labels", must be one of "algorithm", "centered", "offset_rate", "sparsity", "momentum_by_epoch"',
      ],
    ],
  ])('%s', (_, rest, expected) => {
    expect(issuesOf(rest)).toEqual(expected)
  })
})
