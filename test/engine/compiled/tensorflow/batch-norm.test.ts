/** Batch normalization of images becomes one operator of TensorFlow. Any other stays as it is. */
import { expect, test } from 'vitest'
import { viewOf } from '../../../../src/engine/compiled/graph/view.js'
import { simplifiedGraph } from '../../../../src/engine/compiled/passes/simplified.js'
import { batchNormsOf } from '../../../../src/engine/compiled/tensorflow/batch-norm.js'
import { BATCH_SIZE, smallNetwork } from '../../../support/network.js'

const HEAD = ['Flatten', { type: 'Dense', units: 3, activation: 'softmax' }]
const CONVOLUTION = { type: 'Conv2D', filters: 2, kernel_size: 3, padding: 'same' }
const NORM = { type: 'BatchNormalization', epsilon: 0.01 }

type Name = 'train' | 'evaluate' | 'inspect'

async function found(layers: readonly unknown[], program: Name = 'train', shape = [4, 4, 1]) {
  const { programs } = smallNetwork({ layers: [...layers, ...HEAD], loss: 'sparse_categorical_crossentropy' }, shape)
  const graph = await simplifiedGraph(programs[program], BATCH_SIZE)
  const { written, parts } = batchNormsOf(graph, viewOf(graph))
  return { graph, parts, written: [...written.values()] }
}

test('forward and back', async () => {
  const { written } = await found([CONVOLUTION, NORM, 'ReLU', CONVOLUTION, NORM])
  expect(written.map(({ part }) => part)).toEqual(['forward', 'gradient', 'forward', 'gradient'])
  const [{ norm }] = written as [(typeof written)[number]]
  expect(norm.count).toBe(BATCH_SIZE * 16)
  expect(norm.epsilon).toBeCloseTo(0.01)
  expect(norm.gradient?.dBeta).toBeDefined()
})

test('a sum that another pass has moved before a pool stays there', async () => {
  const { graph, written, parts } = await found([CONVOLUTION, NORM, 'ReLU', { type: 'MaxPooling2D', pool_size: 2 }])
  expect(written.map(({ part }) => part)).toEqual(['forward', 'gradient'])
  expect(written[0]!.norm.gradient).toMatchObject({ dBeta: undefined })
  const taken = graph.nodes.filter(({ output }) => parts.has(output)).map(({ kernel }) => kernel)
  expect(taken.filter((kernel) => kernel === 'Sum')).toHaveLength(3)
})

test('a pass of training without a gradient has the first half', async () => {
  const { written } = await found([CONVOLUTION, NORM], 'inspect')
  expect(written.map(({ part }) => part)).toEqual(['forward'])
})

test.each<[string, readonly unknown[], Name, number[]]>([
  ['evaluation', [CONVOLUTION, NORM], 'evaluate', [4, 4, 1]],
  ['vectors', [{ type: 'Dense', units: 4 }, NORM], 'train', [6]],
  ['sequences', [NORM], 'train', [4, 3]],
  ['without a factor', [CONVOLUTION, { ...NORM, scale: false }], 'train', [4, 4, 1]],
  ['another axis', [CONVOLUTION, { ...NORM, axis: 1 }], 'train', [4, 4, 1]],
])('left as it is: %s', async (_, layers, program, shape) => {
  expect((await found(layers, program, shape)).written).toEqual([])
})
