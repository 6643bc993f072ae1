/** `train transform RUN [DATA]`: hidden units as features, against float64. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { readArrayFile } from '../../src/data/read-array.js'
import { loadMnist10k } from '../../src/data/sources/mnist.js'
import { readModel } from '../../src/export/saved-model.js'
import { writeArray } from '../../src/export/write-array.js'
import { type RbmParameters, rbmParameters } from '../../src/model/rbm/parameters.js'
import { runCommand } from '../support/command.js'
import { hiddenProbabilities } from '../support/rbm-exact.js'
import { SMALL_RBM, trainedRuns } from '../support/rbm-run.js'

let cwd: string
let parameters: RbmParameters
beforeAll(async () => {
  cwd = await trainedRuns({ rbm: SMALL_RBM })
  const { weights } = await readModel(join(cwd, 'rbm/model'))
  parameters = rbmParameters(Object.fromEntries([...weights].map(([name, { values }]) => [name, values])))
})

const binary = (bytes: Uint8Array) => Float32Array.from(bytes, (value) => (value >= 127.5 ? 1 : 0))

function expectFeatures(features: Float32Array, x: Float32Array, row: number): void {
  const expected = hiddenProbabilities(parameters, x.subarray(row * 784, (row + 1) * 784))
  for (const [unit, value] of expected.entries()) expect(features[row * 12 + unit]).toBeCloseTo(value, 5)
}

test('both parts of the data of the run, with labels', async () => {
  const { code, stdout } = await runCommand(['transform', 'rbm'], { cwd })
  const lines = [
    'rbm/features-train.npy (8000, 12)',
    'rbm/features-train-labels.npy (8000,)',
    'rbm/features-test.npy (2000, 12)',
    'rbm/features-test-labels.npy (2000,)',
  ]
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${lines.join('\n')}\n` })
  const data = await loadMnist10k()
  for (const part of ['train', 'test'] as const) {
    const { values } = await readArrayFile(join(cwd, `rbm/features-${part}.npy`))
    const { values: labels } = await readArrayFile(join(cwd, `rbm/features-${part}-labels.npy`))
    const { x, y, count } = data[part]
    for (const row of [0, 1234, count - 1]) expectFeatures(values, binary(x as Uint8Array), row)
    expect(labels).toEqual(Float32Array.from(y))
  }
})

test.each(['digits.npy', 'digits.csv'])('rows of %s', async (file) => {
  const { test: part } = await loadMnist10k()
  const rows = binary((part.x as Uint8Array).subarray(0, 784 * 1500))
  await writeArray(join(cwd, file), [1500, 784], rows)
  const { code, stdout } = await runCommand(['transform', 'rbm', file, '--out', `hidden-${file}`], { cwd })
  expect({ code, stdout }).toEqual({ code: 0, stdout: `hidden-${file} (1500, 12)\n` })
  const { shape, values } = await readArrayFile(join(cwd, `hidden-${file}`))
  expect(shape).toEqual([1500, 12])
  for (const row of [0, 999, 1000, 1499]) expectFeatures(values, rows, row)
})

test.each([
  [['--out', 'a.txt'], '--out: found "a.txt", must end in .npy or .csv'],
  [['--out', 'none/a.npy'], 'no such file or folder'],
  [['none.npy'], 'none.npy: no such file or folder'],
  [['nan.npy'], 'nan.npy: row 2, column 3 holds NaN, must be a finite number'],
  [['grey.csv'], 'grey.csv: row 1, column 1 holds 255, but the model was trained on values from 0 to 1'],
  [['rows.csv'], 'rows.csv: has shape (2, 3), but each row must have 784 values'],
])('%j is told, and nothing is written', async (args, words) => {
  writeFileSync(join(cwd, 'rows.csv'), '1,0,0\n0,1,1\n')
  writeFileSync(join(cwd, 'grey.csv'), `${new Array(784).fill(255).join(',')}\n`)
  await writeArray(join(cwd, 'nan.npy'), [2, 784], new Float32Array(2 * 784).fill(Number.NaN, 786, 787))
  const before = readdirSync(cwd, { recursive: true })
  const { code, stdout, stderr } = await runCommand(['transform', 'rbm', ...args], { cwd })
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(words) })
  expect(readdirSync(cwd, { recursive: true })).toEqual(before)
})

test('the model and the history do not change', () => {
  expect(readdirSync(join(cwd, 'rbm')).filter((name) => !name.startsWith('features'))).toEqual([
    'history.csv',
    'history.json',
    'model',
    'pictures',
    'preparation.json',
    'spec.json',
  ])
  expect(JSON.parse(readFileSync(join(cwd, 'rbm/model/model.json'), 'utf8')).format).toBe('trainspec-rbm')
})
