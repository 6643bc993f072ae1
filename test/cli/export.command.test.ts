/** `train export RUN`: a trained model for another program. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../support/command.js'
import { onnxTensor, openOnnx } from '../support/onnx-file.js'
import { SMALL_RBM, trainedRuns } from '../support/rbm-run.js'

const NETWORK = {
  data: { dataset: 'mnist-10k', flatten: true },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 10, activation: 'softmax', name: 'digit' }] },
  loss: 'sparse_categorical_crossentropy',
  fit: { epochs: 1, batch_size: 100 },
}
const SCHEDULED = {
  ...NETWORK,
  optimizer: { type: 'SGD', learning_rate: { type: 'OneCycle', max_learning_rate: 0.1 } },
}
const UNKNOWN_TO_TFJS = {
  ...NETWORK,
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 10, activation: 'hard_tanh' }] },
  loss: 'mse',
}

let cwd: string
beforeAll(async () => {
  cwd = await trainedRuns({ network: NETWORK, rbm: SMALL_RBM, unknown: UNKNOWN_TO_TFJS, scheduled: SCHEDULED })
})

const floats = (path: string) => new Float32Array(Uint8Array.from(readFileSync(join(cwd, path))).buffer)

test('an ONNX model has the names of the spec and the trained weights', async () => {
  const { code, stdout } = await runCommand(['export', 'network'], { cwd })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'network/model.onnx\n' })
  const session = await openOnnx(readFileSync(join(cwd, 'network/model.onnx')))
  expect(session.inputNames).toEqual(['x'])
  expect(session.outputNames).toEqual(['digit'])
  const { digit } = await session.run({ x: onnxTensor(new Float32Array(3 * 784), [3, 784]) })
  const bias = floats('network/model/weights.bin').slice(-10)
  const sum = bias.reduce((total, value) => total + Math.exp(value), 0)
  const expected = [...bias].map((value) => Math.exp(value) / sum)
  expect(digit!.dims).toEqual([3, 10])
  for (const [place, value] of digit!.data.entries()) expect(value).toBeCloseTo(expected[place % 10]!, 6)
})

/** One row is enough for every kind of column. */
const TABLE = {
  data: { source: 'table.csv', features: { size: 'float_normalized', colour: 'string_categorical' }, target: 'kind' },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  fit: { epochs: 1 },
}

describe('a bundle', () => {
  /** Runs the program for Node as it stands, with the packages of this project. */
  async function answersOf(folder: string): Promise<string[]> {
    symlinkSync(join(import.meta.dirname, '../../node_modules'), join(cwd, folder, 'node_modules'))
    const { stdout } = await promisify(execFile)(process.execPath, ['predict.js'], { cwd: join(cwd, folder) })
    return stdout.trim().split('\n')
  }

  test('of prepared rows has programs that use the model', async () => {
    const { code, stdout } = await runCommand(['export', 'network', '--bundle', 'digits'], { cwd })
    expect({ code, files: stdout.trim().split('\n') }).toEqual({
      code: 0,
      files: ['model.onnx', 'README.md', 'example.json', 'spec.json', 'preparation.json', 'package.json']
        .concat(['predict.js', 'index.html', 'predict.py'])
        .map((name) => `digits/${name}`),
    })
    expect(readFileSync(join(cwd, 'digits/README.md'), 'utf8')).toContain('| x | float32 | (batch, 784) |')
    const { x } = JSON.parse(readFileSync(join(cwd, 'digits/example.json'), 'utf8')).inputs
    const session = await openOnnx(readFileSync(join(cwd, 'network/model.onnx')))
    const { digit } = await session.run({ x: onnxTensor(Float32Array.from(x.data), x.dims) })
    const best = [0, 1]
      .map((row) => digit!.data.slice(10 * row, 10 * row + 10))
      .map((row) => row.indexOf(Math.max(...row)))
    const lines = await answersOf('digits')
    expect(lines.map((line) => line.split(' ').slice(0, 3))).toEqual(
      best.map((one, row) => ['digit', `${row}`, `${one}`]),
    )
  })

  test('of rows as they are in the data names the classes', async () => {
    writeFileSync(join(cwd, 'table.csv'), 'size,colour,kind\n1,red,cat\n2,green,dog\n3,red,dog\n4,blue,cat\n')
    writeFileSync(join(cwd, 'table.json'), JSON.stringify(TABLE))
    await runCommand(['table.json', '--out', 'table'], { cwd })
    const { code } = await runCommand(['export', 'table', '--bundle', 'animals', '--with-preparation'], { cwd })
    expect(code).toBe(0)
    const { inputs } = JSON.parse(readFileSync(join(cwd, 'animals/example.json'), 'utf8'))
    expect(inputs.colour).toEqual({ type: 'string', dims: [2], data: ['red', 'red'] })
    for (const line of await answersOf('animals')) expect(line).toMatch(/^dense [01] (cat|dog) 0\.\d+$/)
  })
})

