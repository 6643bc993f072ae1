/** `train` of a DBN from its command line to the files of each stage, and other commands on its run. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readModel } from '../../src/export/saved-model.js'
import { runCommand, temporaryFolder } from '../support/command.js'
import { trainedRuns } from '../support/rbm-run.js'
import { documentOf } from '../support/schema.js'

const DATA = { dataset: 'mnist-10k', flatten: true, binarize: 'threshold' }
const OPTIMIZER = { type: 'SGD', learning_rate: 0.1 }
const FIRST = { hidden_units: 20, optimizer: OPTIMIZER, metrics: ['reconstruction_error'], batch_size: 200, epochs: 2 }
const SECOND = { hidden_units: 12, optimizer: OPTIMIZER, training: { algorithm: 'pcd' }, batch_size: 400 }
const stack = (fineTune: string | null, fields: object = {}) => ({
  seed: 5,
  data: DATA,
  model: { type: 'DBN', rbms: [FIRST, SECOND], fine_tune: fineTune },
  ...fields,
})
const CLASSIFIER = stack('classifier', {
  loss: 'categorical_crossentropy',
  metrics: ['acc'],
  optimizer: { type: 'Adam', learning_rate: 0.01 },
  fit: { batch_size: 200, epochs: 2, validation_split: 0.1 },
  expect: { test_acc: { min: 0.6 } },
})
/** Its network stays as it began. */
const STILL = stack('autoencoder', {
  loss: 'binary_crossentropy',
  optimizer: { type: 'SGD', learning_rate: 0 },
  fit: { batch_size: 1000, validation_split: 0.1 },
})
const PLAIN = stack(null, { fit: { validation_split: 0.1 } })
/** An update by it leaves nothing finite. */
const HUGE = { type: 'SGD', learning_rate: 3e38 }
/** The first RBM of the stacks by itself. */
const ALONE = {
  seed: 5,
  data: DATA,
  model: { type: 'RBM', hidden_units: 20 },
  optimizer: OPTIMIZER,
  metrics: ['reconstruction_error'],
  fit: { batch_size: 200, epochs: 2, validation_split: 0.1 },
}

let cwd: string
beforeAll(async () => {
  cwd = await trainedRuns({ classifier: CLASSIFIER, still: STILL, plain: PLAIN, alone: ALONE })
})

const MODEL = ['model/model.json', 'model/weights.bin']
const STAGE = ['history.csv', 'history.json', ...MODEL]
const filesIn = (...path: string[]): string[] =>
  readdirSync(join(cwd, ...path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('pictures'))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(cwd, ...path).length + 1))
    .toSorted()
const RUN = ['preparation.json', 'spec.json']
const stages = [...STAGE, ...RUN].map((file) => `stages/1/${file}`).concat(STAGE.map((file) => `stages/2/${file}`))

const bytes = (...path: string[]): Buffer => readFileSync(join(cwd, ...path))
const historyOf = (...path: string[]) => documentOf(bytes(...path, 'history.json').toString(), 'history.schema.json')
const weightsIn = async (...path: string[]) =>
  Object.fromEntries(
    [...(await readModel(join(cwd, ...path, 'model'))).weights].map(([name, { values }]) => [name, values]),
  )

test('each stage saves its history and model, and the last one those of the run', () => {
  const files = [...STAGE, ...RUN, ...stages].toSorted()
  for (const run of ['classifier', 'still', 'plain']) expect(filesIn(run), run).toEqual(files)
  expect(historyOf('classifier')).toMatchObject({
    epochs: 2,
    metrics: { val_acc: [expect.any(Number), expect.any(Number)] },
  })
  expect(historyOf('classifier', 'stages/1')).toMatchObject({ epochs: 2, samples: 7200, validation_samples: 800 })
  expect(Object.keys(historyOf('classifier', 'stages/2').metrics)).toEqual(['loss', 'val_loss'])
  expect(bytes('plain/history.json').equals(bytes('plain/stages/2/history.json'))).toBe(true)
})

