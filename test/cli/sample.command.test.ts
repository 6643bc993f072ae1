/** `train sample RUN`: draws of a trained RBM, and parts of samples that it fills in. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { beforeAll, describe, expect, test } from 'vitest'
import { readArrayFile } from '../../src/data/read-array.js'
import { loadMnist10k } from '../../src/data/sources/mnist.js'
import { runCommand } from '../support/command.js'
import { SMALL_RBM, trainedRuns } from '../support/rbm-run.js'

const NETWORK = {
  data: 'mnist-10k',
  model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 10 }] },
  loss: 'sparse_categorical_crossentropy',
  fit: { batch_size: 2000, epochs: 1 },
}
const LABELLED = {
  ...SMALL_RBM,
  model: { type: 'RBM', hidden_units: 20 },
  training: { algorithm: 'cd', labels: 'generative' },
  metrics: ['accuracy'],
  fit: { batch_size: 100, epochs: 1 },
}

let cwd: string
beforeAll(async () => {
  cwd = await trainedRuns({ rbm: SMALL_RBM, network: NETWORK, labelled: LABELLED })
})

const FILES = ['probabilities.npy', 'samples.npy', 'samples.png']
const read = (...path: string[]) => readFileSync(join(cwd, ...path))

test('draws into numbered folders, the same for the same seed', async () => {
  const paths = (folder: string) =>
    ['samples.npy', 'probabilities.npy', 'samples.png'].map((file) => join(folder, file))
  for (const [number, args] of [
    [1, []],
    [2, []],
    [3, ['--set', 'seed=7']],
  ] as const) {
    const { code, stdout } = await runCommand(['sample', 'rbm', '-n', '12', '--steps', '25', ...args], { cwd })
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${paths(`rbm/samples/${number}`).join('\n')}\n` })
    expect(readdirSync(join(cwd, 'rbm/samples', String(number))).toSorted()).toEqual(FILES)
  }
  for (const file of FILES) {
    expect(read('rbm/samples/1', file).equals(read('rbm/samples/2', file)), file).toBe(true)
    expect(read('rbm/samples/1', file).equals(read('rbm/samples/3', file)), file).toBe(false)
  }
  const { shape, values } = await readArrayFile(join(cwd, 'rbm/samples/1/samples.npy'))
  expect(shape).toEqual([12, 784])
  expect([...new Set(values)].toSorted()).toEqual([0, 1])
  const { values: means } = await readArrayFile(join(cwd, 'rbm/samples/1/probabilities.npy'))
  expect(means.every((mean) => mean >= 0 && mean <= 1)).toBe(true)
  const { width, height } = decode(read('rbm/samples/1/samples.png'))
  expect([width, height]).toEqual([3 * (10 * 29 + 1), 3 * (2 * 29 + 1)])
})

test('a picture shows the first thousand chains, however many there are', async () => {
  const args = ['sample', 'rbm', '-n', '1200', '--steps', '1', '--out', 'many']
  expect(await runCommand(args, { cwd })).toMatchObject({ code: 0 })
  expect((await readArrayFile(join(cwd, 'many', 'samples.npy'))).shape).toEqual([1200, 784])
  const { width, height } = decode(read('many', 'samples.png'))
  expect([width, height]).toEqual([3 * (10 * 29 + 1), 3 * (100 * 29 + 1)])
})

/** The first test digits as the machine sees them. */
async function digits(count: number): Promise<Float32Array> {
  const { test } = await loadMnist10k()
  return Float32Array.from(test.x.subarray(0, 784 * count), (value) => (value >= 127.5 ? 1 : 0))
}

