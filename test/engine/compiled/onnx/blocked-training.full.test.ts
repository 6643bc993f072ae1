/** A network with convolutions trains alike with blocks of channels and without, also in its short last batches. */
import { describe, expect, test } from 'vitest'
import { blockSize, NO_BLOCKS } from '../../../../src/engine/compiled/onnx/blocked/block-size.js'
import { OnnxRunner } from '../../../../src/engine/compiled/onnx/engine.js'
import { expectClose, largestMagnitude } from '../../../support/close.js'
import { BATCH_SIZE, smallNetwork } from '../../../support/network.js'
import { expectNoTensorLeaks } from '../../../support/tensors.js'

expectNoTensorLeaks()

const convolution = { type: 'Conv2D', filters: 16, kernel_size: 3, padding: 'same' }
const DEEP = [
  convolution,
  'BatchNormalization',
  { type: 'Activation', activation: 'tanh' },
  { type: 'MaxPooling2D', pool_size: 2 },
  { ...convolution, strides: 2 },
  { type: 'DepthwiseConv2D', kernel_size: 3, padding: 'same' },
  { ...convolution, filters: 20 },
  'GlobalAveragePooling2D',
  { type: 'Dense', units: 3, activation: 'softmax' },
]
const STEPS = 6

/** The state after some steps of a spec's training. */
async function trained(layers: readonly unknown[], block: number | undefined) {
  const loss = 'sparse_categorical_crossentropy'
  const { programs, batch } = smallNetwork({ layers, loss, optimizer: 'SGD' }, [10, 12, 1])
  const given = block === undefined ? {} : { block }
  const runner = await OnnxRunner.create({ ...programs }, { batchSize: BATCH_SIZE, seed: 1, ...given })
  for (let iterations = 0; iterations < STEPS; iterations++) {
    await runner.run('train', batch(iterations), { learning_rate: 0.1, iterations })
  }
  const state = await runner.read()
  await runner.dispose()
  return state
}

describe.skipIf((await blockSize()) === NO_BLOCKS)('in blocks of channels', () => {
  test.each([
    ['whole batches', DEEP],
    ['halves', DEEP.filter((layer) => layer !== 'BatchNormalization')],
  ])('%s train as they do without', async (_, layers) => {
    const [blocked, plain] = [await trained(layers, undefined), await trained(layers, NO_BLOCKS)]
    for (const [name, values] of Object.entries(plain)) {
      expectClose(blocked[name]!, values, name, { relative: 1e-4, absolute: 1e-5 * largestMagnitude(values) + 1e-7 })
    }
  })

  test('the same training gives the same bits', async () => {
    expect(await trained(DEEP, undefined)).toEqual(await trained(DEEP, undefined))
  })
})
