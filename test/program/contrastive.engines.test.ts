/** Training programs of an RBM: the same on every engine, resumable, and consistent with their parts. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import type { Runner } from '../../src/engine/engine.js'
import { logPartition } from '../../src/model/rbm/log-partition.js'
import { RBM_WEIGHTS, type RbmParameters, rbmParameters } from '../../src/model/rbm/parameters.js'
import { centered } from '../../src/program/adjustments.js'
import { expectClose, expectSameBits, expectSameState } from '../support/close.js'
import { BATCH_SIZE, type Machine, machineSteps, smallMachine, weightsOf } from '../support/contrastive.js'
import { arraysOf } from '../support/data.js'
import { fastest, loadRunner, ownEngines, REFERENCE, type RealEngine } from '../support/engines.js'
import { flat, inFloat32, randomRbm } from '../support/rbm.js'
import { logLikelihood } from '../support/rbm-exact.js'
import { likelihoodGradient, type RbmMoments } from '../support/rbm-exact-gradient.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const others = ownEngines.filter((name) => name !== REFERENCE)

const metrics = [
  'reconstruction_error',
  'reconstruction_crossentropy',
  'pseudo_likelihood',
  'free_energy',
  'hidden_activity',
]
const more = [
  ...metrics,
  { type: 'pseudo_likelihood', name: 'exact_pseudo_likelihood', exact: true },
  ...['dead_units', 'weight_size', 'update_size', 'update_ratio'],
]
const sgd = { type: 'SGD', learning_rate: 0.1, momentum: 0.5 }

const MACHINES: Readonly<Record<string, Record<string, unknown>>> = {
  'CD-1': { optimizer: sgd, metrics: more },
  'CD by epoch': {
    training: {
      algorithm: 'cd',
      k: [
        [1, 1],
        [2, 3],
        [4, 2],
      ],
    },
    optimizer: sgd,
  },
  'CD with momentum by epoch': {
    training: {
      algorithm: 'cd',
      momentum_by_epoch: [
        [1, 0],
        [3, 0.9],
      ],
    },
    optimizer: sgd,
  },
  'CD of many steps, in halves of a batch': { training: { algorithm: 'cd', k: 15 }, optimizer: sgd },
  'CD by Adam': { optimizer: { type: 'Adam', learning_rate: 0.01 } },
  'CD by epoch, two batches an update': {
    training: {
      algorithm: 'cd',
      k: [
        [1, 1],
        [3, 2],
      ],
    },
    optimizer: { ...sgd, gradient_accumulation_steps: 2 },
    metrics: ['update_size'],
  },
  'CD with decay and a largest norm': {
    model: {
      kernel_regularizer: { type: 'L1L2', l1: 0.01, l2: 0.02 },
      kernel_constraint: { type: 'MaxNorm', max_value: 0.5 },
    },
    optimizer: sgd,
  },
  'sparse, centred CD': {
    training: { algorithm: 'cd', centered: true, sparsity: { target: 0.1, cost: 0.5 } },
    optimizer: sgd,
  },
  PCD: { training: { algorithm: 'pcd', k: 2, chains: 7 }, optimizer: sgd, metrics: [...metrics, 'flip_rate'] },
  'parallel tempering': {
    training: { algorithm: 'parallel_tempering', k: 2, chains: 5, temperatures: [1, 0.6, 0.3, 0] },
    optimizer: sgd,
    metrics: [...metrics, 'flip_rate', 'swap_rate'],
  },
  'mean field of second order': {
    training: { algorithm: 'mean_field', k: 3, order: 'tap2' },
    optimizer: sgd,
    metrics,
  },
  'mean field of third order': {
    training: { algorithm: 'mean_field', k: 3, order: 'tap3', damping: 0.3 },
    optimizer: sgd,
    metrics,
  },
  'mean-field CD': { training: { algorithm: 'mean_field', k: 3, damping: 0.3 }, optimizer: sgd, metrics },
  'the exact gradient': { training: { algorithm: 'exact', centered: true }, optimizer: sgd, metrics },
}

const STEPS = 20

async function trained(engine: RealEngine, machine: Machine) {
  const runner = await loadRunner(engine, machine.learner.programs, { batchSize: BATCH_SIZE, seed: 5 })
  const outputs = await machineSteps(runner, machine, STEPS)
  const evaluated = await runner.run('evaluate', machine.batch(2), { iterations: 2 })
  return { outputs: [...outputs, evaluated], state: await runner.read() }
}

test.each(Object.entries(MACHINES))('%s is the same on every engine', async (_, fields) => {
  const machine = smallMachine(fields)
  const expected = await trained(REFERENCE, machine)
  for (const engine of others) {
    const found = await trained(engine, machine)
    for (const [step, outputs] of expected.outputs.entries()) {
      for (const [name, values] of Object.entries(outputs)) {
        const tolerance = { relative: 1e-4, absolute: 1e-4 }
        expectClose(found.outputs[step]![name]!, values, `${engine}: ${name} of step ${step}`, tolerance)
      }
    }
    for (const [name, values] of Object.entries(expected.state)) {
      const tolerance = { relative: 1e-4, absolute: 1e-5 }
      expectClose(found.state[name]!, values, `${engine}: ${name}`, tolerance)
    }
  }
})

describe.each(ownEngines)('engine %s', (engine) => {
  test.each(['CD-1', 'PCD', 'parallel tempering', 'sparse, centred CD'])(
    '%s goes on where it was, bit for bit',
    async (name) => {
      const machine = smallMachine(MACHINES[name]!)
      const load = () => loadRunner(engine, machine.learner.programs, { batchSize: BATCH_SIZE, seed: 5 })
      const whole = await load()
      await machineSteps(whole, machine, 2 * STEPS)
      const first = await load()
      await machineSteps(first, machine, STEPS)
      const second = await load()
      await second.write(await first.read())
      await machineSteps(second, machine, STEPS, STEPS)
      expectSameState(await second.read(), await whole.read())
    },
  )

  test('an evaluation is the same each time, and changes nothing', async () => {
    const machine = smallMachine(MACHINES.PCD!)
    const runner = await loadRunner(engine, machine.learner.programs, { batchSize: BATCH_SIZE, seed: 5 })
    await machineSteps(runner, machine, 3)
    const state = await runner.read()
    const look = async (iterations: number) => {
      const outputs = await runner.run('evaluate', machine.batch(0), { iterations })
      return Object.values(outputs).map((values) => values[0]!)
    }
    const before = await look(0)
    expect(await look(1)).not.toEqual(before)
    expect(await look(0)).toEqual(before)
    expectSameState(await runner.read(), state)
  })
})

describe('the loss of many units, which two threads sum', () => {
  const machine = smallMachine({ optimizer: sgd }, { visible: 23, hidden: 1237 })
  const load = (engine: RealEngine) => loadRunner(engine, machine.learner.programs, { batchSize: BATCH_SIZE, seed: 5 })

  test.each(others)('engine %s: is that of the reference, for a short last batch too', async (engine) => {
    const losses = async (runner: Runner<'train'>) =>
      Float32Array.from(await machineSteps(runner, machine, 3), ({ loss }) => loss![0]!)
    const [found, expected] = [await losses(await load(engine)), await losses(await load(REFERENCE))]
    // a difference of two sums of 10,000 numbers of about log(2)
    expectClose(found, expected, 'the losses', { relative: 1e-4, absolute: 1e-2 })
  })

  test.each(ownEngines)('engine %s: if it is NaN or infinite, the step changes nothing', async (engine) => {
    const runner = await load(engine)
    await machineSteps(runner, machine, 1)
    const { [RBM_WEIGHTS.hiddenBias]: bias, ...rest } = await runner.read()
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const before = { ...rest, [RBM_WEIGHTS.hiddenBias]: bias!.with(1200, bad) }
      await runner.write(before)
      const [{ loss }] = (await machineSteps(runner, machine, 1, 1)) as [{ loss: Float32Array }]
      expect(loss[0]).not.toSatisfy(Number.isFinite)
      const after = await runner.read()
      for (const [name, values] of Object.entries(before)) expectSameBits(after[name]!, values, name)
    }
    await runner.write({ ...rest, [RBM_WEIGHTS.hiddenBias]: bias!.with(1200, Number.NEGATIVE_INFINITY) })
    const [{ loss }] = (await machineSteps(runner, machine, 1, 1)) as [{ loss: Float32Array }]
    expect(loss[0]).toSatisfy(Number.isFinite)
  })
})

/** The change of the weights in a step of gradient descent with rate 1. */
async function gradientOf(runner: Runner<'train'>, parameters: RbmParameters, x: Uint8Array): Promise<RbmMoments> {
  await runner.write(weightsOf(parameters))
  await runner.run(
    'train',
    { size: x.length / parameters.visibleUnits, arrays: arraysOf(x) },
    { learning_rate: 1, iterations: 0 },
  )
  const after = rbmParameters(await runner.read())
  const moved = (key: keyof RbmMoments) => after[key].map((value, index) => value - parameters[key][index]!)
  return { kernel: moved('kernel'), visibleBias: moved('visibleBias'), hiddenBias: moved('hiddenBias') }
}

