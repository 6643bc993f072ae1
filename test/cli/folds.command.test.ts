/** `k_fold`: a run for each fold, and mean and spread of their measures. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { runCommand } from '../support/command.js'
import { ownSpec } from '../support/own-data.js'

const rows = Array.from({ length: 60 }, (_, row) => `${(row % 2) * 4 + ((row * 7) % 10) / 10},${row % 2 ? 'b' : 'a'}`)
const files = { 'a.csv': ['x,y', ...rows].join('\n') }
const rest = { metrics: ['acc'], optimizer: { type: 'adam', learning_rate: 0.1 }, fit: { k_fold: 3, epochs: 15 } }
const data = { source: 'a.csv', target: 'y', test: 0.2 }

test('a run for each fold; means are printed, saved, and compared with expectations', async () => {
  const spec = ownSpec(files, data, rest)
  const cwd = dirname(spec)
  const expectation = ['--expect', 'val_acc>=0.9', '--expect', 'test_acc>=1.5', '--expect', 'seconds<=600']
  const { code, stderr } = await runCommand(['spec.json', '--engine', 'onnx', ...expectation], { cwd })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^3 folds +mean +deviation +least +largest$/m)
  expect(stderr).toMatch(/^val_acc +1\.0000 +0\.0000e\+00 +1\.0000 +1\.0000$/m)
  expect(stderr).toContain('passed: val_acc 1, expected at least 0.9')
  expect(stderr).toContain('FAILED: test_acc 1, expected at least 1.5')
  expect(stderr).toMatch(/^passed: seconds \d+\.\d+, expected at most 600$/m)
  const run = join(cwd, 'runs/spec/1')
  expect(readdirSync(join(run, 'folds')).toSorted()).toEqual(['1', '2', '3'])
  const report = JSON.parse(readFileSync(join(run, 'folds.json'), 'utf8'))
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../specs/folds.schema.json'), 'utf8'))
  expect(new Ajv().validate(schema, report)).toBe(true)
  const losses = report.folds.map(({ measures }: { measures: { val_loss: number } }) => measures.val_loss)
  expect(report.mean.val_loss).toBeCloseTo((losses[0] + losses[1] + losses[2]) / 3, 12)
  // the folder of a fold is a run
  const evaluated = await runCommand(['evaluate', join(run, 'folds/2'), '--json'], { cwd })
  expect(JSON.parse(evaluated.stdout).test.acc).toBe(1)
  const one = await runCommand(['spec.json', '--engine', 'onnx', '--set', 'fit.fold=2'], { cwd })
  expect(one.code).toBe(0)
  const metrics = (folder: string) => JSON.parse(readFileSync(join(cwd, folder, 'history.json'), 'utf8')).metrics
  expect(metrics('runs/spec/2')).toEqual(metrics('runs/spec/1/folds/2'))
})