test('the same seed gives the same stack, whatever follows it', () => {
  for (const file of [1, 2].flatMap((stage) => MODEL.map((name) => `stages/${stage}/${name}`))) {
    for (const other of ['still', 'plain'])
      expect(bytes('classifier', file).equals(bytes(other, file)), file).toBe(true)
  }
})

test('the first RBM is the same as when trained alone', () => {
  expect(bytes('classifier/stages/1/model/weights.bin').equals(bytes('alone/model/weights.bin'))).toBe(true)
  const { seconds: _, ...history } = historyOf('classifier/stages/1')
  expect(history.metrics).toEqual(historyOf('alone').metrics)
})

test('the network starts with the weights of the RBMs, also in reverse order', async () => {
  const network = await weightsIn('still')
  for (const [stage, layer, hidden] of [
    ['stages/1', 'rbm_1', 20],
    ['stages/2', 'rbm_2', 12],
  ] as const) {
    const rbm = await weightsIn('still', stage)
    const kernel = rbm['rbm/kernel']!
    expect(network[`${layer}/kernel`]).toEqual(kernel)
    expect(network[`${layer}/bias`]).toEqual(rbm['rbm/hidden_bias'])
    expect(network[`${layer}_back/bias`]).toEqual(rbm['rbm/visible_bias'])
    const rows = kernel.length / hidden
    const transposed = Float32Array.from(kernel, (_, at) => kernel[(at % rows) * hidden + Math.floor(at / rows)]!)
    expect(network[`${layer}_back/kernel`]).toEqual(transposed)
  }
  // what is not fine-tuned has them too
  const plain = await weightsIn('plain')
  expect(Object.keys(plain)).toEqual(['rbm_1/kernel', 'rbm_1/bias', 'rbm_2/kernel', 'rbm_2/bias'])
  for (const [name, values] of Object.entries(plain)) expect(network[name], name).toEqual(values)
})

test('names the stage', async () => {
  const { stderr } = await runCommand(['plain.json', '--engine', 'onnx', '--set', 'fit.validation_split=0'], { cwd })
  const lines = [
    'RBM 1 of 2: 784-20',
    'Epoch 1/2 .*',
    'Epoch 2/2 .*',
    'Trained for 2 epochs\\.',
    'Test: .*',
    'Took .* Files: runs/plain/1/stages/1',
    'RBM 2 of 2: 20-12',
    'Epoch 1/1 .*',
    'Trained for 1 epoch\\.',
    'Test: .*',
    'Took .* Files: runs/plain/1/stages/2',
  ]
  expect(stderr).toMatch(new RegExp(`${lines.join('\n')}\n$`))
})

test('Ctrl-C keeps finished stages', async () => {
  const long = [FIRST, { ...SECOND, epochs: 100_000 }]
  writeFileSync(join(cwd, 'long.json'), JSON.stringify({ ...CLASSIFIER, model: { ...CLASSIFIER.model, rbms: long } }))
  let sent = false
  const { code, stderr } = await runCommand(['long.json', '--engine', 'onnx'], {
    cwd,
    watch(child, stderr) {
      if (!sent && stderr.includes('Epoch 2/100000')) sent = child.kill('SIGINT')
    },
  })
  expect(code).toBe(130)
  expect(stderr).toMatch(
    /\nInterrupted in epoch \d+, after \d+ of 18 steps\.\nTook .* Files: runs\/long\/1\/stages\/2\nTo go on: train resume runs\/long\/1\n$/,
  )
  const state = ['checkpoint.json', 'state.safetensors'].map((name) => `stages/2/state/1/${name}`)
  expect(filesIn('runs/long/1')).toEqual([...RUN, ...stages, ...state].toSorted())
  expect(historyOf('runs/long/1/stages/1').stop).toEqual({ reason: 'completed' })
  expect(historyOf('runs/long/1/stages/2').stop).toMatchObject({ reason: 'interrupted' })
})

