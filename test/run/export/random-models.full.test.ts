/** Models drawn at random give the same outputs as ONNX, for a batch of another size than any that was traced. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { sizeOf } from '../../../src/base/shape.js'
import { onnxModel } from '../../../src/run/export/onnx.js'
import { evenly, hashes } from '../../support/hashed.js'
import { onnxTensor, openOnnx } from '../../support/onnx-file.js'
import { dataOf, drawnCases, firstModel, specOf } from '../../support/random-models.js'

/** One of so many cases. */
const SOME = 4
await tf.setBackend('cpu')

const cases = drawnCases(SOME)
const BATCH = 3

describe('models drawn at random', () => {
  test.each(cases)('model $number', async ({ data: made, spec: given }) => {
    const trained = firstModel(specOf(given), dataOf(made, 0).form)
    const { network, weights } = trained
    const session = await openOnnx(await onnxModel(trained, { withPreparation: false }))

    const [[name, shape]] = Object.entries(network.inputs) as [[string, readonly number[]]]
    const count = BATCH * sizeOf(shape)
    const whole = made.below === undefined ? null : hashes('x', count).map((hash) => hash % made.below!)
    const values = Float32Array.from(whole ?? evenly('x', count), (value) =>
      made.kind === 'bytes' ? Math.abs(value) : value,
    )
    const found = await session.run({ [name]: onnxTensor(values, [BATCH, ...shape]) })
    const expected = tf.tidy(() => {
      const state = Object.fromEntries(
        network.weights.map(({ name, shape }) => [name, tf.tensor(weights[name]!, [...shape])]),
      )
      const { outputs } = network.apply({ [name]: tf.tensor(values, [BATCH, ...shape]) }, state)
      return outputs.map(({ output }) => Array.from(output.dataSync()))
    })
    for (const [index, output] of session.outputNames.entries()) {
      const largest = expected[index]!.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
      const differences = expected[index]!.map((one, at) => Math.abs(one - found[output]!.data[at]!) / largest)
      expect(Math.max(...differences), output).toBeLessThan(1e-5)
    }
  })
})

test('layers may have as many units as a traced batch has rows', async () => {
  const layers = [13, 17, 13, 17].map((units) => ({ type: 'Dense', units, activation: 'softmax' }))
  const spec = specOf({ model: { type: 'Sequential', layers }, loss: 'mse' })
  const { form } = dataOf(cases[0]!.data, 0)
  const trained = firstModel(spec, { ...form, inputs: { x: { ...form.inputs.x!, shape: [13] } } })
  const session = await openOnnx(await onnxModel(trained, { withPreparation: false }))
  const found = await session.run({ x: onnxTensor(new Float32Array(2 * 13), [2, 13]) })
  expect(Object.values(found)[0]!.dims).toEqual([2, 17])
})
