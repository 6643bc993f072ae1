/** Runs with regularizers, constraints, running values and untrained layers are those of Keras, on every engine. */
import { describe, expect, test } from 'vitest'
import { buildModel } from '../../src/model/model.js'
import { supervisedPrograms } from '../../src/program/supervised.js'
import { outputsOf } from '../../src/spec/outputs.js'
import { acting } from '../support/callbacks.js'
import { expectClose, expectSameBits, expectSameState } from '../support/close.js'
import { arraysOf, formOf, X } from '../support/data.js'
import { engineNames, loadRunner, someOn, toleranceOn } from '../support/engines.js'
import { kerasFixture } from '../support/keras.js'
import { loopOptions, trainToEnd } from '../support/loop.js'
import { BATCH_SIZE, smallNetwork } from '../support/network.js'
import { resolveSpec } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const { layers, optimizer, input_shape, inputs, targets, initial, losses, final, evaluated } =
  kerasFixture('weights').training
const [size, features] = input_shape
const spec = resolveSpec({ layers, optimizer, loss: 'sparse_categorical_crossentropy' })
const model = buildModel(spec.model, { x: [features] }, 0)
const form = formOf({ shape: [features], classes: 3 })
const programs = supervisedPrograms({ ...spec, classWeight: null, model, form, outputs: outputsOf(spec) })
const frozen = ['frozen/kernel', 'frozen/bias', 'still/gamma', 'still/moving_mean', 'still/moving_variance']

test('weights that are not trained have no slots', () => {
  const slots = programs.train.state.filter(({ role }) => role === 'optimizer').map(({ name }) => name)
  expect(slots).toContain('hidden/kernel/momentum')
  for (const name of [...frozen, 'norm/moving_mean']) {
    expect(slots.filter((slot) => slot.startsWith(`${name}/`))).toEqual([])
  }
})

test('each use of a shared layer updates its running values', async () => {
  const layers = [
    { type: 'BatchNormalization', name: 'norm', momentum: 0.5 },
    { type: 'Shared', layer: 'norm' },
    { type: 'Dense', units: 3, activation: 'softmax' },
  ]
  const network = smallNetwork({ layers, loss: 'sparse_categorical_crossentropy' })
  const runner = await loadRunner('eager:cpu', { ...network.programs }, { batchSize: BATCH_SIZE })
  const { size, arrays } = network.batch(0)
  await runner.run('train', network.batch(0), { learning_rate: 0, iterations: 0 })
  const { 'norm/moving_mean': found } = await runner.read()
  const pixels = arrays[X] as Uint8Array
  const means = Array.from(found!, (_, feature) =>
    Array.from({ length: size }, (_, row) => pixels[row * found!.length + feature]! / 255 / size).reduce(
      (a, b) => a + b,
    ),
  )
  // the second use sees mean 0
  expectClose(
    found!,
    means.map((mean) => 0.25 * mean),
    'moving_mean',
    { relative: 1e-5, absolute: 1e-6 },
  )
})

describe.each(engineNames)('engine %s', (engine) => {
  const closely = toleranceOn(engine, { relative: 2e-5, absolute: 1e-6 })
  const batch = (step: number) => {
    const at = step % inputs.length
    return { size, arrays: arraysOf(Float32Array.from(inputs[at]!), Int32Array.from(targets[at]!)) }
  }

  test('losses with their penalties, weights and running values are those of Keras', async () => {
    const runner = await loadRunner(engine, { ...programs }, { batchSize: size })
    const start = Object.fromEntries(Object.entries(initial).map(([name, its]) => [name, Float32Array.from(its)]))
    await runner.write(start)
    const some = someOn(engine, losses, 4)
    for (const [iterations, expected] of some.entries()) {
      const { learning_rate } = optimizer
      const outputs = await runner.run('train', batch(iterations), { learning_rate, iterations })
      expectClose([outputs.loss![0]! / size], [expected], `loss before step ${iterations}`, closely)
    }
    const state = await runner.read()
    for (const name of frozen) expectSameBits(state[name]!, start[name]!, name)
    if (some.length < losses.length) return
    for (const [name, values] of Object.entries(final)) expectClose(state[name]!, values, name, closely)
    const outputs = await runner.run('evaluate', batch(0), {})
    expectClose([outputs.loss![0]! / size], [evaluated], 'loss of an evaluation', closely)
  })

  test('restored weights include their running values', async () => {
    const network = smallNetwork({
      layers: [{ type: 'Dense', units: 4 }, 'BatchNormalization', { type: 'Dense', units: 3, activation: 'softmax' }],
      loss: 'sparse_categorical_crossentropy',
    })
    const weights = ['dense', 'dense_1'].flatMap((layer) => [`${layer}/kernel`, `${layer}/bias`])
    weights.push(...['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => `batch_normalization/${name}`))
    const train = async (epochs: number) => {
      const runner = await loadRunner(engine, { ...network.programs }, { batchSize: BATCH_SIZE })
      const keeping = acting({
        onEpochEnd: ({ epoch }) => (epoch === 1 ? [{ type: 'keepWeights' }] : []),
        onEnd: () => [{ type: 'restoreWeights' }],
      })
      async function* batches() {
        for (let step = 0; step < 3; step++) yield network.batch(step)
      }
      await trainToEnd(
        loopOptions({
          runner,
          weights,
          epochs,
          samples: 21,
          batchSize: BATCH_SIZE,
          batches,
          callbacks: [keeping],
        }),
      )
      const state = await runner.read()
      return Object.fromEntries(weights.map((name) => [name, state[name]!]))
    }
    const restored = await train(3)
    expectSameState(restored, await train(1))
    expect(restored['batch_normalization/moving_mean']).not.toEqual(new Float32Array(4))
  })
})
