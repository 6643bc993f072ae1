/** A batch in parts, which two threads share. */
import { describe, expect, test } from 'vitest'
import { PURPOSE, philoxBits } from '../../../../src/base/philox.js'
import { processors } from '../../../../src/base/processors.js'
import { stepOf } from '../../../../src/engine/compiled/onnx/parts.js'
import { expectClose, largestMagnitude } from '../../../support/close.js'
import { arraysOf, X, Y } from '../../../support/data.js'
import { loadRunner } from '../../../support/engines.js'
import { smallNetwork } from '../../../support/network.js'

const STEPS = 20
const layers = [
  { type: 'LSTM', units: 4 },
  { type: 'Dense', units: 3, activation: 'softmax' },
]
const { programs, batch } = smallNetwork({ layers, loss: 'sparse_categorical_crossentropy', optimizer: 'Adam' }, [
  STEPS,
  1,
])

const convolving = smallNetwork(
  {
    layers: [
      { type: 'Conv2D', filters: 32, kernel_size: 3, activation: 'relu' },
      'MaxPooling2D',
      'GlobalAveragePooling2D',
      { type: 'Dense', units: 3 },
    ],
    loss: 'mse',
  },
  [28, 28, 1],
)

describe.skipIf(processors() === 1)('a batch', () => {
  test('is run in halves if its samples use each weight many times', async () => {
    expect((await stepOf(programs.train, 8, 8)).parts).toBe(2)
    expect((await stepOf(programs.evaluate, 8, 8)).parts).toBe(2)
    const dense = smallNetwork({ layers: [{ type: 'Dense', units: 3 }], loss: 'mse' })
    expect((await stepOf(dense.programs.train, 8, 8)).parts).toBe(1)
  })

  test('of large pictures is run in parts of 16 samples or a multiple', async () => {
    const parts = async (size: number, most = 8) => (await stepOf(convolving.programs.train, size, most)).parts
    expect([await parts(128), await parts(96), await parts(64), await parts(40), await parts(33)]).toEqual([
      8, 6, 4, 2, 1,
    ])
    expect([await parts(128, 4), await parts(96, 4), await parts(128, 2), await parts(128, 1)]).toEqual([4, 2, 2, 1])
  })

  test('of an odd number of samples stays whole; the next one may be halved', async () => {
    for (const batchSize of [8, 9]) {
      const states = []
      for (const engine of ['onnx', 'eager:cpu'] as const) {
        const runner = await loadRunner(engine, { ...programs }, { batchSize, seed: 1 })
        const { arrays } = batch(0)
        for (const [iterations, size] of [8, 7, 8, 6].entries()) {
          const some = arraysOf(arrays[X]!.subarray(0, STEPS * size), arrays[Y]!.subarray(0, size))
          await runner.run('train', { size, arrays: some }, { learning_rate: 0.01, iterations })
        }
        states.push(await runner.read())
        await runner.dispose()
      }
      for (const [name, values] of Object.entries(states[1]!)) {
        const absolute = 1e-5 * largestMagnitude(values)
        expectClose(states[0]![name]!, values, `${name} in batches of ${batchSize}`, { relative: 1e-4, absolute })
      }
    }
  })

  test('is run in halves if an update cannot take the gradients of more parts', async () => {
    const convolution = { type: 'Conv2D', filters: 8, kernel_size: 3, padding: 'same' }
    const layers = [
      convolution,
      { ...convolution, name: 'often' },
      ...[1, 2, 3].map((index) => ({ type: 'Shared', name: `again${index}`, layer: 'often' })),
      'GlobalAveragePooling2D',
      { type: 'Dense', units: 3 },
    ]
    const { programs } = smallNetwork({ layers, loss: 'mse', optimizer: 'Adam' }, [40, 40, 1])
    expect((await stepOf(programs.train, 128, 8)).parts).toBe(2)
  })

  const convolution = { type: 'Conv2D', filters: 16, kernel_size: 3 }
  test.each(
    Object.entries({
      pools: [
        { ...convolution, activation: 'relu' },
        'MaxPooling2D',
        { ...convolution, activation: 'relu' },
        { type: 'MaxPooling2D', pool_size: 2 },
        { ...convolution, padding: 'same' },
        { type: 'AveragePooling2D', pool_size: 2 },
      ],
      'a first convolution with strides and a border of zeros': [
        { ...convolution, strides: 2, padding: 'same' },
        { type: 'AveragePooling2D', pool_size: 2 },
        { ...convolution, padding: 'same' },
      ],
      'two readers of the gradient of a pool': [
        { ...convolution, padding: 'same', activation: 'relu' },
        { type: 'MaxPooling2D', pool_size: [1, 3] },
        { ...convolution, padding: 'same' },
        { type: 'MaxPooling2D', pool_size: 3 },
      ],
    }),
  )('of pictures trains in parts as it does whole: %s', async (name, convolving) => {
    const [height, width] = name === 'pools' ? [27, 25] : [17, 14]
    const layers = [...convolving, 'Flatten', { type: 'Dense', units: 3, activation: 'softmax' }]
    const loss = 'sparse_categorical_crossentropy'
    const { programs } = smallNetwork({ layers, loss, optimizer: 'SGD' }, [height!, width!, 1])
    const states = []
    const losses = []
    for (const engine of ['onnx', 'eager:cpu'] as const) {
      const runner = await loadRunner(engine, { ...programs }, { batchSize: 64, seed: 1 })
      for (const [iterations, size] of [64, 10].entries()) {
        const arrays = pictures(size, height! * width!)
        const { loss: sum } = await runner.run('train', { size, arrays }, { learning_rate: 0.05, iterations })
        losses.push(sum![0]! / size)
      }
      states.push(await runner.read())
      await runner.dispose()
    }
    expect((await stepOf(programs.train, 64, 8)).parts).toBe(name === 'pools' ? 4 : 2)
    expectClose(losses.slice(0, 2), losses.slice(2), 'losses', { relative: 1e-5 })
    for (const [name, values] of Object.entries(states[1]!)) {
      const absolute = 1e-5 * largestMagnitude(values) + 1e-7
      expectClose(states[0]![name]!, values, name, { relative: 1e-4, absolute })
    }
  })
})

/** Bytes and classes. Half of each picture is black, so that many elements of a window are equal. */
function pictures(count: number, pixels: number) {
  const bits = philoxBits({ seed: 5, purpose: PURPOSE.sample, stream: 0, step: count }, count * pixels)
  const bytes = Uint8Array.from(bits, (word, index) => (index % pixels < pixels / 2 ? 0 : word & 0xff))
  return arraysOf(
    bytes,
    Int32Array.from(bits.subarray(0, count), (word) => word % 3),
  )
}