test('an RBM gives the probabilities of its hidden units', async () => {
  const { code, stdout } = await runCommand(['export', 'rbm', '--to', 'onnx', '-o', 'hidden.onnx'], { cwd })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'hidden.onnx\n' })
  const session = await openOnnx(readFileSync(join(cwd, 'hidden.onnx')))
  const { hidden } = await session.run({ x: onnxTensor(new Float32Array(2 * 784), [2, 784]) })
  expect(hidden!.dims).toEqual([2, 12])
})

test('tfjs writes the files of the run into a new folder', async () => {
  const { code, stdout } = await runCommand(['export', 'network', '--to', 'tfjs', '--out', 'web'], { cwd })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'web/model.json\nweb/weights.bin\n' })
  for (const name of readdirSync(join(cwd, 'web'))) {
    expect(readFileSync(join(cwd, 'web', name))).toEqual(readFileSync(join(cwd, 'network/model', name)))
  }
})

test('keras, safetensors and csv write files named after them into the run', async () => {
  const written = {
    keras: ['network/model.keras'],
    safetensors: ['network/model.safetensors'],
    csv: ['weights.json', 'digit.kernel.csv', 'digit.bias.csv'].map((name) => `network/csv/${name}`),
  }
  for (const [format, paths] of Object.entries(written)) {
    const { code, stdout } = await runCommand(['export', 'network', '--to', format], { cwd })
    expect({ code, stdout }).toEqual({ code: 0, stdout: paths.map((path) => `${path}\n`).join('') })
  }
  const bias = readFileSync(join(cwd, 'network/csv/digit.bias.csv'), 'utf8').trim().split('\n').map(Number)
  const trained = floats('network/model/weights.bin').slice(-10)
  expect(Float32Array.from(bias)).toEqual(trained)
  expect(readFileSync(join(cwd, 'network/model.safetensors')).subarray(-40)).toEqual(Buffer.from(trained.buffer))
  expect(readFileSync(join(cwd, 'network/model.keras')).subarray(0, 4).toString()).toBe('PK\x03\x04')
})

test('a note says what a .keras file lacks, and the weights of an RBM are written', async () => {
  const { code, stderr } = await runCommand(['export', 'scheduled', '--to', 'keras'], { cwd })
  expect(code).toBe(0)
  expect(stderr).toContain('The file has no optimizer, loss and metrics: Keras has no OneCycle.\n')
  const { stdout } = await runCommand(['export', 'rbm', '--to', 'csv', '-o', 'weights'], { cwd })
  expect(stdout).toContain('weights/rbm.kernel.csv\n')
})

test.each([
  [['network', '--to', 'tfjs', '-o', 'network'], 'is not empty'],
  [['network', '-o', 'network/model/weights.bin'], '--out: network/model/weights.bin would overwrite'],
  [['network', '-o', 'none/model.onnx'], 'no such file or folder'],
  [['rbm', '--to', 'tfjs'], 'TensorFlow.js has no RBM: export it as onnx'],
  [['rbm', '--to', 'keras'], 'Keras has no RBM: export it as onnx, safetensors or csv'],
  [['unknown', '--to', 'tfjs'], 'TensorFlow.js lacks hard_tanh'],
  [['network', '--to', 'tfjs', '--with-preparation'], '--with-preparation is for onnx'],
  [['rbm', '--bundle', 'network'], 'is not empty'],
  [['network', '--bundle', 'new', '-o', 'model.onnx'], '--out and --bundle cannot be used together'],
  [['network', '--bundle', 'new', '--to', 'tfjs'], '--bundle has the model as onnx'],
  [['nothing'], 'nothing is not the folder of a run: no such folder'],
])('%j is refused, and nothing is written', async (args, words) => {
  const before = readdirSync(cwd, { recursive: true })
  const { code, stdout, stderr } = await runCommand(['export', ...args], { cwd })
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(words) })
  expect(readdirSync(cwd, { recursive: true })).toEqual(before)
})
