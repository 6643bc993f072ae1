/** The scripts of the benchmark run with the current exports of the library. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/command.js'

const run = (script: string, ...args: string[]): string =>
  execFileSync(process.execPath, [join(import.meta.dirname, '../../bench', script), ...args], {
    input: '',
    encoding: 'utf8',
  })

const SPEC = JSON.stringify({
  data: { dataset: 'digits', flatten: true },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 10, activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  fit: { validation_split: 0.2 },
})

test('ours.js makes a step', () => {
  const cwd = temporaryFolder({ 'spec.json': SPEC })
  expect(JSON.parse(run('ours.js', 'onnx', 'float32', join(cwd, 'spec.json'), 'fit.batch_size=16'))).toMatchObject({
    ready: true,
    engine: 'onnx',
  })
})

test('for-keras.js writes the resolved spec and the samples that are trained on', () => {
  const cwd = temporaryFolder({ 'spec.json': SPEC })
  run('for-keras.js', join(cwd, 'spec.json'), cwd)
  const { count, shape, classes } = JSON.parse(readFileSync(join(cwd, 'data.json'), 'utf8'))
  expect({ count, shape, classes }).toEqual({ count: Math.floor(1437 * 0.8), shape: [64], classes: 10 })
  expect(statSync(join(cwd, 'y')).size).toBe(count)
  expect(JSON.parse(readFileSync(join(cwd, 'spec.json'), 'utf8')).fit.batch_size).toBe(32)
})