const ROWS = Uint8Array.from([1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1])
const plain = { type: 'SGD', learning_rate: 1 }

describe('against sums over all states', () => {
  test.each([
    [4, 3],
    [3, 4],
  ])(
    'the exact gradient of %d visible and %d hidden units, and the likelihood as its loss',
    async (visible, hidden) => {
      const parameters = inFloat32(randomRbm(visible, hidden, { seed: 1 }))
      const rows = ROWS.subarray(0, 4 * visible)
      const machine = smallMachine({ training: { algorithm: 'exact' }, optimizer: plain }, { visible, hidden })
      const runner = await loadRunner(fastest, machine.learner.programs, { batchSize: BATCH_SIZE })
      const found = await gradientOf(runner, parameters, rows)
      expectClose(flat(found), flat(likelihoodGradient(parameters, rows)), 'gradient', { relative: 0, absolute: 2e-6 })
      await runner.write(weightsOf(parameters))
      const { loss } = await runner.run('evaluate', { size: 4, arrays: arraysOf(rows) }, { iterations: 0 })
      const expected = -logLikelihood(parameters, rows, logPartition(parameters))
      expectClose([loss![0]! / 4], [expected], 'loss', { relative: 1e-6 })
    },
  )
})

test('the centred gradient is that of PyDeep (test_trainer.py)', () => {
  const found = tf.tidy(() => {
    const { kernel, visibleBias, hiddenBias } = centered(
      {
        kernel: tf.tensor2d([
          [0.3, 0.5],
          [-0.4, 0.8],
        ]),
        visibleBias: tf.tensor1d([2, 4]),
        hiddenBias: tf.tensor1d([-2, -1]),
      },
      tf.tensor1d([0.5, 0.5]),
      tf.tensor1d([0.1, 0.2]),
    )
    return [kernel, visibleBias, hiddenBias].flatMap((one) => [...one.dataSync()])
  })
  const expected = [1.1, 0.6, 0.2, 0.5, 1.77, 3.88, -2.65, -1.55]
  expectClose(found, expected, 'centred gradient', { relative: 1e-6 })
})

test('decay is of the kernel alone', async () => {
  const regularized = { kernel_regularizer: { type: 'L2', l2: 0.25 } }
  const stepped = async (model: object) => {
    const machine = smallMachine({ model: { hidden_bias_initializer: 'ones', ...model }, optimizer: plain })
    const runner = await loadRunner(fastest, machine.learner.programs, { batchSize: BATCH_SIZE, seed: 5 })
    const before = await runner.read()
    await machineSteps(runner, machine, 1)
    return { before, after: await runner.read() }
  }
  const plainly = await stepped({})
  const decayed = await stepped(regularized)
  const { kernel, visibleBias, hiddenBias } = RBM_WEIGHTS
  const expected = plainly.after[kernel]!.map((value, index) => value - 0.5 * plainly.before[kernel]![index]!)
  expectClose(decayed.after[kernel]!, expected, 'kernel', { relative: 1e-5, absolute: 1e-7 })
  for (const name of [visibleBias, hiddenBias]) expect(decayed.after[name]).toEqual(plainly.after[name])
})
