/** An exported ONNX model gives what our engine gives, for batches of any size. */
import { describe, expect, test } from 'vitest'
import type { Named, Numbers } from '../../../src/base/field.js'
import { inputKey, inputShapes } from '../../../src/base/form.js'
import { sizeOf } from '../../../src/base/shape.js'
import { batches } from '../../../src/data/batches.js'
import { openEngine } from '../../../src/engine/registry.js'
import { inferenceOf } from '../../../src/run/export/inference.js'
import { onnxModel } from '../../../src/run/export/onnx.js'
import type { TrainedModel } from '../../../src/run/open-model.js'
import { onnxTensor, openOnnx } from '../../support/onnx-file.js'
import { expectSamePrepared, refusal } from '../../support/prepared-onnx.js'
import { specs } from '../../support/specs.js'
import { untrained } from '../../support/untrained.js'

const ROWS = 7

/** The inputs of a model for rows of its data, as numbers. */
function inputsOf({ form }: TrainedModel, arrays: Named<Numbers>, count: number): Named<Float32Array> {
  return Object.fromEntries(
    Object.entries(form.inputs).map(([name, { divisor, shape }]) => {
      const stored = arrays[inputKey(name)]!.subarray(0, count * sizeOf(shape))
      return [name, Float32Array.from(stored as Float32Array, (value) => value / divisor)]
    }),
  )
}

/** The outputs of our engine. */
async function answers(trained: TrainedModel, arrays: Named<Float32Array>, size: number) {
  const { engine } = await openEngine('eager:cpu')
  const program = inferenceOf(trained)
  const state = program.state.map((slot) => ({ ...slot, initial: () => trained.weights[slot.name]! }))
  const runner = await engine.load({ inference: { ...program, state } }, { seed: 1, batchSize: size })
  try {
    return await runner.run('inference', { size, arrays }, {})
  } finally {
    await runner.dispose()
  }
}

/** Specs whose preparation ONNX cannot say, with the words for it. */
const UNPREPARED: Readonly<Record<string, string>> = {
  'class-rbm-mnist-cd25.json': 'Binarize draws at random with method "sample"',
  'class-rbm-mnist.json': 'Binarize draws at random with method "sample_each_epoch"',
  'japanese-vowels.json': 'pads sequences to one length',
  'rbm-mnist-cd1.json': 'Binarize draws at random',
  'rbm-mnist-cd25.json': 'Binarize draws at random',
  'rbm-mnist-pcd.json': 'Binarize draws at random',
}

describe('every spec that ships, and its preparation', () => {
  test.each(specs)('%s', async (file) => {
    const model = await untrained(file)
    const { trained, data } = model
    const words = UNPREPARED[file]
    if (words === undefined) await expectSamePrepared(model, 'train', ROWS)
    else await expect(refusal(trained)).resolves.toContain(words)
    const session = await openOnnx(await onnxModel(trained, { withPreparation: false }))
    const [table] = [data.test, data.train].filter(({ count }) => count > 0)
    const { value } = await batches(table!, { batchSize: ROWS }).next()
    for (const size of [ROWS, 1]) {
      const given = inputsOf(trained, value.arrays, size)
      const shapes = inputShapes(trained.form)
      const feeds = Object.entries(given).map(([name, values]) => [name, onnxTensor(values, [size, ...shapes[name]!])])
      const found = await session.run(Object.fromEntries(feeds))
      const expected = await answers(trained, given, size)
      expect(Object.keys(found)).toEqual(Object.keys(expected))
      for (const [name, values] of Object.entries(expected)) {
        expect(found[name]!.dims[0]).toBe(size)
        const differences = values.map((one, at) => Math.abs(one - found[name]!.data[at]!))
        expect(Math.max(...differences), name).toBeLessThan(1e-5)
      }
    }
  })
})
