/** Files of callbacks are complete, in the folder of the run. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { io } from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { callbackFiles } from '../../src/export/callback-files.js'
import { saveModel } from '../../src/export/model.js'
import { readModel } from '../../src/export/saved-model.js'
import { buildModel } from '../../src/model/model.js'
import type { FileAction } from '../../src/training/callbacks/callback.js'
import { temporaryFolder } from '../support/command.js'
import { eventsOf } from '../support/event-file.js'
import { resolveModel } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const model = buildModel(resolveModel([{ type: 'Dense', units: 2, activation: 'relu' }]), { x: [3] }, 1)
const weightsOf = (value: number) =>
  Object.fromEntries(model.weights.map(({ name, initial }) => [name, initial().fill(value)]))

/** Writes into a folder, one after the other. */
async function write(folder: string, actions: readonly FileAction[], weights = weightsOf(1)) {
  const files = await callbackFiles(folder, model)
  for (const action of actions) await files.write(action, async () => weights)
  await files.close()
}

const append = (path: string, text: string, header = ''): FileAction => ({ type: 'appendText', path, text, header })
const save = (path: string, weightsOnly = false): FileAction => ({ type: 'saveModel', path, weightsOnly })

test('text is appended below its header', async () => {
  const folder = temporaryFolder()
  await write(folder, [append('a/b.csv', ''), append('a/b.csv', '1\n', 'x\n'), append('a/b.csv', '2\n', 'x\n')])
  expect(readFileSync(join(folder, 'a/b.csv'), 'utf8')).toBe('x\n1\n2\n')
  await write(folder, [append('a/b.csv', '3\n', 'x\n')])
  expect(readFileSync(join(folder, 'a/b.csv'), 'utf8')).toBe('x\n1\n2\n3\n')
})

test.each([
  ['another header', 'epoch,loss\r\n0,1\r\n', 'epoch,loss'],
  ['one column more', 'epoch,acc,loss,val_loss\r\n', 'epoch,acc,loss,val_loss'],
  ['another separator', 'epoch;acc;loss\r\n', 'epoch;acc;loss'],
  ['something else', `{"name":"${'x'.repeat(99)}"}\n`, `{"name":"${'x'.repeat(45)}`],
])('nothing is added to a file with %s', async (_, before, found) => {
  const folder = temporaryFolder({ 'log.csv': before })
  const adding = write(folder, [append('log.csv', '', 'epoch,acc,loss\r\n')])
  await expect(adding).rejects.toThrow(
    `Cannot add rows to ${join(folder, 'log.csv')}: its first line is ${JSON.stringify(found)}, but the columns are "epoch,acc,loss".`,
  )
  expect(readFileSync(join(folder, 'log.csv'), 'utf8')).toBe(before)
})

test.each([
  ['whole', 'epoch,loss\r\n0,1\r\n', ''],
  ['of another system', 'epoch,loss\n0,1\n', ''],
  ['that was cut', 'epoch,loss\r\n0,1', '\r\n'],
])('rows are added to a file %s', async (_, before, between) => {
  const folder = temporaryFolder({ 'log.csv': before })
  const header = 'epoch,loss\r\n'
  await write(folder, [append('log.csv', '', header), append('log.csv', '1,2\r\n', header)])
  expect(readFileSync(join(folder, 'log.csv'), 'utf8')).toBe(`${before}${between}1,2\r\n`)
})

test('a path may be outside of the folder', async () => {
  const folder = temporaryFolder()
  await write(join(folder, 'runs/1'), [append('../all.csv', '1\n')])
  expect(readFileSync(join(folder, 'runs/all.csv'), 'utf8')).toBe('1\n')
})

test('a model is saved in the format of the final one, and replaces itself', async () => {
  const folder = temporaryFolder()
  await write(folder, [save('checkpoints/best')])
  expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['best'])
  const files = join(folder, 'checkpoints/best')
  expect(readdirSync(files)).toEqual(['model.json', 'weights.bin'])
  const topology = readFileSync(join(files, 'model.json'), 'utf8')
  expect(JSON.parse(topology)).toMatchObject({ format: 'layers-model', weightsManifest: [{ paths: ['weights.bin'] }] })
  await write(folder, [save('checkpoints/best')], weightsOf(2))
  expect(readFileSync(join(files, 'model.json'), 'utf8')).toBe(topology)
  expect(readFileSync(join(files, 'weights.bin'))).toEqual(Buffer.from(new Float32Array(8).fill(2).buffer))
})

