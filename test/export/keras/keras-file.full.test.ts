/** A `.keras` file is a ZIP file of three, with the weights in HDF5. */
import { buffer } from 'node:stream/consumers'
import { File, ready } from 'h5wasm'
import { expect, onTestFinished, test } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { kerasFile } from '../../../src/export/keras/keras-file.js'
import { buildModel } from '../../../src/model/model.js'
import { type SupervisedSpec, specSchema } from '../../../src/spec/spec.js'

const { model: given } = specSchema.parse({
  data: 'mnist',
  model: {
    type: 'Sequential',
    layers: [{ type: 'GRU', units: 2 }, 'BatchNormalization', { type: 'Dense', units: 3 }, { type: 'Dense', units: 1 }],
  },
  loss: 'mse',
}) as SupervisedSpec
const model = buildModel(given, { x: [4, 3] }, 0)
const weights = Object.fromEntries(model.weights.map((weight) => [weight.name, weight.initial()]))
const file = () => kerasFile(model, weights, { name: 'test', compile: null, metadata: { spec: '{}' } })

async function entriesOf(bytes: Uint8Array): Promise<Readonly<Record<string, Buffer>>> {
  const zip = await fromBufferPromise(Buffer.from(bytes))
  const entries: Record<string, Buffer> = {}
  for await (const entry of zip.eachEntry()) {
    expect(entry.compressionMethod).toBe(0)
    entries[entry.fileName] = await buffer(await zip.openReadStreamPromise(entry))
  }
  return entries
}

test('it has metadata, the configuration and the weights', async () => {
  const entries = await entriesOf(await file())
  expect(Object.keys(entries)).toEqual(['metadata.json', 'config.json', 'model.weights.h5'])
  expect(JSON.parse(`${entries['metadata.json']}`)).toEqual({ keras_version: '3.15.1', spec: '{}' })
  expect(JSON.parse(`${entries['config.json']}`)).toMatchObject({ class_name: 'Sequential', compile_config: null })
})

test('each weight lies in the group of its layer, which has its name', async () => {
  const { 'model.weights.h5': bytes } = await entriesOf(await file())
  const library = await ready
  library.FS.writeFile('test.h5', bytes!)
  const hdf5 = new File('test.h5', 'r')
  onTestFinished(() => {
    hdf5.close()
  })
  const at = (path: string) =>
    hdf5.get(path) as { shape: number[]; value: Float32Array; attrs: Record<string, { value: unknown }> }
  const expected = {
    'layers/gru/cell/vars/2': 'gru/bias',
    'layers/batch_normalization/vars/3': 'batch_normalization/moving_variance',
    'layers/dense/vars/0': 'dense/kernel',
    'layers/dense_1/vars/1': 'dense_1/bias',
  }
  for (const [path, name] of Object.entries(expected)) {
    expect(at(path).shape).toEqual(model.weights.find((weight) => weight.name === name)!.shape)
    expect(at(path).value).toEqual(weights[name])
  }
  expect(at('layers/dense_1/vars').attrs.name!.value).toBe('dense_1')
})

test('equal models give equal bytes, at another time too', async () => {
  const first = await file()
  await new Promise((resolve) => setTimeout(resolve, 2100))
  expect(Buffer.from(await file()).equals(first)).toBe(true)
})
