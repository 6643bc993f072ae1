/** Layers that a spec cannot have are refused by name, all at once; hostile archives do no harm. */
import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { UserError } from '../../src/base/issue.js'
import { temporaryFolder } from '../support/command.js'
import { importFile } from '../support/imported.js'
import { zipOf } from '../support/zip.js'

const layer = (class_name: string, config: object) => ({
  class_name,
  config: { name: class_name.toLowerCase(), ...config },
})

const chain = (...layers: object[]) =>
  JSON.stringify({
    class_name: 'Sequential',
    keras_version: '2.15.0',
    config: { layers: [layer('InputLayer', { batch_input_shape: [null, 4, 4, 2] }), ...layers] },
  })

async function problemsOf(files: Readonly<Record<string, string | Buffer>>, file: string): Promise<string[]> {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const error = (await importFile(join(folder, file)).then(
    () => new Error('imported'),
    (error) => error,
  )) as UserError
  return [error.message.replaceAll(`${folder}/`, ''), ...(error.issues ?? []).map(({ message }) => message)]
}

test('all layers and arguments are named at once', async () => {
  const json = chain(
    layer('GRUCell', {}),
    layer('Conv2D', { filters: 2, kernel_size: 3, data_format: 'channels_first', activation: 'gleu' }),
    layer('Lambda', { function: ['4wEAAAAA'] }),
    layer('Dense', { units: 3, lora_rank: 4 }),
    layer('LSTM', { units: 3, stateful: true, kernel_initializer: { class_name: 'Mine', config: {} } }),
  )
  expect(await problemsOf({ 'model.json': json }, 'model.json')).toEqual([
    'The model has 7 parts that a spec cannot have.',
    'GRUCell "grucell" is a layer that a spec does not have',
    'Conv2D "conv2d" has data_format "channels_first", which a spec cannot say',
    'Conv2D "conv2d" has an activation that is "gleu", and a spec has no such activation',
    'Lambda "lambda" is code in Python, which is never run',
    'Dense "dense" has lora_rank 4, which a spec cannot say',
    'LSTM "lstm" has stateful true, which a spec cannot say',
    'LSTM "lstm" has a kernel initializer that is "Mine", and a spec has no such initializer',
  ])
})

test('shapes that do not fit, and sizes that are too large, are refused before weights are read', async () => {
  const misfit = chain(layer('Flatten', {}), layer('Reshape', { target_shape: [5, 5] }))
  expect(await problemsOf({ 'model.json': misfit }, 'model.json')).toEqual([
    'The model has a part that a spec cannot have.',
    expect.stringContaining('Reshape "reshape"'),
  ])
  const huge = chain(layer('Flatten', {}), layer('Dense', { units: 100_000_000 }))
  expect((await problemsOf({ 'model.json': huge }, 'model.json'))[1]).toContain('weights, must be at most 200,000,000')
})

const CONFIG = chain(layer('Flatten', {}), layer('Dense', { units: 2 }))

test.each<readonly [string, Readonly<Record<string, string | Buffer>>, string]>([
  [
    'names a file outside',
    { 'config.json': CONFIG, '../evil.h5': 'x' },
    'model.keras: is not a whole archive (.keras): invalid relative path: ../evil.h5',
  ],
  ['has no configuration', { 'metadata.json': '{}' }, 'model.keras: has no config.json; this is no model of Keras'],
  [
    'unpacks to far more than its layers need',
    { 'config.json': CONFIG, 'model.weights.h5': Buffer.alloc(80 * 2 ** 20) },
    'model.keras: model.weights.h5: states 83.9 MB, more than the layers of the model can have',
  ],
  [
    'has weights that are no HDF5 file',
    { 'config.json': CONFIG, 'model.weights.h5': 'none' },
    'model.keras: model.weights.h5: is not an HDF5 file',
  ],
  [
    'has a configuration that is nested without end',
    { 'config.json': `${'['.repeat(1e5)}${']'.repeat(1e5)}` },
    'model.keras: config.json: is nested more than 200 deep',
  ],
])('an archive that %s', async (_, files, message) => {
  expect(await problemsOf({ 'model.keras': zipOf(files) }, 'model.keras')).toEqual([message])
})

test.each<readonly [string, string, string]>([
  [
    'a file in another folder',
    '../evil.bin',
    'found "../evil.bin" in "paths", must be the name of a file in the folder of the model',
  ],
  [
    'a link to another folder',
    'link.bin',
    'found "link.bin" in "paths", must be the name of a file in the folder of the model',
  ],
  [
    'a file that is too short',
    'short.bin',
    'its weights have 264 bytes, but "short.bin" only 3; a file is damaged or missing',
  ],
])('weights of TensorFlow.js in %s', async (_, path, message) => {
  const folder = temporaryFolder({ 'short.bin': 'xyz' })
  const other = temporaryFolder({ 'secret.bin': 'x' })
  symlinkSync(join(other, 'secret.bin'), join(folder, 'link.bin'))
  const weights = [
    { name: 'dense/kernel', shape: [32, 2], dtype: 'float32' },
    { name: 'dense/bias', shape: [2], dtype: 'float32' },
  ]
  writeFileSync(
    join(folder, 'model.json'),
    JSON.stringify({ modelTopology: JSON.parse(CONFIG), weightsManifest: [{ paths: [path], weights }] }),
  )
  const importing = importFile(join(folder, 'model.json'))
  await expect(importing).rejects.toThrow(message)
  expect(existsSync(join(folder, 'evil.bin'))).toBe(false)
  expect(readdirSync(other)).toEqual(['secret.bin'])
})

test('weights that were quantized are what they stand for', async () => {
  const folder = temporaryFolder()
  const quantization = { dtype: 'uint8', scale: 0.5, min: -1 }
  const weights = [
    { name: 'dense/kernel', shape: [32, 2], dtype: 'float32', quantization },
    { name: 'dense/bias', shape: [2], dtype: 'float32', quantization: { dtype: 'float16' } },
  ]
  writeFileSync(join(folder, 'w.bin'), Buffer.from([...Array(64).fill(3), 0x00, 0x3c, 0x00, 0xc0]))
  writeFileSync(
    join(folder, 'model.json'),
    JSON.stringify({ modelTopology: JSON.parse(CONFIG), weightsManifest: [{ paths: ['w.bin'], weights }] }),
  )
  const imported = await importFile(join(folder, 'model.json'))
  expect(imported.weights).toEqual({
    'dense/kernel': new Float32Array(64).fill(0.5),
    'dense/bias': Float32Array.of(1, -2),
  })
})

test('prototypes stay as they are', async () => {
  const json = CONFIG.replace(
    '"units":2',
    '"units":2,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}',
  )
  expect((await problemsOf({ 'model.json': json }, 'model.json'))[0]).toBe(
    'The model has 2 parts that a spec cannot have.',
  )
  expect('polluted' in {}).toBe(false)
})