test.each([
  ['an RBM', 1, { optimizer: HUGE, kernel_regularizer: { type: 'L2', l2: 100 } }, {}],
  ['the network', 2, {}, { optimizer: { ...HUGE, weight_decay: 10 } }],
])('weights that are not finite after the last update of %s end the run', async (_, stage, ofFirst, ofNetwork) => {
  const still = { type: 'SGD', learning_rate: 0 }
  const one = { kernel_initializer: { type: 'constant', value: 1 }, optimizer: still, batch_size: 8 }
  const rbms = [
    { ...one, hidden_units: 3, ...ofFirst },
    { ...one, hidden_units: 2 },
  ]
  const out = `bad-${stage}`
  const spec = {
    data: { dataset: 'bars-and-stripes', size: 2, flatten: true },
    model: { type: 'DBN', rbms, fine_tune: 'classifier' },
    loss: 'sparse_categorical_crossentropy',
    fit: { batch_size: 8, validation_split: 0 },
    ...ofNetwork,
  }
  writeFileSync(join(cwd, `${out}.json`), JSON.stringify(spec))
  const { code, stderr } = await runCommand([`${out}.json`, '--engine', 'onnx', '--out', out], { cwd })
  expect(code, stderr).toBe(3)
  expect(stderr).toMatch(/\nDiverged in epoch 1, in the update of step 1: .* Try a smaller learning rate\.\n/)
  expect(readdirSync(join(cwd, out, 'stages'))).toEqual(stage === 1 ? ['1'] : ['1', '2'])
})

describe('other commands', () => {
  test('evaluate measures the network', async () => {
    const { code, stdout } = await runCommand(['evaluate', 'classifier', '--json'], { cwd })
    expect({ code, test: JSON.parse(stdout).test }).toEqual({ code: 0, test: historyOf('classifier').test })
  })

  test('summary shows it', async () => {
    const { code, stdout } = await runCommand(['summary', 'classifier.json', '--json'], { cwd })
    const { layers, parameters } = JSON.parse(stdout)
    expect({ code, layers: layers.map(({ name }: { name: string }) => name) }).toEqual({
      code: 0,
      layers: ['rbm_1', 'rbm_2', 'classes'],
    })
    expect(parameters.total).toBe(784 * 20 + 20 + 20 * 12 + 12 + 12 * 10 + 10)
  })

  test('bench times its step', async () => {
    const args = ['bench', 'classifier.json', '--engine', 'onnx', '--rounds', '1', '--steps', '3', '--json']
    const { code, stdout } = await runCommand(args, { cwd })
    expect({ code, report: JSON.parse(stdout) }).toMatchObject({ code: 0, report: { batch_size: 200 } })
  })

  test('sample uses its first RBM', async () => {
    const { code } = await runCommand(['sample', 'classifier/stages/1', '-n', '2', '--steps', '2'], { cwd })
    expect(code).toBe(0)
  })

  test.each([
    [
      'sample',
      ['sample', 'classifier'],
      /^classifier holds a model of type DBN, .* its first RBM is in classifier\/stages\/1$/m,
    ],
    ['find-lr', ['find-lr', 'classifier.json'], /^find-lr starts from random weights or .*, but a DBN /m],
    ['bench without a network', ['bench', 'plain.json'], /^This DBN is not fine-tuned /m],
    ['evaluate without a network', ['evaluate', 'plain'], /^This DBN is not fine-tuned /m],
    ['log Z', ['evaluate', 'classifier', '--exact'], /^--exact: classifier holds a model of type DBN, /m],
  ])('%s: one clear sentence', async (_, args, words) => {
    const { code, stderr } = await runCommand(args, { cwd })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(words) })
  })
})

test('a stack of one RBM, and a network of it alone', async () => {
  const folder = temporaryFolder({
    'one.json': JSON.stringify({ ...CLASSIFIER, model: { ...CLASSIFIER.model, rbms: [FIRST] } }),
  })
  const { code } = await runCommand(['one.json', '--engine', 'onnx', '--verbose', '0'], { cwd: folder })
  expect(code).toBe(0)
  const { weights } = await readModel(join(folder, 'runs/one/1/model'))
  expect([...weights.keys()]).toEqual(['rbm_1/kernel', 'rbm_1/bias', 'classes/kernel', 'classes/bias'])
})
