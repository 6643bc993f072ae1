/** A batch in two halves, each on a thread. */
import { availableParallelism } from 'node:os'
import { describe, expect, test } from 'vitest'
import { stepOf } from '../../../../src/engine/compiled/onnx/halves.js'
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

describe.skipIf(availableParallelism() === 1)('a batch', () => {
  test('is run in halves if its samples use each weight many times', async () => {
    expect((await stepOf(programs.train, 8, true)).halves).toBe(true)
    expect((await stepOf(programs.evaluate, 8, true)).halves).toBe(true)
    const dense = smallNetwork({ layers: [{ type: 'Dense', units: 3 }], loss: 'mse' })
    expect((await stepOf(dense.programs.train, 8, true)).halves).toBe(false)
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
})
