/** A profile has the operators of all sections of a step, and the kernels between them. */
import { expect, test } from 'vitest'
import { blockSize, NO_BLOCKS } from '../../../../src/engine/compiled/onnx/blocked/block-size.js'
import { startProfile } from '../../../../src/engine/compiled/onnx/profile.js'
import { arraysOf } from '../../../support/data.js'
import { smallNetwork } from '../../../support/network.js'

const convolution = { type: 'Conv2D', filters: 16, kernel_size: 3, activation: 'relu' }

test.skipIf((await blockSize()) === NO_BLOCKS).each([
  ['whole', 9],
  ['in parts', 64],
])('of a step that runs %s', async (_, batchSize) => {
  const layers = [
    convolution,
    'MaxPooling2D',
    convolution,
    'Flatten',
    { type: 'Dense', units: 3, activation: 'softmax' },
  ]
  const { programs } = smallNetwork({ layers, loss: 'sparse_categorical_crossentropy' }, [12, 12, 1])
  const { runner, finish } = await startProfile({ ...programs }, { batchSize, seed: 1 })
  const arrays = arraysOf(new Float32Array(144 * batchSize).fill(0.5), new Int32Array(batchSize))
  for (let iterations = 0; iterations < 4; iterations++)
    await runner.run('train', { size: batchSize, arrays }, { learning_rate: 0.01, iterations })
  const times = new Map((await finish(1, 1)).map((operator) => [operator.operator, operator]))
  expect(times.get('max_pool_gradient_2x2')).toMatchObject({ nodes: 1, milliseconds: expect.any(Number) })
  expect(times.get('max_pool_gradient_2x2')!.milliseconds).toBeGreaterThan(0)
  expect(times.get('Conv')!.nodes).toBeGreaterThanOrEqual(5)
})
