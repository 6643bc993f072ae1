/** Metrics of an RBM's weights, updates and hidden units. */
import { expect, test } from 'vitest'
import { loadData } from '../../src/data/load.js'
import type { Outputs, Runner } from '../../src/engine/engine.js'
import { openEngine } from '../../src/engine/registry.js'
import { RBM_WEIGHTS, rbmParameters } from '../../src/model/rbm/parameters.js'
import { openSession } from '../../src/run/session.js'
import type { StageSpec } from '../../src/spec/spec.js'
import type { EpochEndEvent } from '../../src/training/events.js'
import { expectClose } from '../support/close.js'
import { BATCH_SIZE, type Machine, machineSteps, smallMachine } from '../support/contrastive.js'
import { storedOf } from '../support/data.js'
import { fastest, loadRunner, ownEngines } from '../support/engines.js'
import { NO_FILES, trainToEnd } from '../support/loop.js'
import { freeEnergy, rowsOf } from '../support/rbm-exact.js'
import { readText } from '../support/read-spec.js'

const load = (machine: Machine) => loadRunner(fastest, machine.learner.programs, { batchSize: BATCH_SIZE, seed: 5 })

const kernelOf = async (runner: Runner<never>) => (await runner.read())[RBM_WEIGHTS.kernel]!
const meanSize = (values: Float32Array) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length

/** Values of one batch, from their sums over it. */
const valuesOf = (outputs: Outputs, size: number) =>
  Object.fromEntries(Object.entries(outputs).map(([name, sum]) => [name, sum[0]! / size]))

const metrics = ['weight_size', 'update_size', 'update_ratio']

test('sizes of weights and updates are those of the step', async () => {
  const machine = smallMachine({
    model: { kernel_constraint: { type: 'MaxNorm', max_value: 0.02 } },
    optimizer: { type: 'SGD', learning_rate: 0.5, momentum: 0.9 },
    metrics,
  })
  const runner = await load(machine)
  for (let step = 0; step < 4; step++) {
    const before = await kernelOf(runner)
    const { size } = machine.batch(step)
    const { weight_size, update_size, update_ratio } = valuesOf(
      (await machineSteps(runner, machine, 1, step))[0]!,
      size,
    )
    const after = await kernelOf(runner)
    const update = meanSize(after.map((value, index) => value - before[index]!))
    const expected = [meanSize(before), update, update / meanSize(before)]
    expectClose([weight_size!, update_size!, update_ratio!], expected, `step ${step}`, { relative: 1e-5 })
    const evaluated = valuesOf(await runner.run('evaluate', machine.batch(0), { iterations: 0 }), BATCH_SIZE)
    const now = [meanSize(after), update, update / meanSize(after)]
    expectClose(
      metrics.map((name) => evaluated[name]!),
      now,
      `evaluation after step ${step}`,
      { relative: 1e-5 },
    )
  }
})

test('a step that only accumulates its gradient shows the update before it', async () => {
  const optimizer = { type: 'SGD', learning_rate: 0.5, gradient_accumulation_steps: 2 }
  const machine = smallMachine({ optimizer, metrics: ['update_size'] })
  const steps = await machineSteps(await load(machine), machine, 5)
  const [first, second, third, fourth, fifth] = steps.map(
    (one, step) => one.update_size![0]! / machine.batch(step).size,
  )
  expect(first).toBe(0)
  expect(second).toBeGreaterThan(0)
  expectClose([third!, fifth!], [second!, fourth!], 'update', { relative: 1e-6 })
  expect(fourth).not.toBe(third)
})

test.each(ownEngines)(
  'the gap is mean F of validation less that of the first training samples, engine %s',
  async (name) => {
    const { spec } = readText(
      JSON.stringify({
        data: { dataset: 'bars-and-stripes', size: 4, flatten: true },
        model: { type: 'RBM', hidden_units: 6 },
        training: { algorithm: 'pcd', chains: 5 },
        optimizer: { type: 'SGD', learning_rate: 0.5 },
        metrics: [{ type: 'free_energy_gap', name: 'gap' }, 'free_energy'],
        fit: { batch_size: 5, epochs: 2, validation_split: 0.25 },
      }),
    )
    const data = await loadData(spec!)
    const { engine } = await openEngine(name)
    const { runner, training } = await openSession(spec as StageSpec, data, engine)
    try {
      const { signal } = new AbortController()
      const events = await trainToEnd({ ...training, signal, now: () => 0, files: NO_FILES })
      const { metrics } = events.findLast(({ type }) => type === 'epochEnd') as EpochEndEvent
      const parameters = rbmParameters(await runner.read())
      const rows = [data.train, data.validation].flatMap((table) => rowsOf(parameters, storedOf(table).x))
      const energies = rows.map((row) => freeEnergy(parameters, row))
      const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length
      // 32 samples
      const [first, last] = [energies.slice(0, 8), energies.slice(24)]
      expect(Object.keys(metrics)).toEqual(['loss', 'free_energy', 'val_loss', 'val_free_energy', 'gap'])
      expect(metrics.gap).toBeCloseTo(mean(last) - mean(first), 4)
      expect(Math.abs(metrics.gap!)).toBeGreaterThan(0.01)
    } finally {
      await runner.dispose()
    }
  },
)

test('a hidden unit is dead if it is off, or on, in all samples of a batch', async () => {
  const machine = smallMachine({ metrics: ['dead_units'] })
  const runner = await load(machine)
  const kernel = new Float32Array(30)
  const share = async (hiddenBias: readonly number[]) => {
    const weights = { [RBM_WEIGHTS.kernel]: kernel, [RBM_WEIGHTS.hiddenBias]: Float32Array.from(hiddenBias) }
    await runner.write({ ...(await runner.read()), ...weights })
    return valuesOf(await runner.run('evaluate', machine.batch(0), { iterations: 0 }), BATCH_SIZE).dead_units
  }
  expect(await share([0, 0, 0, 0, 0])).toBe(0)
  // probabilities of .5, .049, .051, .949, .951
  expect(await share([0, -2.97, -2.92, 2.92, 2.97])).toBeCloseTo(2 / 5)
  // what the first visible unit turns on is on in some samples
  kernel[1] = 6
  expect(await share([0, -2.97, -2.92, 2.92, 2.97])).toBeCloseTo(1 / 5)
})
