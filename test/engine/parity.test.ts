/** Every engine computes what the reference engine computes. */
import { describe, expect, test } from 'vitest'
import { ACTIVATIONS } from '../../src/model/activations.js'
import type { LossSpec } from '../../src/spec/spec.js'
import { expectClose, largest } from '../support/close.js'
import { COMPUTES_IN_SHADERS, engineNames, loadRunner, type RealEngine, toleranceOn } from '../support/engines.js'
import { kerasFixture } from '../support/keras.js'
import { BATCH_SIZE, type Network, smallNetwork, trainSteps } from '../support/network.js'
import { lossTypes } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const REFERENCE: RealEngine = 'eager:cpu'
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
  // WGSL leaves open which of NaN and infinity comes of an overflow
  const told = (loss: number) => (COMPUTES_IN_SHADERS[engine] && !Number.isFinite(loss) ? Number.NaN : loss)
  expectClose(found.losses.map(told), expected.losses.map(told), 'loss', toleranceOn(engine, { relative: 1e-4 }))
  expect(Object.keys(found.state)).toEqual(Object.keys(expected.state))
  for (const [name, values] of Object.entries(expected.state)) {
    expect(largest(values), `${name} has been trained`).toBeGreaterThan(0)
    const tolerance = toleranceOn(engine, { relative: 1e-4, absolute: 1e-6 * largest(values) })
    expectClose(found.state[name]!, values, name, tolerance)
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
  // every optimizer with every loss; where a step takes long, each optimizer once, the losses in turn
  const inTurn = COMPUTES_IN_SHADERS[engine]
  const steps = inTurn ? 10 : 50
  const cases = kerasFixture('optimizers').cases.flatMap(({ name, optimizer }, index) =>
    lossTypes.filter((_, at) => !inTurn || at === index % lossTypes.length).map((loss) => ({ name, optimizer, loss })),
  )
  describe(`after ${steps} steps`, () => {
    test.each(cases)('of $name down the $loss', async ({ optimizer, loss }) => {
      const layers = mlp(OUTPUTS[loss])
      await expectSameTraining(engine, smallNetwork({ layers, loss, optimizer, metrics: ['acc', 'mae'] }), steps)
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
    const network = smallNetwork({
      layers,
      loss: 'mse',
      optimizer: { type: 'SGD', learning_rate: 0.1, momentum: 0.5 },
    })
    await expectSameTraining(engine, network, 6)
  })
})
