/** A batch that several devices share gives the results of one device. Here they are parts of the processor. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadData } from '../../../../src/data/load.js'
import type { Runner } from '../../../../src/engine/engine.js'
import { openEngine } from '../../../../src/engine/registry.js'
import { isShared } from '../../../../src/program/learning-programs.js'
import { openSession } from '../../../../src/run/session.js'
import type { Device } from '../../../../src/spec/engines.js'
import type { StageSpec } from '../../../../src/spec/spec.js'
import { train } from '../../../../src/training/loop.js'
import { expectClose, expectSameState, largestMagnitude } from '../../../support/close.js'
import { arraysOf, X, Y } from '../../../support/data.js'
import { engineNames } from '../../../support/engines.js'
import { NO_FILES } from '../../../support/loop.js'
import { type Network, smallNetwork } from '../../../support/network.js'
import { readText } from '../../../support/read-spec.js'
import { nodesByDevice } from '../../../support/tensorflow-trace.js'

const loss = 'sparse_categorical_crossentropy'
const output = { type: 'Dense', units: 3, activation: 'softmax' }
const DENSE = [{ type: 'Dense', units: 7, activation: 'relu' }, { type: 'Dropout', rate: 0.3 }, output]
const RMSPROP = smallNetwork({ layers: DENSE, loss, optimizer: 'RMSprop' })
const NETWORKS: Readonly<Record<string, Network>> = {
  'noise, regularization, constraints, clipping, running means and accumulated gradients': smallNetwork({
    layers: [
      { type: 'GaussianNoise', stddev: 0.1 },
      { type: 'Dense', units: 7, activation: 'relu', kernel_regularizer: { type: 'l2', l2: 0.01 } },
      { ...output, kernel_constraint: { type: 'max_norm', max_value: 1 } },
    ],
    ...{ loss, metrics: ['acc', 'AUC'] },
    optimizer: { type: 'AdamW', global_clipnorm: 0.5, use_ema: true, gradient_accumulation_steps: 2 },
  }),
  // an operator that changes weights in place, after both devices have read them
  'dropout, and RMSprop': RMSPROP,
  'a recurrent network': smallNetwork(
    { layers: [{ type: 'LSTM', units: 5, dropout: 0.2, recurrent_dropout: 0.1 }, output], loss, optimizer: 'SGD' },
    [2, 3],
  ),
  'a convolutional network': smallNetwork(
    {
      layers: [
        { type: 'Conv2D', filters: 3, kernel_size: 3, activation: 'relu' },
        { type: 'MaxPooling2D', pool_size: 2 },
        ...[{ type: 'SpatialDropout2D', rate: 0.2 }, { type: 'Flatten' }, output],
      ],
      ...{ loss, optimizer: 'SGD' },
    },
    [6, 6, 1],
  ),
}

async function load(device: Device, { programs }: Network, warn?: (text: string) => void): Promise<Runner<string>> {
  const { engine } = await openEngine('tensorflow', { device, precision: 'float32', logs: false })
  expect(engine.device).toBe(device)
  const runner = await engine.load({ ...programs }, { seed: 1, batchSize: 8, isShared, ...(warn && { warn }) })
  onTestFinished(() => runner.dispose())
  return runner
}

/** The first samples of a batch. */
function rowsOf({ batch }: Network, size: number) {
  const { arrays, size: all } = batch(0)
  const cut = (name: string) => arrays[name]!.subarray(0, (arrays[name]!.length / all) * size)
  return { size, arrays: arraysOf(cut(X), cut(Y)) }
}

/** Trains with batches of these sizes; gives the results of each step, those of a batch without training, and the state. */
async function stepsOn(device: Device, network: Network, sizes: readonly number[]) {
  const runner = await load(device, network)
  const outputs: Record<string, readonly number[]> = {}
  for (const [iterations, size] of [...sizes, sizes[0]!].entries()) {
    const program = iterations < sizes.length ? 'train' : 'evaluate'
    const scalars = { learning_rate: 0.01, iterations }
    for (const [name, values] of Object.entries(await runner.run(program, rowsOf(network, size), scalars))) {
      outputs[`${program} ${iterations}: ${name}`] = Array.from(values)
    }
  }
  return { outputs, state: await runner.read() }
}

/** Trains a spec; gives the measures of each epoch, and the state. */
async function trainSpec(device: Device, spec: object) {
  const resolved = readText(JSON.stringify(spec)).spec as StageSpec
  const { engine } = await openEngine('tensorflow', { device, precision: 'float32', logs: false })
  const { training, runner, dispose } = await openSession(resolved, await loadData(resolved), engine)
  onTestFinished(dispose)
  const epochs: Record<string, number> = {}
  const options = { ...training, signal: new AbortController().signal, now: () => 0, files: NO_FILES }
  for await (const event of train(options)) {
    if (event.type !== 'epochEnd') continue
    for (const [name, value] of Object.entries(event.metrics)) epochs[`${name} ${event.epoch}`] = value
  }
  return { epochs, state: await runner.read() }
}

