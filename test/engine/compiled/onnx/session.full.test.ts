/** A session of ONNX Runtime reads and writes arrays in place. */
import { expect, onTestFinished, test } from 'vitest'
import { foreignKernel } from '../../../../src/engine/compiled/crew/foreign.js'
import { lowerToOnnx } from '../../../../src/engine/compiled/onnx/lower.js'
import { callsOf } from '../../../../src/engine/compiled/onnx/sections/section-sessions.js'
import { checkAll, OnnxSession, type PlacedTensor } from '../../../../src/engine/compiled/onnx/session.js'
import { buildGraph } from '../../../support/graph.js'

const graph = buildGraph(({ input, node }) => ({ y: node('Neg', [input('x', [2])]) }))
const { sections, nameOf, outputNameOf } = lowerToOnnx(graph)
const { model } = sections[0]!
const [x, y] = [nameOf(graph.inputs[0]!.value), outputNameOf(graph.outputs[0]!.value)]

const tensor = (shape: number[], values = new Float32Array(2)): PlacedTensor => ({ dtype: 'float32', shape, values })

async function newSession() {
  const session = await OnnxSession.create(model, { threads: 1 })
  onTestFinished(() => session.release())
  return session
}

test('every run uses the same arrays, in memory of one thread or of several', async () => {
  const session = await newSession()
  const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  for (const given of [new Float32Array(2), new Float32Array(buffer, 64, 2)]) {
    const result = new Float32Array(buffer, 128, 2)
    const prepared = session.prepare({ [x]: tensor([2], given) }, { [y]: tensor([2], result) })
    for (const value of [1, 2, 3]) {
      given.set([value, -value])
      prepared.run()
      expect([...result]).toEqual([-value, value])
    }
  }
})

test('runs as calls for a crew are independent', async () => {
  const session = await newSession()
  const results = [new Float32Array(2), new Float32Array(2)] as const
  const runs = results.map((result, index) =>
    session.prepare({ [x]: tensor([2], Float32Array.of(index, 7)) }, { [y]: tensor([2], result) }),
  )
  const calls = callsOf(runs.map((run) => [run]))
  foreignKernel(calls, [])(0, 2)
  checkAll(calls.results)
  expect(results.map((result) => [...result])).toEqual([
    [-0, -7],
    [-1, -7],
  ])
})

test('an error gives a message, and the session still works', async () => {
  await expect(OnnxSession.create(Uint8Array.of(1, 2, 3), { threads: 1 })).rejects.toThrow(
    /^internal: ONNX Runtime: .*model/i,
  )
  const session = await newSession()
  expect(() => session.prepare({ z: tensor([2]) }, {})).toThrow(/^internal: ONNX Runtime: .*\bz\b/)
  const wrong = session.prepare({ [x]: tensor([1, 2]) }, { [y]: tensor([2]) })
  expect(() => wrong.run()).toThrow(/^internal: ONNX Runtime: .*rank/i)
  const calls = callsOf([[wrong], [wrong]])
  foreignKernel(calls, [])(0, 2)
  expect(() => checkAll(calls.results)).toThrow(/^internal: ONNX Runtime: .*rank/i)
  expect([...calls.results]).toEqual([0n, 0n])
  const result = new Float32Array(2)
  session.prepare({ [x]: tensor([2], Float32Array.of(1, 2)) }, { [y]: tensor([2], result) }).run()
  expect([...result]).toEqual([-1, -2])
})
