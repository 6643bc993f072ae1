/** `train baseline`: the runs of several seeds, their file, and what prevents it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runMain } from '../support/main.js'
import { ownSpec } from '../support/own-data.js'
import { documentOf } from '../support/schema.js'

const rows = Array.from({ length: 60 }, (_, row) => `${(row % 2) * 4 + ((row * 7) % 10) / 10},${row % 2 ? 'b' : 'a'}`)
const files = { 'a.csv': ['x,y', ...rows].join('\n') }
const LAYER = { type: 'Dense', units: 'auto', activation: 'softmax' }
const folderOf = (more: object = {}) => {
  const data = { source: 'a.csv', target: 'y', test: 0.2 }
  const rest = {
    metrics: ['acc'],
    optimizer: { type: 'adam', learning_rate: 0.1 },
    fit: { epochs: 3, validation_split: 0.25 },
  }
  return dirname(ownSpec(files, data, { seed: 7, ...rest, ...more }))
}

test('each value is that of a run with its seed; the file is a baseline for train check', async () => {
  const callbacks = [{ type: 'CSVLogger', filename: 'log.csv' }]
  const cwd = folderOf({ callbacks, expect: { loss: { max: 0 } } })
  const made = await runMain(['baseline', 'spec.json', '--seeds', '3', '--engine', 'onnx'], { cwd })
  expect(made.code).toBe(0)
  expect(made.stdout).toBe('')
  expect(made.stderr).toMatch(/^Seed 8: 3 epochs, test_loss 0\.\d{4}, test_acc [01]\.\d{4}, took /m)
  expect(made.stderr).toMatch(/^3 seeds +mean +deviation +least +largest$/m)
  expect(readdirSync(cwd).toSorted()).toEqual(['a.csv', 'baseline.json', 'spec.json'])
  const baseline = documentOf(readFileSync(join(cwd, 'baseline.json'), 'utf8'), 'baseline.schema.json')
  expect(baseline).toMatchObject({ name: 'spec', seeds: [7, 8, 9], samples: 36, validation_samples: 12 })
  const { test_acc, test_loss, val_loss, seconds } = baseline.measures
  expect([test_acc, test_loss, seconds].map(({ mode }) => mode)).toEqual(['max', 'min', 'min'])
  const run = ['spec.json', '--engine', 'onnx', '--out', 'run', '--set', 'seed=9']
  expect((await runMain(run, { cwd })).code).toBe(1)
  const history = JSON.parse(readFileSync(join(cwd, 'run/history.json'), 'utf8'))
  expect(test_loss.values[2]).toBe(history.test.loss)
  expect(val_loss.values[2]).toBe(history.metrics.val_loss[2])
  const [a, b, c] = val_loss.values
  expect(val_loss.mean).toBeCloseTo((a + b + c) / 3, 12)
  const checked = await runMain(['check', 'run', '--baseline', 'baseline.json'], { cwd })
  expect(checked.stdout).toContain('Against baseline.json, 3 runs, confidence 0.995:')
  expect(checked.stdout).toMatch(/^ {2}passed {2}test_loss/m)
})

test('on standard output', async () => {
  const cwd = folderOf()
  const { code, stdout } = await runMain(['baseline', 'spec.json', '--seeds', '2', '-o', '-', '--engine', 'onnx'], {
    cwd,
  })
  expect(code).toBe(0)
  expect(documentOf(stdout, 'baseline.schema.json').seeds).toEqual([7, 8])
})

describe('no file is written', () => {
  test.each<[why: string, more: object, args: string[], code: number, words: string]>([
    ['from standard input', {}, ['-'], 2, 'so it needs a file, not -'],
    ['of folds', { fit: { k_fold: 3 } }, ['spec.json'], 2, '"k_fold" and a baseline cannot be combined'],
    [
      'into a folder that is not there',
      {},
      ['spec.json', '-o', 'no/b.json'],
      2,
      'Cannot write the baseline: no: no such file or folder',
    ],
    ['of one seed', {}, ['spec.json', '--seeds', '1'], 2, 'must be a whole number from 2'],
    [
      'of a run that diverges',
      { model: { type: 'Sequential', layers: [{ ...LAYER, kernel_initializer: { type: 'constant', value: 3e38 } }] } },
      ['spec.json', '--engine', 'onnx'],
      3,
      'The run with seed 7 diverged, so there is no baseline.',
    ],
  ])('%s', async (_, more, args, code, words) => {
    const cwd = folderOf(more)
    const found = await runMain(['baseline', ...args], { cwd })
    expect(found).toEqual({ code, stdout: '', stderr: expect.stringContaining(words) })
    expect(existsSync(join(cwd, 'baseline.json'))).toBe(false)
  })
})