/** 32 samples, of which the last batch has 4. Some results depend on the new weights. */
const RBM = {
  data: { dataset: 'bars-and-stripes', size: 4, flatten: true },
  model: { type: 'RBM', hidden_units: 5 },
  training: { algorithm: 'cd', k: 2 },
  optimizer: { type: 'SGD', learning_rate: 0.1 },
  metrics: ['reconstruction_error', 'update_ratio'],
  fit: { batch_size: 7, epochs: 2 },
}

/** Batches that cannot be divided evenly, and one that is too small to be divided. */
const SIZES = [8, 7, 8, 3]

describe.runIf(engineNames.includes('tensorflow'))('several devices', () => {
  test.each(Object.entries(NETWORKS))('%s', async (_, network) => {
    const expected = await stepsOn('cpu', network, SIZES)
    const device = network === RMSPROP ? 'cpu:0,cpu:1,cpu:2' : 'cpu:0,cpu:1'
    const found = await stepsOn(device, network, SIZES)
    expect(Object.keys(found.outputs)).toEqual(Object.keys(expected.outputs))
    for (const [name, values] of Object.entries(expected.outputs)) {
      expectClose(found.outputs[name]!, values, name, { relative: 1e-5, absolute: 1e-6 })
    }
    for (const [name, values] of Object.entries(expected.state)) {
      const tolerance = { relative: 1e-5, absolute: 1e-5 * largestMagnitude(values) }
      expectClose(found.state[name]!, values, name, tolerance)
    }
  })

  test('an RBM by contrastive divergence', async () => {
    const [found, expected] = [await trainSpec('cpu:0,cpu:1', RBM), await trainSpec('cpu', RBM)]
    expect(Object.keys(found.epochs)).toEqual(Object.keys(expected.epochs))
    for (const [name, value] of Object.entries(expected.epochs)) {
      // the loss is a small difference of large energies
      expect(found.epochs[name], name).toBeCloseTo(value, 5)
    }
    for (const [name, values] of Object.entries(expected.state)) {
      expectClose(found.state[name]!, values, name, { relative: 1e-5, absolute: 1e-6 })
    }
  })

  test('the same seed gives the same bits', async () => {
    const [first, again] = [
      await stepsOn('cpu:0,cpu:1', RMSPROP, [8, 7]),
      await stepsOn('cpu:0,cpu:1', RMSPROP, [8, 7]),
    ]
    expect(again.outputs).toEqual(first.outputs)
    expectSameState(again.state, first.state)
  })

  test('each computes its share, and the first one what is not shared', async () => {
    const runner = await load('cpu:0,cpu:1', RMSPROP)
    const nodesOf = async (program: string, size: number) => {
      const run = () => runner.run(program, rowsOf(RMSPROP, size), { learning_rate: 0.01, iterations: 0 })
      const nodes = await nodesByDevice(run)
      return [0, 1].map((index) => {
        const [, found = []] = [...nodes].find(([device]) => device.endsWith(`CPU:${index}`)) ?? []
        return found.length
      })
    }
    const [first, second] = (await nodesOf('train', 8)) as [number, number]
    expect(second).toBeGreaterThan(10)
    // the first one also updates the weights
    expect(first).toBeGreaterThan(second)
    expect((await nodesOf('train', 3))[1]).toBe(0)
    expect((await nodesOf('inspect', 8))[1]).toBe(0)
    expect((await nodesOf('evaluate', 8))[1]).toBeGreaterThan(5)
  })

  test('what looks across a batch sees the share of a device, and a warning says so', async () => {
    const warnings: string[] = []
    const layers = [{ type: 'Dense', units: 7 }, { type: 'BatchNormalization' }, output]
    await load('cpu:0,cpu:1', smallNetwork({ layers, loss }), (text) => warnings.push(text))
    await load('cpu:0,cpu:1', smallNetwork({ layers: DENSE, loss }), (text) => warnings.push(text))
    await load('cpu:0,cpu:1,cpu:2,cpu:3,cpu:4', smallNetwork({ layers: DENSE, loss }), (text) => warnings.push(text))
    expect(warnings).toEqual([
      'The model looks across the samples of a batch, as batch normalization does. Each device looks only at its own share, so the results are not those of one device',
      '8 samples are too few for 5 devices, so the first one computes each step alone',
    ])
  })

  test('a part of the processor that there is not', async () => {
    const request = { device: 'cpu:0,cpu:9,cpu:12', precision: 'float32', logs: false } as const
    await expect(openEngine('tensorflow', request)).rejects.toThrow(
      'There is no cpu:9, no cpu:12: the processor can be divided into cpu:0 to cpu:7, to try out several devices.',
    )
  })

  test('auto is tensorflow', async () => {
    const { note } = await openEngine('auto', { device: 'cpu:0,cpu:1', precision: 'float32', logs: false })
    expect(note).toBe('Engine tensorflow on cpu:0,cpu:1.')
  })
})
