/** A batch in two halves, each on a thread. */
import { availableParallelism } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { HalfSession } from '../../../../src/engine/compiled/onnx/half-thread.js'
import { stepOf } from '../../../../src/engine/compiled/onnx/halves.js'
import { lowerToOnnx } from '../../../../src/engine/compiled/onnx/lower.js'
import { OtherHalf } from '../../../../src/engine/compiled/onnx/other-half.js'
import { expectClose, largest } from '../../../support/close.js'
import { loadRunner } from '../../../support/engines.js'
import { buildGraph } from '../../../support/graph.js'
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
  test('is run in halves where its samples use each weight many times', async () => {
    expect((await stepOf(programs.train, 8, true)).halves).toBe(true)
    expect((await stepOf(programs.evaluate, 8, true)).halves).toBe(true)
    const dense = smallNetwork({ layers: [{ type: 'Dense', units: 3 }], loss: 'mse' })
    expect((await stepOf(dense.programs.train, 8, true)).halves).toBe(false)
  })

  test('of an odd number of samples is not, and the next one may be', async () => {
    for (const batchSize of [8, 9]) {
      const states = []
      for (const engine of ['onnx', 'eager:cpu'] as const) {
        const runner = await loadRunner(engine, { ...programs }, { batchSize, seed: 1 })
        const { arrays } = batch(0)
        for (const [iterations, size] of [8, 7, 8, 6].entries()) {
          const some = { x: arrays.x!.subarray(0, STEPS * size), y: arrays.y!.subarray(0, size) }
          await runner.run('train', { size, arrays: some }, { learning_rate: 0.01, iterations })
        }
        states.push(await runner.read())
        await runner.dispose()
      }
      for (const [name, values] of Object.entries(states[1]!)) {
        const absolute = 1e-5 * largest(values)
        expectClose(states[0]![name]!, values, `${name} in batches of ${batchSize}`, { relative: 1e-4, absolute })
      }
    }
  })
})

describe('the other thread', () => {
  const graph = buildGraph(({ input, node }) => ({ y: node('Neg', [input('x', [2])]) }))
  const { model, nameOf, outputNameOf } = lowerToOnnx(graph)
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const x = { name: nameOf(graph.inputs[0]!.value), dtype: 'float32', address: 64 } as const
  const y = { name: outputNameOf(graph.outputs[0]!.value), dtype: 'float32', shape: [2], address: 0 } as const
  const session = (shape: number[]): HalfSession => ({
    ...{ model, options: {}, feeds: [{ ...x, shape }], gradients: [], outputs: [y] },
    results: new SharedArrayBuffer(8),
  })
  const start = () => {
    const other = new OtherHalf(memory)
    onTestFinished(() => other.dispose())
    return other
  }

  test('runs what it was given, as often as it is told', async () => {
    const other = start()
    const given = session([2])
    const number = await other.add(given)
    for (const value of [1, 2, 3]) {
      new Float32Array(memory.buffer, 64, 2).set([value, -value])
      other.start(number)
      other.finish()
      expect([...new Float32Array(given.results)]).toEqual([-value, value])
    }
  })

  test('says what went wrong, and goes on', async () => {
    const other = start()
    await expect(other.add({ ...session([2]), model: Uint8Array.of(1, 2, 3) })).rejects.toThrow(/model/i)
    other.start(await other.add(session([3])))
    expect(() => other.finish()).toThrow(/dimension/i)
    other.start(await other.add(session([2])))
    other.finish()
  })

  test('leaves nothing behind', async () => {
    const ports = () => process.getActiveResourcesInfo().filter((name) => /MessagePort|Worker/.test(name)).length
    const before = ports()
    const other = new OtherHalf(memory)
    await other.add(session([2]))
    await other.dispose()
    expect(ports()).toBeLessThanOrEqual(before)
  })
})
