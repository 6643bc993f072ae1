/** `train evaluate RUN`: the scores of the run again, and runs that cannot be read. */
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'
import { documentOf } from '../support/schema.js'

const dense = (units: number, more: object = {}) => ({ type: 'Dense', units, ...more })
const MODELS = {
  sequential: {
    type: 'Sequential',
    layers: ['Flatten', dense(8, { activation: 'relu' }), 'BatchNormalization', dense(10, { activation: 'softmax' })],
  },
  functional: {
    type: 'Functional',
    layers: [
      'Flatten',
      dense(8, { name: 'a', activation: 'tanh' }),
      dense(8, { name: 'b', inputs: 'a' }),
      { type: 'Shared', name: 'again', layer: 'b' },
      { type: 'Add', inputs: ['a', 'again'] },
      dense(10, { activation: 'softmax' }),
    ],
  },
}
const specOf = (model: object) => ({
  data: 'mnist-10k',
  model,
  optimizer: 'adam',
  loss: 'sparse_categorical_crossentropy',
  metrics: ['accuracy'],
  fit: { batch_size: 500, epochs: 1 },
})

let trained: string
beforeAll(async () => {
  trained = mkdtempSync(join(tmpdir(), 'trainspec-'))
  for (const [name, model] of Object.entries(MODELS)) {
    writeFileSync(join(trained, `${name}.json`), JSON.stringify(specOf(model)))
    const { code } = await runCommand([`${name}.json`, '--out', name, '--engine', 'onnx'], { cwd: trained })
    expect(code).toBe(0)
  }
  return () => rmSync(trained, { recursive: true })
})

test.each(['sequential', 'functional'])('a %s model has the test scores of its run', async (name) => {
  const { code, stdout } = await runCommand(['evaluate', name, '--json'], { cwd: trained })
  expect(code).toBe(0)
  const history = JSON.parse(readFileSync(join(trained, name, 'history.json'), 'utf8'))
  expect(documentOf(stdout, 'evaluate.schema.json')).toMatchObject({
    name,
    run: name,
    engine: 'onnx',
    data: 'mnist-10k',
    samples: 2000,
    test: history.test,
  })
})

test('a table for people, with a metric that the run did not have', async () => {
  const args = ['evaluate', 'sequential', '--set', 'metrics=["accuracy","top_k_categorical_accuracy"]']
  const { code, stdout } = await runCommand(args, { cwd: trained })
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^sequential in sequential, on the 2000 test samples of mnist-10k:\n {2}loss +\d\.\d{4}\n {2}accuracy +0\.\d{4}\n {2}top_k.* 0\.\d{4}\n$/,
  )
})

describe('a folder is told that', () => {
  const evaluated = async (change: (run: string) => void, ...args: string[]) => {
    const cwd = temporaryFolder()
    cpSync(join(trained, 'sequential'), join(cwd, 'run'), { recursive: true })
    change(join(cwd, 'run'))
    return runCommand(['evaluate', 'run', ...args], { cwd })
  }
  const model = (run: string) => join(run, 'model/model.json')

  test.each<[string, (run: string) => void, string]>([
    ['is not there', (run) => rmSync(run, { recursive: true }), 'run is no folder of a run: no such folder'],
    ['is no run', (run) => rmSync(join(run, 'spec.json')), 'run is no folder of a run: it has no spec.json'],
    [
      'has a bad spec',
      (run) => writeFileSync(join(run, 'spec.json'), '{}'),
      'run/spec.json:1:1: found no "data", which must be given',
    ],
    [
      'was cut off',
      (run) => rmSync(join(run, 'model'), { recursive: true }),
      'run/model/model.json: no such file or folder; a run that was cut off before its end has no model',
    ],
    [
      'has not all weights',
      (run) => truncateSync(join(run, 'model/weights.bin'), 1000),
      'run/model/weights.bin: found 1000 bytes, must be 25608; the file is not whole',
    ],
    [
      'has another model',
      (run) => writeFileSync(model(run), '{"format": "graph-model"}'),
      'run/model/model.json: this is not a model that trainspec wrote',
    ],
    [
      'has half a model',
      (run) => writeFileSync(model(run), readFileSync(model(run), 'utf8').slice(0, 500)),
      'run/model/model.json: this is not a model that trainspec wrote',
    ],
    [
      'has weights of other names',
      (run) => writeFileSync(model(run), readFileSync(model(run), 'utf8').replaceAll('/gamma', '/alpha')),
      'run/model/weights.bin: has no weight "batch_normalization/gamma", which the spec\'s model has',
    ],
  ])('%s', async (_, change, words) => {
    const { code, stdout, stderr } = await evaluated(change)
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(words) })
    expect(stderr).not.toContain('    at ')
  })

  test('has weights that do not fit the changed spec', async () => {
    const { code, stderr } = await evaluated(() => {}, '--set', 'model.layers.1.units=9')
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(
        'run/model/weights.bin: weight "dense/kernel" has shape (784, 8), must be (784, 9) for the spec\'s model\n',
      ),
    })
  })
})
