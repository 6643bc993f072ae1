/** Every engine computes what the reference engine computes. */
import { describe, expect, test } from 'vitest'
import { ACTIVATIONS } from '../../src/model/activations.js'
import type { LossSpec } from '../../src/spec/spec.js'
import { expectClose, largest } from '../support/close.js'
import { engineNames, loadRunner, type RealEngine } from '../support/engines.js'
import { kerasFixture } from '../support/keras.js'
import { BATCH_SIZE, type Network, smallNetwork, trainSteps } from '../support/network.js'
import { lossTypes } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const REFERENCE: RealEngine = 'eager'
const others = engineNames.filter((name) => name !== REFERENCE)

/** Trains the same network on both engines: losses, every weight and every slot agree. */
async function expectSameTraining(engine: RealEngine, network: Network, steps: number): Promise<void> {
  const { optimizer } = network.spec
  const run = async (name: RealEngine) => {
    const runner = await loadRunner(name, { ...network.programs }, { batchSize: BATCH_SIZE, seed: 5 })
    const losses = await trainSteps(runner, network, optimizer, steps)
    const { loss } = await runner.run('evaluate', network.batch(0), {})
    return { losses: [...losses, loss![0]!], state: await runner.read() }
  }
  const expected = await run(REFERENCE)
  const found = await run(engine)
  expectClose(found.losses, expected.losses, 'loss', { relative: 1e-4 })
  expect(Object.keys(found.state)).toEqual(Object.keys(expected.state))
  for (const [name, values] of Object.entries(expected.state)) {
    expect(largest(values), `${name} has been trained`).toBeGreaterThan(0)
    expectClose(found.state[name]!, values, name, { relative: 1e-4, absolute: 1e-6 * largest(values) })
  }
}

/** An output that suits the loss, for 3 classes. */
const OUTPUTS: { readonly [Type in LossSpec['type']]: string } = {
  categorical_crossentropy: 'softmax',
  sparse_categorical_crossentropy: 'softmax',
  binary_crossentropy: 'sigmoid',
  mean_squared_error: 'linear',
  mean_absolute_error: 'linear',
}

const mlp = (output: string) => [
  { type: 'Dense', units: 10 },
  { type: 'Activation', activation: 'relu' },
  { type: 'Dropout', rate: 0.2 },
  { type: 'Dense', units: 7, activation: 'tanh' },
  { type: 'Dropout', rate: 0.4 },
  { type: 'Dense', units: 3, activation: output },
]

describe.each(others)(`engine %s and ${REFERENCE} agree`, (engine) => {
  const optimizers = kerasFixture('optimizers').cases
  describe.each(optimizers)('after 50 steps of $name', ({ optimizer }) => {
    test.each(lossTypes)('down the %s', async (loss) => {
      const layers = mlp(OUTPUTS[loss])
      await expectSameTraining(engine, smallNetwork({ layers, loss, optimizer, metrics: ['acc', 'mae'] }), 50)
    })
  })

  test.each(Object.keys(ACTIVATIONS))('through activation %s, with Flatten and Reshape', async (activation) => {
    const layers = [
      { type: 'Reshape', target_shape: [-1, 2] },
      { type: 'Dense', units: 4, activation },
      { type: 'Dropout', rate: 0.25 },
      { type: 'Reshape', target_shape: [4, 3] },
      { type: 'Activation', activation },
      { type: 'Flatten' },
      { type: 'Dense', units: 3, activation },
    ]
    const network = smallNetwork({ layers, loss: 'mse', optimizer: { type: 'SGD', learning_rate: 0.1, momentum: 0.5 } })
    await expectSameTraining(engine, network, 6)
  })
})