test('a model that is written once has a checksum that detects damage', async () => {
  const folder = temporaryFolder()
  await saveModel(folder, model, weightsOf(1), { checksum: true })
  expect([...(await readModel(folder)).weights.keys()]).toEqual(['dense/kernel', 'dense/bias'])
  const path = join(folder, 'weights.bin')
  const bytes = readFileSync(path)
  for (const at of [0, bytes.length - 1]) {
    writeFileSync(path, Buffer.from(bytes).fill(bytes[at]! ^ 1, at, at + 1))
    await expect(readModel(folder)).rejects.toThrow('the file is damaged, or belongs to another run')
  }
  // as `tf.loadLayersModel` reads it
  const manifest = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')).weightsManifest
  const loaded = await io.weightsLoaderFactory(async () => [new Uint8Array(bytes).buffer])(manifest)
  expect(Object.keys(loaded)).toEqual(['dense/kernel', 'dense/bias'])
  for (const tensor of Object.values(loaded)) tensor.dispose()
})

test('weights alone are what tf.io.loadWeights reads', async () => {
  const folder = temporaryFolder()
  await write(folder, [save('w', true)], weightsOf(3))
  expect(readdirSync(join(folder, 'w'))).toEqual(['weights.bin', 'weights_manifest.json'])
  const [{ weights }] = JSON.parse(readFileSync(join(folder, 'w/weights_manifest.json'), 'utf8'))
  const bytes = readFileSync(join(folder, 'w/weights.bin'))
  const tensors = io.decodeWeights(new Uint8Array(bytes).buffer, weights)
  expect(Object.values(tensors).map(({ shape }) => shape)).toEqual([[3, 2], [2]])
  for (const tensor of Object.values(tensors)) {
    expect(new Set(tensor.dataSync())).toEqual(new Set([3]))
    tensor.dispose()
  }
})

test('a model that cannot be saved leaves no files', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'a'))
  writeFileSync(join(folder, 'a/b'), '')
  await expect(write(folder, [save('a/b/c')])).rejects.toThrow()
  expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual(['a', 'a/b'])
})

test('scalars of a folder go to one file of events', async () => {
  const folder = temporaryFolder()
  const scalars = (directory: string, step: number, value: number): FileAction => ({
    type: 'writeScalars',
    directory,
    step,
    scalars: { epoch_loss: value },
  })
  await write(folder, [scalars('logs/train', 0, 0.5), scalars('logs/validation', 0, 1), scalars('logs/train', 1, 0.25)])
  const eventsIn = (directory: string) => {
    const [name, ...more] = readdirSync(join(folder, directory))
    expect(more).toEqual([])
    const [first, ...rest] = eventsOf(readFileSync(join(folder, directory, name!)))
    expect(first!.version).toBe('brain.Event:2')
    return rest.map(({ step, values }) => [step, ...values.map(({ tag, value }) => `${tag} ${value}`)])
  }
  expect(eventsIn('logs/train')).toEqual([
    [0, 'epoch_loss 0.5'],
    [1, 'epoch_loss 0.25'],
  ])
  expect(eventsIn('logs/validation')).toEqual([[0, 'epoch_loss 1']])
})

test('a file is remembered before it is there, so that a killed process leaves none that is unknown', async () => {
  const folder = temporaryFolder({ 'old.csv': 'x\n1\n' })
  const opened: unknown[] = []
  const files = await callbackFiles(folder, model, {
    async onOpen(file) {
      opened.push({ ...file, isThere: readdirSync(folder).includes(file.path.split('/')[0]!) })
    },
  })
  const state = async () => weightsOf(1)
  for (let step = 1; step <= 2; step++) {
    await files.write(append('new.csv', '1\n'), state)
    await files.write(append('old.csv', '2\n'), state)
    await files.write({ type: 'writeScalars', directory: 'logs', step, scalars: { loss: 1 } }, state)
  }
  await files.close()
  expect(opened).toEqual([
    { path: 'new.csv', bytes: 0, scalars: null, isThere: false },
    { path: 'old.csv', bytes: 4, scalars: null, isThere: true },
    { path: expect.stringMatching(/^logs\/events\.out\.tfevents\./), bytes: 0, scalars: 'logs', isThere: false },
  ])
})
