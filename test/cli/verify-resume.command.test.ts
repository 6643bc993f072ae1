/** Runs in processes that are killed end as runs without a break. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { runCommand, temporaryFolder } from '../support/command.js'
import { runMain } from '../support/main.js'
import { documentOf } from '../support/schema.js'

const DATA = { dataset: 'bars-and-stripes', size: 3, flatten: true }
const rbm = { hidden_units: 6, optimizer: { type: 'SGD', learning_rate: 0.1 }, batch_size: 4, epochs: 40 }

test.each([
  [
    'a network with callbacks',
    {
      ...BARS_AND_STRIPES,
      fit: { epochs: 100, batch_size: 4 },
      callbacks: [
        { type: 'CSVLogger', filename: 'log.csv' },
        { type: 'TensorBoard', update_freq: 3 },
        { type: 'ModelCheckpoint', filepath: 'often', save_freq: 7 },
      ],
    },
    ['history.csv', 'log.csv', 'model/weights.bin', 'often/weights.bin'],
  ],
  [
    'an RBM',
    {
      data: { ...DATA, binarize: 'sample_each_epoch' },
      model: { type: 'RBM', hidden_units: 8 },
      training: { algorithm: 'pcd', chains: 4 },
      fit: { epochs: 60, batch_size: 4 },
      engine: 'onnx',
    },
    ['history.csv', 'model/weights.bin', 'pictures/filters.png'],
  ],
  [
    'a DBN',
    {
      data: { ...DATA, binarize: 'probability' },
      model: { type: 'DBN', rbms: [rbm, rbm], fine_tune: 'classifier' },
      loss: 'categorical_crossentropy',
      fit: { epochs: 20, batch_size: 4 },
      engine: 'onnx',
    },
    ['model/weights.bin', 'stages/1/pictures/filters.png', 'stages/2/model/weights.bin'],
  ],
])('%s', async (_, spec, files) => {
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify(spec) })
  const args = ['verify-resume', 'spec.json', '--kills', '2', '--json']
  const { code, stdout, stderr } = await runCommand(args, { cwd })
  const report = documentOf(stdout, 'verify-resume.schema.json') as { compared: { file: string }[] }
  expect({ code, ...report }).toMatchObject({ code: 0, equal: true, failure: null })
  expect(report.compared.map(({ file }) => file)).toEqual(expect.arrayContaining(files))
  expect(stderr).toMatch(/\nKill 1 of 2: \d+ ms after .*\n/)
})

test('what differs is in the table, and both runs can be kept', async () => {
  // each run trains the file as it is then
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify(BARS_AND_STRIPES) })
  const changed = { ...BARS_AND_STRIPES, seed: 2 }
  const { code, stdout } = await runCommand(['verify-resume', 'spec.json', '--kills', '1', '--keep', 'kept'], {
    cwd,
    watch(_, stderr) {
      if (stderr.includes('Training again')) writeFileSync(join(cwd, 'spec.json'), JSON.stringify(changed))
    },
  })
  expect({ code, last: stdout.trim().split('\n').at(-1) }).toEqual({
    code: 1,
    last: expect.stringMatching(/^(Killed once, and \d of 6 files DIFFER|FAILED: )/),
  })
  expect(readdirSync(join(cwd, 'kept')).toSorted()).toEqual(['resumed', 'straight'])
})

test.each([
  ['-', {}, [], 'The spec is read by several processes, so it must be a file.'],
  ['spec.json', { callbacks: [{ type: 'TimeBudget', seconds: 9 }] }, [], 'A run with TimeBudget ends by the clock'],
  [
    'spec.json',
    { callbacks: [{ type: 'CSVLogger', filename: '../log.csv', append: true }] },
    [],
    'CSVLogger writes ../log.csv, outside the folder of the run',
  ],
  ['spec.json', { loss: 'none' }, [], 'The spec has a problem.'],
  ['spec.json', {}, ['--keep', '.'], 'The folder . is not empty'],
])('%s with %j is refused', async (file, more, options, words) => {
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify({ ...BARS_AND_STRIPES, ...more }) })
  const { code, stdout, stderr } = await runMain(['verify-resume', file, ...options], { cwd })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(words)
})
