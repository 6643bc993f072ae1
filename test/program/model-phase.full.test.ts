/** Samples of the model by parallel tempering, and means by TAP. */
import { expect, test } from 'vitest'
import { logPartition } from '../../src/model/rbm/log-partition.js'
import { rbmParameters } from '../../src/model/rbm/parameters.js'
import { CHAINS } from '../../src/program/model-phase.js'
import { expectSameState, largestMagnitude } from '../support/close.js'
import { BATCH_SIZE, type Machine, machineSteps, smallMachine, weightsOf } from '../support/contrastive.js'
import { X } from '../support/data.js'
import { fastest, loadRunner, ownEngines, type RealEngine } from '../support/engines.js'
import {
  allStates,
  CHI_SQUARE_15,
  chiSquare,
  flat,
  frequencies,
  inFloat32,
  randomRbm,
  twoModes,
} from '../support/rbm.js'
import { freeEnergy } from '../support/rbm-exact.js'
import { likelihoodGradient } from '../support/rbm-exact-gradient.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const still = { type: 'SGD', learning_rate: 0 }
const load = (machine: Machine, engine: RealEngine = fastest) =>
  loadRunner(engine, machine.learner.programs, { batchSize: BATCH_SIZE, seed: 5 })

test.each(ownEngines)('parallel tempering at one temperature is PCD bit for bit, engine %s', async (engine) => {
  const trained = async (training: object) => {
    const machine = smallMachine({ training: { k: 2, chains: 7, ...training }, optimizer: 'SGD' })
    const runner = await load(machine, engine)
    await machineSteps(runner, machine, 20)
    return runner.read()
  }
  const expected = await trained({ algorithm: 'pcd' })
  expectSameState(await trained({ algorithm: 'parallel_tempering', temperatures: 1 }), expected)
})

test('its chains of the machine itself have p(v)', async () => {
  const small = inFloat32(randomRbm(4, 3, { seed: 1, weights: 1.5, biases: 1 }))
  const chains = 4_000
  const training = { algorithm: 'parallel_tempering', k: 5, chains, temperatures: [1, 0.6, 0.3, 0] }
  const machine = smallMachine({ training, optimizer: still }, { visible: 4, hidden: 3 })
  const runner = await load(machine)
  await runner.write({ ...(await runner.read()), ...weightsOf(small) })
  await machineSteps(runner, machine, 10)
  const logZ = logPartition(small)
  const expected = allStates(4).map((v) => chains * Math.exp(-freeEnergy(small, v) - logZ))
  const rows = (await runner.read())[CHAINS]!.subarray(0, 4 * chains)
  const seen = frequencies(small, rows).map((share) => chains * share)
  expect(chiSquare(seen, expected)).toBeLessThan(CHI_SQUARE_15)
})

test('it reaches both modes of an RBM with two, but PCD stays in the first', async () => {
  const chains = 400
  const on = async (training: object) => {
    const fields = { training: { k: 10, chains, ...training }, optimizer: still }
    const machine = smallMachine(fields, { visible: 10, hidden: 10 })
    const runner = await load(machine)
    const state = await runner.read()
    await runner.write({ ...state, ...weightsOf(twoModes), [CHAINS]: state[CHAINS]!.fill(0) })
    await machineSteps(runner, machine, 30)
    const rows = (await runner.read())[CHAINS]!.subarray(0, 10 * chains)
    return rows.reduce((sum, value) => sum + value, 0) / rows.length
  }
  expect(await on({ algorithm: 'pcd' })).toBeLessThan(0.01)
  const share = await on({ algorithm: 'parallel_tempering', temperatures: 11 })
  // five standard errors about a half
  expect(Math.abs(share - 0.5)).toBeLessThan(2.5 / Math.sqrt(chains))
})

test('temperatures always swap where all states are alike', async () => {
  const training = { algorithm: 'parallel_tempering', temperatures: [1, 0.5, 0] }
  const machine = smallMachine({ training, optimizer: still, metrics: ['swap_rate', 'flip_rate'] })
  const runner = await load(machine)
  const nothing = { visibleUnits: 6, hiddenUnits: 5 }
  const zeros = (length: number) => new Float64Array(length)
  const weights = weightsOf({ ...nothing, kernel: zeros(30), visibleBias: zeros(6), hiddenBias: zeros(5) })
  await runner.write({ ...(await runner.read()), ...weights })
  const [{ swap_rate, flip_rate } = {}] = await machineSteps(runner, machine, 1)
  expect(swap_rate![0]! / BATCH_SIZE).toBe(1)
  // 48 units, each as likely to change as not: five standard errors
  expect(Math.abs(flip_rate![0]! / BATCH_SIZE - 0.5)).toBeLessThan(2.5 / Math.sqrt(48))
})

test('the gradient is nearer to that of the likelihood with each order of mean field', async () => {
  const parameters = inFloat32(randomRbm(6, 5, { seed: 2, weights: 0.4, biases: 0.5 }))
  const errors: number[] = []
  for (const order of ['naive', 'tap2', 'tap3']) {
    const training = { algorithm: 'mean_field', k: 40, order, damping: 0.5 }
    const machine = smallMachine({ training, optimizer: { type: 'SGD', learning_rate: 1 } })
    const runner = await load(machine)
    await runner.write({ ...(await runner.read()), ...weightsOf(parameters) })
    await machineSteps(runner, machine, 1)
    const after = flat(rbmParameters(await runner.read()))
    const moved = after.map((value, index) => value - flat(parameters)[index]!)
    const exact = flat(likelihoodGradient(parameters, machine.batch(0).arrays[X]!))
    errors.push(largestMagnitude(moved.map((value, index) => value - exact[index]!)))
  }
  expect(errors[1]).toBeLessThan(errors[0]! / 4)
  expect(errors[2]).toBeLessThan(errors[1]! / 2)
})
