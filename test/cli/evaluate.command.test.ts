/** `train evaluate RUN`: the scores of the run again, and runs that cannot be read. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadMnist10k } from '../../src/data/sources/mnist.js'
import { readModel } from '../../src/export/saved-model.js'
import { logPartition } from '../../src/model/rbm/log-partition.js'
import { rbmParameters } from '../../src/model/rbm/parameters.js'
import { runCommand, temporaryFolder } from '../support/command.js'
import { runMain } from '../support/main.js'
import { logLikelihood } from '../support/rbm-exact.js'
import { SMALL_RBM, trainedRuns } from '../support/rbm-run.js'
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

describe('a message says that a folder', () => {
  const evaluated = async (change: (run: string) => void, ...args: string[]) => {
    const cwd = temporaryFolder()
    cpSync(join(trained, 'sequential'), join(cwd, 'run'), { recursive: true })
    change(join(cwd, 'run'))
    return runMain(['evaluate', 'run', ...args], { cwd })
  }
  const model = (run: string) => join(run, 'model/model.json')

  test.each<[string, (run: string) => void, string]>([
    ['is not there', (run) => rmSync(run, { recursive: true }), 'run is not the folder of a run: no such folder'],
    ['is no run', (run) => rmSync(join(run, 'spec.json')), 'run is not the folder of a run: it has no spec.json'],
    [
      'has a bad spec',
      (run) => writeFileSync(join(run, 'spec.json'), '{}'),
      'run/spec.json:1:1: found no "data", which must be given',
    ],
    [
      'was cut off',
      (run) => rmSync(join(run, 'model'), { recursive: true }),
      'run/model/model.json: no such file or folder; a run that was killed before its end has no model',
    ],
    [
      'was cut off as its model was written',
      (run) => {
        renameSync(join(run, 'model/weights.bin'), join(run, 'model/weights.bin.0a1b2c3d4e5f.tmp'))
        rmSync(model(run))
      },
      'run/model/model.json: no such file or folder; a run that was killed before its end has no model',
    ],
    [
      'has not all weights',
      (run) => truncateSync(join(run, 'model/weights.bin'), 1000),
      'run/model/weights.bin: found 1000 bytes, must be 25608; the file is damaged',
    ],
    [
      'has weights that are damaged',
      (run) => {
        const bytes = readFileSync(join(run, 'model/weights.bin'))
        writeFileSync(join(run, 'model/weights.bin'), bytes.fill(255, 400, 404))
      },
      'run/model/weights.bin: its SHA-256 differs from the one in run/model/model.json; the file is damaged, or belongs to another run',
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

const realRbm = (model: object) => ({
  data: { dataset: 'digits', flatten: true, standardize: true },
  model: { type: 'RBM', visible: { type: 'gaussian', variance: 'learned' }, ...model },
  optimizer: { type: 'SGD', learning_rate: 0.01 },
  fit: { batch_size: 50, epochs: 3 },
})

describe('the likelihood of an RBM', () => {
  let cwd: string
  beforeAll(async () => {
    cwd = await trainedRuns({
      small: SMALL_RBM,
      chains: { ...SMALL_RBM, training: { algorithm: 'pcd' }, metrics: ['flip_rate', 'pseudo_likelihood'] },
      large: { ...SMALL_RBM, model: { type: 'RBM', hidden_units: 26 }, fit: { batch_size: 1000, epochs: 1 } },
      real: realRbm({ hidden_units: 6 }),
      'many-real': realRbm({ hidden_units: 26 }),
      rectified: realRbm({ hidden_units: 6, hidden: 'nrelu' }),
      labelled: { ...SMALL_RBM, training: { algorithm: 'cd', labels: 'generative' }, metrics: ['accuracy'] },
    })
  })

  const reportOf = async (...args: string[]) => {
    const { code, stdout } = await runMain(['evaluate', ...args, '--json'], { cwd })
    expect(code).toBe(0)
    return documentOf(stdout, 'evaluate.schema.json')
  }

  test('is the same by float64, exactly and nearly by annealed importance sampling', async () => {
    const { likelihood: exact } = await reportOf('small', '--exact')
    const { weights } = await readModel(join(cwd, 'small/model'))
    const parameters = rbmParameters(Object.fromEntries([...weights].map(([name, { values }]) => [name, values])))
    const { test: part } = await loadMnist10k()
    const rows = Float32Array.from(part.x, (value) => (value >= 127.5 ? 1 : 0))
    expect(exact).toMatchObject({ method: 'exact', ais: null, warnings: [] })
    expect(exact.log_z).toBeCloseTo(logPartition(parameters), 10)
    expect(exact.test).toBeCloseTo(logLikelihood(parameters, rows, exact.log_z), 3)
    expect(Math.abs(exact.train - exact.test)).toBeLessThan(5)

    const { likelihood: estimate } = await reportOf('small', '--ais', 'chains=50,betas=505')
    expect(estimate).toMatchObject({ method: 'ais', ais: { chains: 50, betas: 505 } })
    expect(estimate.log_z).toBeCloseTo(exact.log_z, 0)
    expect(estimate.test + estimate.log_z).toBeCloseTo(exact.test + exact.log_z, 4)
    const [least, most] = estimate.ais.interval
    expect(exact.log_z).toBeGreaterThan(least)
    expect(exact.log_z).toBeLessThan(most)
  })

  test.each([
    ['real', { density: true, labels: false }, 'means of the training data, variances of the model'],
    ['labelled', { density: false, labels: true }, 'marginals of the training data'],
  ])('of other machines is nearly the exact one by sampling: %s', async (run, kind, base) => {
    const { likelihood: exact } = await reportOf(run, '--exact')
    const { likelihood: estimate } = await reportOf(run, '--ais', 'chains=50,betas=505')
    expect(exact).toMatchObject({ method: 'exact', ...kind, warnings: [] })
    expect(estimate).toMatchObject({ method: 'ais', ...kind, ais: { base }, warnings: [] })
    const [least, most] = estimate.ais.interval
    expect(exact.log_z).toBeGreaterThan(least)
    expect(exact.log_z).toBeLessThan(most)
    expect(estimate.test + estimate.log_z).toBeCloseTo(exact.test + exact.log_z, 4)
    expect(Math.abs(exact.train - exact.test)).toBeLessThan(5)
  })

  test('of samples with their labels is that of the samples and of the labels given them', async () => {
    const { likelihood, test: measures } = await reportOf('labelled', '--exact')
    const alone = await reportOf('labelled', '--exact', '--set', 'training.labels=discriminative')
    expect(measures.accuracy).toBeGreaterThan(0.3)
    expect(alone.likelihood.log_z).toBe(likelihood.log_z)
    // log p(v, y) is below log p(y | v), of which the loss of a discriminative machine is the negative
    expect(likelihood.test).toBeLessThan(-alone.test.loss)
    expect(alone.likelihood.warnings).toEqual([
      'The model was trained to predict labels ("discriminative"), so it says little about how likely samples are.',
    ])
  })

  test('is printed in words', async () => {
    const { stdout } = await runMain(['evaluate', 'small', '--ais', 'betas=20'], { cwd })
    expect(stdout).toMatch(
      /\nMean log-likelihood in nats, estimated by annealed importance sampling, 100 chains, 20 betas:\n {2}training samples +-\d+\.\d\d\n {2}test samples +-\d+\.\d\d\n {2}log Z +\d+\.\d\d\n {2}log Z at least +(-inf|\d+\.\d\d)\n {2}log Z at most +\d+\.\d\d\n {2}effective chains +\d+\.\d\n/,
    )
  })

  test('says what it is the likelihood of', async () => {
    const { stdout: real } = await runMain(['evaluate', 'real', '--exact'], { cwd })
    expect(real).toMatch(/\nMean log-density in nats, exact:\n/)
    const { stdout: labelled } = await runMain(['evaluate', 'labelled', '--exact'], { cwd })
    expect(labelled).toMatch(/\nMean log-likelihood of samples and their labels in nats, exact:\n/)
  })

  test('comes without metrics of the chains of training', async () => {
    const { test: measures, left_out } = await reportOf('chains')
    expect(left_out).toEqual(['loss', 'flip_rate'])
    expect(Object.keys(measures)).toEqual(['pseudo_likelihood'])
  })

  test.each([
    [['large', '--exact'], '--exact: found 784 visible and 26 hidden units, but one side must have at most 25; --ais'],
    [
      ['many-real', '--exact'],
      '--exact: found 64 visible and 26 hidden units, but the hidden side must have at most 25; --ais',
    ],
    [
      ['rectified', '--exact'],
      '--exact: log Z can be computed only for Bernoulli hidden units, but those of this model are nrelu',
    ],
    [
      ['rectified', '--ais', 'betas=5'],
      '--ais: log Z can be computed only for Bernoulli hidden units, but those of this model are nrelu',
    ],
    [['small', '--exact', '--ais', 'chains=5'], '--ais and --exact cannot be used together'],
    [['small', '--ais', 'chains=0'], '--ais: found "chains=0", must be chains=N, betas=N or betas=murray'],
    [['small', '--ais', '100'], '--ais: found "100", must be chains=N, betas=N or betas=murray'],
  ])('%j is told', async (args, words) => {
    const { code, stdout, stderr } = await runMain(['evaluate', ...args], { cwd })
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(words) })
  })

  test('is refused for a network', async () => {
    const { code, stderr } = await runMain(['evaluate', 'sequential', '--exact'], { cwd: trained })
    const words = '--exact: sequential holds a model of type Sequential, but only a model of type RBM has a log Z\n'
    expect({ code, stderr }).toEqual({ code: 2, stderr: words })
  })
})
