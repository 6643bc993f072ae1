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

/** What for-keras.js writes for a spec with these data. */
function forKeras(data: object, classes = 10) {
  const model = { type: 'Sequential', layers: [{ type: 'Dense', units: classes, activation: 'softmax' }] }
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify({ ...JSON.parse(SPEC), data, model }) })
  run('for-keras.js', join(cwd, 'spec.json'), cwd)
  const json = (name: string) => JSON.parse(readFileSync(join(cwd, name), 'utf8'))
  const { buffer } = new Uint8Array(readFileSync(join(cwd, 'x')))
  return { data: json('data.json'), spec: json('spec.json'), x: buffer, labels: statSync(join(cwd, 'y')).size }
}

test('for-keras.js writes the resolved spec and the samples that are trained on', () => {
  const { data, spec, x, labels } = forKeras({ dataset: 'digits', flatten: true })
  const count = Math.floor(1437 * 0.8)
  expect(data).toEqual({ count, shape: [64], dtype: 'float32', divisor: 1, classes: 10, drawn: false })
  expect([labels, new Float32Array(x).length]).toEqual([count, count * 64])
  expect(spec.fit.batch_size).toBe(32)
})

test('samples that are bytes are written as bytes, standardized ones as floats', () => {
  const bars = { dataset: 'bars-and-stripes', size: 3, flatten: true }
  const bytes = forKeras(bars, 2)
  expect(bytes.data).toMatchObject({ dtype: 'uint8', shape: [9], drawn: false })
  expect(new Set(new Uint8Array(bytes.x))).toEqual(new Set([0, bytes.data.divisor]))
  const { data, x } = forKeras({ ...bars, standardize: true }, 2)
  expect(data).toMatchObject({ dtype: 'float32', divisor: 1 })
  expect(Math.min(...new Float32Array(x))).toBeLessThan(-0.5)
})

test('samples that each epoch draws anew are written as probabilities', () => {
  const { data, x } = forKeras({ dataset: 'digits', flatten: true, binarize: 'sample_each_epoch' })
  expect(data).toMatchObject({ drawn: true })
  expect(new Set(new Float32Array(x)).size).toBeGreaterThan(2)
})
