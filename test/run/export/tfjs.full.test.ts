/** TensorFlow.js on Node opens the exported files, and gives what our engine gives. */
import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import { expect, test } from 'vitest'
import { exportedTfjs, REFUSED } from '../../support/exported-tfjs.js'
import { expectOutputs } from '../../support/predictions.js'
import { specs } from '../../support/specs.js'

test.each(specs)('%s', async (file) => {
  const exported = await exportedTfjs(file)
  if (typeof exported === 'string') {
    expect(exported).toMatch(REFUSED)
    return
  }
  const { files, inputs } = exported
  const { modelTopology, weightsManifest } = JSON.parse(Buffer.from(files['model.json']!).toString())
  const weightData = Uint8Array.from(files['weights.bin']!).buffer
  const model = await tfl.loadLayersModel({
    load: async () => ({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
  })
  const outputs = tf.tidy(() => {
    const given = inputs.map(({ shape, values }) => tf.tensor([...values], [...shape]))
    return [model.predict(given)].flat().map((output) => output.dataSync())
  })
  model.dispose()
  expectOutputs(exported, outputs)
})

test('some specs that ship are opened, with several outputs too', async () => {
  expect(await exportedTfjs('mnist-multitask.json')).toMatchObject({ inputs: [{ shape: [3, 28, 28] }] })
})
