/** `train export RUN`: a trained model for another program. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
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
  [['nothing'], 'nothing is not the folder of a run: no such folder'],
])('%j is refused, and nothing is written', async (args, words) => {
  const before = readdirSync(cwd, { recursive: true })
  const { code, stdout, stderr } = await runCommand(['export', ...args], { cwd })
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(words) })
  expect(readdirSync(cwd, { recursive: true })).toEqual(before)
})
