/** The GPU benchmark without a GPU: the cost of a step, and refused options. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { BATCH_SIZE, smallNetwork } from '../support/network.js'

const script = new URL('../../bench/gpu/gpu.js', import.meta.url)
const { fedBytes, stepCost } = await import(new URL('step-cost.js', script).href)

const { programs } = smallNetwork({
  layers: [
    { type: 'Reshape', target_shape: [2, 3] },
    { type: 'Dense', units: 5, activation: 'relu' },
    { type: 'Dropout', rate: 0.5 },
    { type: 'Flatten' },
    { type: 'Dense', units: 3, activation: 'softmax' },
  ],
  loss: 'categorical_crossentropy',
  optimizer: 'RMSprop',
})
const cost = (precision: string) => stepCost({ programs, sampleShape: [6], batchSize: BATCH_SIZE, precision })

test('operations are those of products: twice the elements of each of their three sides', async () => {
  // the gradient of what comes in is not needed, so the first layer has two products and the second three
  expect((await cost('float32')).flops).toBe(2 * BATCH_SIZE * (2 * (2 * 3 * 5) + 3 * (10 * 3)))
})

test('bytes: state read and written, the batch read, outputs of dense layers written and read', async () => {
  const weights = 3 * 5 + 5 + 10 * 3 + 3
  expect((await cost('float32')).bytes).toBe(2 * 4 * 2 * weights + BATCH_SIZE * (4 * 6 + 2 * 4 * (10 + 3)))
  expect((await cost('mixed_float16')).bytes).toBe(2 * 4 * 2 * weights + BATCH_SIZE * (4 * 6 + 2 * 2 * (10 + 3)))
})

test('fed are samples, labels, masks, and numbers such as the learning rate', () => {
  expect(fedBytes(programs.train.inputs, BATCH_SIZE)).toBe(4 * (BATCH_SIZE * (6 + 1 + 10) + 2))
})

test.each([
  [['--device', 'tpu'], '--device takes gpu or cpu, not "tpu".\n'],
  [['--batch', '128,x'], '--batch takes a whole number from 1, not "x".\n'],
  [['--precision', 'int8'], '--precision takes float32, tf32, mixed_float16, not "int8".\n'],
])('refuses %j', (args, message) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script.pathname, ...args], { encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: message })
})