describe('--inpaint', () => {
  const MASK = 'mask.csv'
  const isFilled = (pixel: number) => pixel % 28 >= 14

  test.each(['right', MASK])('%s keeps all other pixels', async (mask) => {
    const row = Array.from({ length: 784 }, (_, pixel) => (isFilled(pixel) ? 1 : 0))
    writeFileSync(join(cwd, MASK), `${row.join(',')}\n`)
    const out = `inpainted-by-${mask}`
    const args = ['sample', 'rbm', '-n', '5', '--steps', '10', '--inpaint', mask, '--out', out]
    expect(await runCommand(args, { cwd })).toMatchObject({ code: 0 })
    const { values } = await readArrayFile(join(cwd, out, 'samples.npy'))
    const given = await digits(5)
    const differs = Array.from(given.keys()).filter((at) => values[at] !== given[at])
    expect(differs.length).toBeGreaterThan(0)
    expect(differs.every((at) => isFilled(at % 784))).toBe(true)
  })
})

test('--clamp holds the label of each chain, several labels in turn', async () => {
  const drawn = async (labels: string) => {
    const args = ['sample', 'labelled', '-n', '6', '--steps', '10', '--clamp', `label=${labels}`, '--out', labels]
    expect(await runCommand(args, { cwd })).toMatchObject({ code: 0 })
    const { shape, values } = await readArrayFile(join(cwd, labels, 'samples.npy'))
    expect(shape).toEqual([6, 784])
    return Array.from({ length: 6 }, (_, row) => values.slice(row * 784, (row + 1) * 784))
  }
  const [noughts, ones, both] = [await drawn('0'), await drawn('1'), await drawn('0,1')]
  expect(noughts).not.toEqual(ones)
  expect(both).toEqual(both.map((_, row) => (row % 2 === 0 ? noughts : ones)[row]))
})

test('--start data begins at test samples', async () => {
  const args = ['sample', 'rbm', '-n', '20', '--steps', '1', '--out']
  expect(await runCommand([...args, 'near', '--start', 'data'], { cwd })).toMatchObject({ code: 0 })
  expect(await runCommand([...args, 'far'], { cwd })).toMatchObject({ code: 0 })
  const given = await digits(20)
  const distance = async (folder: string) => {
    const { values } = await readArrayFile(join(cwd, folder, 'samples.npy'))
    return given.reduce((sum, value, at) => sum + Math.abs(value - values[at]!), 0)
  }
  expect(await distance('near')).toBeLessThan(await distance('far'))
})

test.each([
  [['network'], 'network holds a model of type Sequential, but train sample needs a model of type RBM'],
  [['none'], 'none is not the folder of a run: no such folder'],
  [['rbm', '--out', '.'], 'The folder . is not empty'],
  [['rbm', '-n', '999999999'], '--samples: found "999999999", must be at most 125628 to fit into memory'],
  [
    ['rbm', '-n', '2001', '--start', 'data'],
    '--samples: found "2001", must be at most the 2000 test samples of mnist-10k',
  ],
  [['rbm', '--inpaint', 'middle'], 'found "middle", must be left, right, top, bottom, or a file .npy, .csv, .png'],
  [['rbm', '--inpaint', 'none.npy'], 'none.npy: no such file or folder'],
  [
    ['rbm', '--inpaint', 'left', '--start', 'data'],
    '--start data cannot be used with --inpaint: chains would start from the part that is to be filled in',
  ],
  [
    ['rbm', '--clamp', 'label=7'],
    '--clamp: the model was trained without labels; to train one with labels, set "labels"',
  ],
  [['labelled', '--clamp', 'label=3,10'], '--clamp: found label 10, must be a class of mnist-10k, from 0 to 9'],
  [['labelled', '--clamp', 'seven'], '--clamp: found "seven", must be label=N, or several labels such as label=0,1,2'],
  [['labelled', '--clamp', 'label=7', '--inpaint', 'left'], '--inpaint and --clamp cannot be used together'],
  [['rbm', '--set', 'model.hidden_units=13'], 'weight "rbm/kernel" has shape (784, 12), must be (784, 13)'],
])('%j is told, and nothing is written', async (args, words) => {
  const before = readdirSync(cwd, { recursive: true })
  const { code, stdout, stderr } = await runCommand(['sample', ...args], { cwd })
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(words) })
  expect(readdirSync(cwd, { recursive: true })).toEqual(before)
})
