/** The GPU benchmark where there is no GPU: what a step must cost, and what it refuses. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { infoOf } from '../../src/engine/compiled/graph/graph.js'
import { simplifiedGraph } from '../../src/engine/compiled/passes/simplified.js'
import { LAYERS } from '../../src/spec/layers.js'
import { BATCH_SIZE, smallNetwork } from '../support/network.js'

const script = new URL('../../bench/gpu/gpu.js', import.meta.url)
const { fedBytes, PRODUCTS, stepCost } = await import(new URL('step-cost.js', script).href)

const { spec, programs } = smallNetwork({
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
const cost = (precision: string) =>
  stepCost({ spec, info: { sampleShape: [6] }, state: programs.train.state, batchSize: BATCH_SIZE, precision })

test('operations are those of the matrix products in the traced step', async () => {
  const graph = await simplifiedGraph(programs.train, BATCH_SIZE)
  let flops = 0
  for (const { kernel, inputs, attributes, output } of graph.nodes) {
    if (kernel !== 'BatchMatMul') continue
    const inner = infoOf(graph, inputs[0]!).shape.at(attributes.transposeA ? -2 : -1)!
    flops += 2 * inner * infoOf(graph, output).shape.reduce((size, dim) => size * dim, 1)
  }
  expect(cost('float32').flops).toBe(flops)
})

test('bytes: state read and written, the batch read, outputs of dense layers written and read', () => {
  const weights = 3 * 5 + 5 + 10 * 3 + 3
  expect(cost('float32').bytes).toBe(2 * 4 * 2 * weights + BATCH_SIZE * (4 * 6 + 2 * 4 * (10 + 3)))
  expect(cost('mixed_float16').bytes).toBe(2 * 4 * 2 * weights + BATCH_SIZE * (4 * 6 + 2 * 2 * (10 + 3)))
})

test('fed are samples, labels, masks, and numbers such as the learning rate', () => {
  expect(fedBytes(programs.train.inputs, BATCH_SIZE)).toBe(4 * (BATCH_SIZE * (6 + 1 + 10) + 2))
})

test('the cost of every layer is known', () => {
  expect(Object.keys(PRODUCTS)).toEqual(LAYERS.map((layer) => layer.shape.type.in.options[0]))
})

test.each([
  [['--device', 'tpu'], '--device takes gpu or cpu, not "tpu".\n'],
  [['--batch', '128,x'], '--batch takes a whole number from 1, not "x".\n'],
  [['--precision', 'int8'], '--precision takes float32, tf32, mixed_float16, not "int8".\n'],
])('refuses %j', (args, message) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script.pathname, ...args], { encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: message })
})
