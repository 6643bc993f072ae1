/** Memory is estimated: a step that clearly does not fit is refused before it runs, with a size that would fit. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { memoryProblem, requireRoom } from '../../src/engine/memory.js'
import { openEngine } from '../../src/engine/registry.js'
import type { Program } from '../../src/program/program.js'
import { engineNames } from '../support/engines.js'

const GB = 1e9
const demand = { fixed: GB, growing: 9 * GB }

test('a step that fits says nothing', () => {
  const warned: string[] = []
  requireRoom(demand, { seed: 1, batchSize: 1000, warn: (text) => warned.push(text) }, 12 * GB)
  expect(warned).toEqual([])
})

test('a step that barely fits gives a warning', () => {
  const warned: string[] = []
  requireRoom(demand, { seed: 1, batchSize: 1000, warn: (text) => warned.push(text) }, 9 * GB)
  expect(warned).toEqual([
    'A step of batch 1000 needs about 10.00 GB of memory (1.00 GB for weights and the engine, 9.00 GB for values that grow with the batch); 9.00 GB are free: use a smaller fit.batch_size (about 700 would fit); the step may run out of memory.',
  ])
})

test('copies of weights count, and the layer with the largest output is named', () => {
  const options = { seed: 1, batchSize: 1000, copies: 2 * GB, largest: 'conv2d' }
  expect(() => requireRoom(demand, options, 8 * GB)).toThrow(
    'A step of batch 1000 needs about 12.00 GB of memory (3.00 GB for weights and the engine, 9.00 GB for values that grow with the batch; the output of layer "conv2d" is the largest); 8.00 GB are free: use a smaller fit.batch_size (about 400 would fit).',
  )
})

test.each([
  [
    { batchSize: 54000 },
    'A step of batch 54000 needs about 10.00 GB of memory (1.00 GB for weights and the engine, 9.00 GB for values that grow with the batch); 5.00 GB are free: use a smaller fit.batch_size (about 20,000 would fit).',
  ],
  [
    { batchSize: 2 },
    'A step of batch 2 needs about 10.00 GB of memory (1.00 GB for weights and the engine, 9.00 GB for values that grow with the batch); 5.00 GB are free: use a smaller fit.batch_size, or a smaller model.',
  ],
  [
    { batchSize: 1, chains: 4_000_000 },
    'Sampling with 4000000 chains needs about 10.00 GB of memory (1.00 GB for weights and the engine, 9.00 GB for values that grow with the batch); 5.00 GB are free: use fewer chains (about 1,000,000 would fit).',
  ],
])('%j that cannot fit is refused', (options, message) => {
  expect(() => requireRoom(demand, { seed: 1, ...options }, 5 * GB)).toThrow(new UserError(message))
})

test.each(engineNames)('a batch too large for any machine is refused before it is made, on %s', async (name) => {
  const { engine } = await openEngine(name)
  const x = { kind: 'batch', name: 'x', shape: [null, 100_000], dtype: 'float32', divisor: 1 } as const
  const sum: Program = {
    state: [],
    inputs: [x],
    run: (_, { x }) => ({ state: {}, outputs: { sum: tf.sum(x!) } }),
  }
  await expect(engine.load({ sum }, { seed: 1, batchSize: 100_000_000 })).rejects.toThrow(
    /^A step of batch 100000000 needs about .* GB of memory \(.*\); .* are free: use a smaller fit\.batch_size/,
  )
})

test.each([
  'Array buffer allocation failed',
  'Invalid typed array length: 6422528000',
  'WebAssembly.Memory(): could not allocate memory',
  'internal: ONNX Runtime: Failed to allocate memory for requested buffer of size 44302336000',
  'std::bad_alloc',
  'OOM when allocating tensor with shape[54000,26,26,32]',
])('%s is told in words', (message) => {
  expect(memoryProblem(new RangeError(message))).toMatch(/^There is too little memory \(.+\)\. Use a smaller /)
})

test.each(['Invalid typed array length: -1', 'Maximum call stack size exceeded', 'internal: no such value'])(
  '%s is no matter of memory',
  (message) => expect(memoryProblem(new RangeError(message))).toBeUndefined(),
)
