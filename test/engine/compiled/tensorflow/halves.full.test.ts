/** A batch in two halves, whose operators run side by side. */
import { availableParallelism } from 'node:os'
import { describe, expect, test } from 'vitest'
import { stepOf } from '../../../../src/engine/compiled/tensorflow/halves.js'
import { expectClose, expectSameState, largestMagnitude } from '../../../support/close.js'
import { arraysOf, X, Y } from '../../../support/data.js'
import { engineNames, loadRunner } from '../../../support/engines.js'
import { smallNetwork } from '../../../support/network.js'

const STEPS = 4
const ANY = Number.POSITIVE_INFINITY
/** Noise of the two dropouts begins within a count of the counter, and between two. */
const layers = [
  { type: 'LSTM', units: 160, return_sequences: true, dropout: 0.2, recurrent_dropout: 0.1 },
  { type: 'GRU', units: 65, dropout: 0.2 },
  { type: 'Dropout', rate: 0.3 },
  { type: 'Dense', units: 3, activation: 'softmax' },
]
const loss = 'sparse_categorical_crossentropy'
const { programs, batch } = smallNetwork({ layers, loss, optimizer: 'Adam', metrics: ['acc'] }, [STEPS, 3])

describe.skipIf(availableParallelism() === 1)('a batch', () => {
  test('is run in halves if there is enough to compute and no operation combines samples', async () => {
    expect((await stepOf(programs.train, 8, { mostNodes: ANY })).halves).toBe(true)
    for (const nodes of [0, 100]) expect((await stepOf(programs.train, 8, { mostNodes: nodes })).halves).toBe(false)
    expect((await stepOf(programs.train, 7, { mostNodes: ANY })).halves).toBe(false)
    const few = smallNetwork({ layers: [{ type: 'Dense', units: 3 }], loss: 'mse' })
    expect((await stepOf(few.programs.train, 8, { mostNodes: ANY })).halves).toBe(false)
    const combined = smallNetwork({ layers: [{ type: 'BatchNormalization' }, ...layers], loss }, [STEPS, 3])
    expect((await stepOf(combined.programs.train, 8, { mostNodes: ANY })).halves).toBe(false)
  })

  describe.runIf(engineNames.includes('tensorflow'))('on tensorflow', () => {
    const states = async (engine: 'tensorflow' | 'eager:cpu', batchSize: number, sizes: readonly number[]) => {
      const runner = await loadRunner(engine, { ...programs }, { batchSize, seed: 1 })
      const { arrays } = batch(0)
      const outputs: number[] = []
      for (const [iterations, size] of sizes.entries()) {
        const some = arraysOf(arrays[X]!.subarray(0, 3 * STEPS * size), arrays[Y]!.subarray(0, size))
        const { loss } = await runner.run('train', { size, arrays: some }, { learning_rate: 0.01, iterations })
        outputs.push(loss![0]!)
      }
      return { state: await runner.read(), outputs }
    }

    test('gives the result of the whole batch; one of an odd number of samples stays whole', async () => {
      const sizes = [8, 7, 6]
      const [found, expected] = [await states('tensorflow', 8, sizes), await states('eager:cpu', 8, sizes)]
      expectClose(found.outputs, expected.outputs, 'losses', { relative: 1e-4, absolute: 0 })
      for (const [name, values] of Object.entries(expected.state)) {
        expectClose(found.state[name]!, values, name, { relative: 1e-4, absolute: 1e-4 * largestMagnitude(values) })
      }
    })

    test('gives the same bits for the same seed', async () => {
      const [first, again] = [await states('tensorflow', 8, [8, 8]), await states('tensorflow', 8, [8, 8])]
      expectSameState(again.state, first.state)
    })
  })
})
