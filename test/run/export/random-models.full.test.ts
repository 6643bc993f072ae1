/** Models drawn at random give the same outputs as ONNX, for a batch of another size than any that was traced. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { inputShapes } from '../../../src/base/form.js'
import { sizeOf } from '../../../src/base/shape.js'
import { buildModel } from '../../../src/model/model.js'
import { onnxModel } from '../../../src/run/export/onnx.js'
import type { TrainedModel } from '../../../src/run/open-model.js'
import { outputsOf } from '../../../src/spec/outputs.js'
import { type SupervisedSpec, specSchema } from '../../../src/spec/spec.js'
import { evenly, hashes } from '../../support/hashed.js'
import { onnxTensor, openOnnx } from '../../support/onnx-file.js'
import { dataOf, firstValue, randomModels } from '../../support/random-models.js'

/** Every case with RANDOM_MODELS=all, else some. */
const SOME = 4
await tf.setBackend('cpu')

const cases = randomModels.cases.filter((_, index) => process.env.RANDOM_MODELS === 'all' || index % SOME === 0)
const BATCH = 3

describe('models drawn at random', () => {
  test.each(cases)('model $number', async ({ data: made, spec: given }) => {
    const spec = { name: 'random', ...specSchema.parse({ data: 'mnist', ...given }) } as SupervisedSpec
    const { form } = dataOf(made, 0)
    const network = buildModel(spec.model, inputShapes(form), 0, outputsOf(spec))
    const weights = Object.fromEntries(network.weights.map(({ name, shape }) => [name, firstValue(name, shape)]))
    const preparation = { form, columns: {}, facts: {}, learnt: {} }
    const trained: TrainedModel = { directory: '', spec, form, preparation, model: network, network, weights }
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
  const spec = {
    name: 'sizes',
    ...specSchema.parse({ data: 'mnist', model: { type: 'Sequential', layers }, loss: 'mse' }),
  }
  const network = buildModel((spec as SupervisedSpec).model, { x: [13] }, 0, outputsOf(spec as SupervisedSpec))
  const weights = Object.fromEntries(network.weights.map(({ name, shape }) => [name, firstValue(name, shape)]))
  const { form } = dataOf(cases[0]!.data, 0)
  const inputs = { x: { ...form.inputs.x!, shape: [13] } }
  const preparation = { form, columns: {}, facts: {}, learnt: {} }
  const trained = { directory: '', spec, form: { ...form, inputs }, preparation, model: network, network, weights }
  const session = await openOnnx(await onnxModel(trained as TrainedModel, { withPreparation: false }))
  const found = await session.run({ x: onnxTensor(new Float32Array(2 * 13), [2, 13]) })
  expect(Object.values(found)[0]!.dims).toEqual([2, 17])
})
