/** `start`: training begins with the weights of another run or of a file. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { safetensors } from '../../src/export/safetensors.js'
import { readModel, type SavedModel } from '../../src/export/saved-model.js'
import { readWeightFile } from '../../src/run/weight-file.js'
import { forDamaged } from '../support/damaged.js'
import { FIXTURES, importFixture } from '../support/imported.js'
import { runMain } from '../support/main.js'
import { documentOf } from '../support/schema.js'

const dense = (units: number, more: object = {}) => ({ type: 'Dense', units, ...more })
const LAYERS = [
  dense(12, { activation: 'relu', name: 'hidden' }),
  { type: 'BatchNormalization', name: 'norm' },
  dense(10, { activation: 'softmax', name: 'classes' }),
]
/** All layers are as they were found, and running moments stay too. */
const FROZEN = LAYERS.map((layer) => ({ ...layer, trainable: false }))

const network = (layers: readonly object[], more: object = {}) => ({
  data: { dataset: 'digits', flatten: true },
  model: { type: 'Sequential', layers },
  optimizer: 'adam',
  loss: 'sparse_categorical_crossentropy',
  metrics: ['acc'],
  fit: { batch_size: 64, epochs: 2, validation_split: 0.2 },
  ...more,
})
const STILL = { optimizer: { type: 'SGD', learning_rate: 0 } }
const RBM = {
  data: { dataset: 'digits', flatten: true, binarize: 'threshold' },
  model: { type: 'RBM', hidden_units: 12 },
  training: { algorithm: 'pcd', chains: 20 },
  fit: { batch_size: 64, epochs: 1 },
}

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  for (const [name, spec] of Object.entries({ first: network(LAYERS), rbm: RBM })) {
    expect(await trained(spec, name)).toMatchObject({ code: 0 })
  }
  return () => rmSync(folder, { recursive: true })
})

/** Writes a spec into the folder, and trains it into the folder of its name. */
async function trained(spec: object, name: string, ...args: string[]) {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(spec))
  return train(`${name}.json`, '--out', name, '--engine', 'onnx', ...args)
}

const train = (...args: string[]) => runMain(args, { cwd: folder })
const safetensorsOf = (weights: SavedModel['weights']) =>
  safetensors(
    Array.from(weights, ([name, weight]) => ({ name, ...weight })),
    {},
  )
const json = (path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8'))
const weightsIn = async (run: string) =>
  Object.fromEntries(
    Array.from((await readModel(join(folder, run, 'model'))).weights, ([name, { values }]) => [name, values]),
  )

describe('a run that starts from another', () => {
  test('has its weights and its scores, bit for bit, if nothing is trained', async () => {
    const { code, stderr } = await trained(
      network(FROZEN, { start: 'first', fit: { batch_size: 64, epochs: 1 } }),
      'frozen',
    )
    expect(code).toBe(0)
    expect(stderr).toContain('Start: all 3 layers have the weights of first.\n')
    expect(await weightsIn('frozen')).toEqual(await weightsIn('first'))
    expect(json('frozen/history.json').test).toEqual(json('first/history.json').test)
  })

  test('begins where the other ended, also its average of weights', async () => {
    const spec = network(LAYERS.toSpliced(1, 1), { fit: { batch_size: 64, epochs: 2, validation_split: 0.2 } })
    await trained(spec, 'plain')
    await trained({ ...spec, ...STILL, start: 'plain' }, 'still')
    expect(await weightsIn('still')).toEqual(await weightsIn('plain'))
    const [, last] = json('plain/history.json').metrics.val_loss
    expect(json('still/history.json').metrics.val_loss).toEqual([last, last])
    await trained({ ...spec, optimizer: { ...STILL.optimizer, use_ema: true }, start: 'plain' }, 'average')
    const { loss } = json('average/history.json').test
    expect(loss).toBeCloseTo(json('plain/history.json').test.loss, 6)
  })

  test('is the same again from its own spec, also in another folder', async () => {
    await trained(network(LAYERS, { start: { from: 'first' } }), 'once')
    expect(json('once/spec.json').start).toEqual({
      from: '../first',
      layers: 'all',
      sha256: (await readModel(join(folder, 'first/model'))).sha256,
    })
    expect(await train('once/spec.json', '--out', 'deep/again', '--engine', 'onnx')).toMatchObject({ code: 0 })
    expect(await weightsIn('deep/again')).toEqual(await weightsIn('once'))
    expect(json('deep/again/history.json').metrics).toEqual(json('once/history.json').metrics)
    expect(json('deep/again/spec.json').start.from).toBe('../../first')
  })

  test('does not start if the weights have changed or are gone, but its own model stays of use', async () => {
    await trained(network(FROZEN), 'other')
    cpSync(join(folder, 'first'), join(folder, 'source'), { recursive: true })
    await trained(network(LAYERS, { start: 'source' }), 'started')
    renameSync(join(folder, 'source/model'), join(folder, 'source/kept'))
    const evaluated = await train('evaluate', 'started', '--json', '--engine', 'onnx')
    expect(documentOf(evaluated.stdout, 'evaluate.schema.json').test).toEqual(json('started/history.json').test)
    const gone = await train('started/spec.json')
    expect(gone).toMatchObject({ code: 2 })
    expect(gone.stderr).toContain('/start/from: source: has no model; a run that was killed before its end has none\n')
    cpSync(join(folder, 'other/model'), join(folder, 'source/model'), { recursive: true })
    const changed = await train('started/spec.json')
    expect(changed).toMatchObject({ code: 2 })
    expect(changed.stderr).toMatch(
      /\/start\/sha256: source\/model\/weights\.bin has changed: its SHA-256 is [\da-f]{64}; leave "sha256" out/,
    )
  })

  test('is in the history', async () => {
    await trained(
      network([...LAYERS.slice(0, 2), dense(10, { name: 'others', activation: 'softmax' })], {
        start: { from: 'first', layers: 'matching' },
      }),
      'matching',
    )
    expect(
      documentOf(readFileSync(join(folder, 'matching/history.json'), 'utf8'), 'history.schema.json').start,
    ).toEqual({
      from: 'first',
      loaded: ['hidden', 'norm'],
      initial: [{ layer: 'others', why: 'it is not there' }],
    })
    expect(json('first/history.json').start).toBeNull()
  })
})

describe('layers that do not fit', () => {
  const misfit = [
    dense(16, { activation: 'relu', name: 'hiden' }),
    LAYERS[1]!,
    dense(10, { name: 'classes', use_bias: false }),
  ]

  test('are problems, all at once, with their places, shapes and the nearest name', async () => {
    const { code, stderr } = await trained(network(misfit, { start: 'first' }), 'misfit')
    expect(code).toBe(2)
    const file = 'first/model/weights.bin'
    const lines = stderr.split('\n').map((line) => line.replace(/^\S+ /, ''))
    expect(lines.slice(0, 4)).toEqual([
      `/model/layers/0: layer "hiden" does not fit ${file}: it is not there; did you mean "hidden"?`,
      `/model/layers/1: layer "norm" does not fit ${file}: its gamma has shape (16,), there (12,), its beta has shape (16,), there (12,), its moving_mean has shape (16,), there (12,), its moving_variance has shape (16,), there (12,)`,
      `/model/layers/2: layer "classes" does not fit ${file}: its kernel has shape (16, 10), there (12, 10)`,
      'layers do not fit the weights of "start"; a layer fits if its name and the shapes of its weights are the same.',
    ])
  })

  test('keep their initial values with "matching", and a line says which', async () => {
    const layers = [LAYERS[0]!, dense(7), LAYERS[2]!, dense(10, { activation: 'softmax' })]
    const start = { from: 'first', layers: 'matching' }
    const { code, stderr } = await trained(network(layers, { ...STILL, start }), 'partly')
    expect(code).toBe(0)
    expect(stderr).toContain(
      'Start: 1 of 4 layers have the weights of first: hidden; 3 keep their initial values: dense (it is not there), classes (its kernel has shape (7, 10), there (12, 10)), dense_1 (it is not there).\n',
    )
    await trained(network(layers, STILL), 'from-seed')
    const [partly, seeded, first] = [await weightsIn('partly'), await weightsIn('from-seed'), await weightsIn('first')]
    expect(partly).toEqual({ ...seeded, 'hidden/kernel': first['hidden/kernel'], 'hidden/bias': first['hidden/bias'] })
  })

  test('are a problem if none fits, also with "matching"', async () => {
    const layers = [dense(10, { name: 'clases', activation: 'softmax' })]
    const { code, stderr } = await trained(network(layers, { start: { from: 'first', layers: 'matching' } }), 'none')
    expect(code).toBe(2)
    expect(stderr).toContain('it is not there; did you mean "classes"?\n1 layer does not fit')
  })

  test('a layer that has more weights in the file does not fit', async () => {
    const layers = [...LAYERS.slice(0, 2), dense(10, { name: 'classes', activation: 'softmax', use_bias: false })]
    const { code, stderr } = await trained(network(layers, { start: 'first' }), 'more')
    expect(code).toBe(2)
    expect(stderr).toContain(
      '/model/layers/2: layer "classes" does not fit first/model/weights.bin: it has more weights there: classes/bias\n',
    )
  })

  test('are few words, however long the names in a file are', async () => {
    const values = new Float32Array(1)
    const odd = Array.from({ length: 2_000 }, (_, index) => `classes/${index}${'/x'.repeat(1_000)}`)
    const { weights } = await readModel(join(folder, 'first/model'))
    const all = [...weights, ...odd.map((name) => [name, { shape: [1], values }] as const)]
    writeFileSync(join(folder, 'long.safetensors'), safetensorsOf(new Map(all)))
    const { code, stderr } = await trained(network(LAYERS, { start: 'long.safetensors' }), 'long')
    expect(code).toBe(2)
    expect(stderr).toContain('it has more weights there: classes/0/x/x')
    expect(stderr.length).toBeLessThan(600)
  })

  test('a remedy is named where some fit', async () => {
    const layers = [...LAYERS.slice(0, 2), dense(10, { name: 'digits', activation: 'softmax' })]
    const { code, stderr } = await trained(network(layers, { start: 'first' }), 'remedy')
    expect(code).toBe(2)
    expect(stderr).toContain('with "layers": "matching" in "start" they would keep their initial values.\n')
  })
})

describe('sources', () => {
  test.each(['first', 'first/', 'first/model', 'first/model/model.json'])('%s', async (start) => {
    writeFileSync(join(folder, 'source.json'), JSON.stringify(network(LAYERS, { start })))
    const { code, stderr } = await train('validate', 'source.json')
    expect(stderr).toBe(`Start: all 3 layers have the weights of ${start}.\nsource.json: ok\n`)
    expect(code).toBe(0)
  })

  test('a path is relative to the folder of the spec', async () => {
    mkdirSync(join(folder, 'specs'))
    writeFileSync(join(folder, 'specs/a.json'), JSON.stringify(network(LAYERS, { start: '../first' })))
    expect(await train('validate', 'specs/a.json')).toMatchObject({ code: 0 })
    const { code, stderr } = await train('validate', 'specs/a.json', '--set', 'start.from=first')
    expect(code).toBe(2)
    expect(stderr).toContain('/start/from: specs/first: no such file or folder\n')
  })

  test.each(['safetensors', 'keras'])('a file that train export --to %s has written', async (format) => {
    const file = `exported.${format}`
    expect(await train('export', 'first', '--to', format, '--out', file)).toMatchObject({ code: 0 })
    await trained(network(FROZEN, { start: file, fit: { epochs: 1 } }), `from-${format}`)
    expect(await weightsIn(`from-${format}`)).toEqual(await weightsIn('first'))
  })

  test.each(['stack2.h5', 'nested2.h5', 'branches.keras'])('%s, which Keras has saved', async (name) => {
    const { weights } = await readWeightFile(join(FIXTURES, name))
    const values = Array.from(weights, ([own, { values }]) => [own, values()] as const)
    expect(Object.fromEntries(values)).toEqual((await importFixture(name)).weights)
  })

  test('the parts of a model of Keras that a spec cannot have are problems of start', async () => {
    const h5 = readFileSync(join(FIXTURES, 'stack2.h5'))
    writeFileSync(join(folder, 'odd.h5'), Buffer.from(h5.toString('latin1').replaceAll('"Dense"', '"Dnese"'), 'latin1'))
    writeFileSync(join(folder, 'a.json'), JSON.stringify(network(LAYERS, { start: 'odd.h5' })))
    const { code, stderr } = await train('validate', 'a.json')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^a\.json:\S+ \/start\/from: .*Dnese/m)
    expect(stderr).toMatch(/\nThe model has .* that a spec cannot have\.\n$/)
  })

  test.each<[string, string]>([
    ['frst', 'frst: no such file or folder; did you mean "first"?'],
    [
      'first.json',
      'first.json: must be the folder of a run, a model.json, or a file that ends in .safetensors, .keras or .h5',
    ],
    ['specless', 'specless: has no model; it is no run either'],
    ['short.safetensors', 'short.safetensors: found 3 bytes, too few for a safetensors file'],
  ])('%s is refused', async (from, message) => {
    mkdirSync(join(folder, 'specless'), { recursive: true })
    writeFileSync(join(folder, 'short.safetensors'), 'abc')
    writeFileSync(join(folder, 'a.json'), JSON.stringify(network(LAYERS, { start: from })))
    const { code, stderr } = await train('validate', 'a.json')
    expect(code).toBe(2)
    expect(stderr).toContain(`/start/from: ${message}\n`)
  })

  test('500 damaged safetensors files end the command with one sentence, or start', async () => {
    const { weights } = await readModel(join(folder, 'first/model'))
    const whole = safetensorsOf(weights)
    writeFileSync(join(folder, 'damaged.json'), JSON.stringify(network(LAYERS, { start: 'damaged.safetensors' })))
    const codes = new Map<number | null, number>()
    await forDamaged(
      whole,
      async (bytes) => {
        writeFileSync(join(folder, 'damaged.safetensors'), bytes)
        const { code, stderr } = await train('validate', 'damaged.json')
        codes.set(code, (codes.get(code) ?? 0) + 1)
        const lines = stderr.trim().split('\n')
        if (code === 0) expect(lines).toHaveLength(2)
        else {
          expect(code).toBe(2)
          // a problem of the file, or one for each layer whose name or shape is another and a sentence about them
          expect(lines.length).toBeLessThanOrEqual(LAYERS.length + 1)
          for (const line of lines) expect(line).not.toMatch(/undefined|internal|\[object|^ *at /)
        }
      },
      500,
    )
    expect(codes.get(2)).toBeGreaterThan(300)
  })

  test('a file that cannot be read is a problem like others', async () => {
    symlinkSync('loop.safetensors', join(folder, 'loop.safetensors'))
    mkdirSync(join(folder, 'folder.safetensors'))
    writeFileSync(join(folder, 'folder.safetensors/model.json'), '{')
    for (const [from, message] of [
      ['loop.safetensors', 'loop.safetensors: it is a link to itself'],
      ['folder.safetensors', 'folder.safetensors/model.json: this is not a model that trainspec wrote'],
    ]) {
      writeFileSync(join(folder, 'a.json'), JSON.stringify(network(LAYERS, { start: from })))
      const { code, stderr } = await train('validate', 'a.json')
      expect(code).toBe(2)
      expect(stderr).toContain(`/start/from: ${message}`)
    }
  })

  test('weights that are not finite are refused', async () => {
    const { weights } = await readModel(join(folder, 'first/model'))
    weights.get('classes/bias')!.values[3] = Number.NaN
    writeFileSync(join(folder, 'nan.safetensors'), safetensorsOf(weights))
    const { code, stderr } = await trained(network(LAYERS, { start: 'nan.safetensors' }), 'nan')
    expect(code).toBe(2)
    expect(stderr).toContain('/start/from: nan.safetensors: weight "classes/bias" holds NaN')
  })
})

describe('kinds of models', () => {
  test('an RBM goes on from an RBM', async () => {
    await trained({ ...RBM, optimizer: { type: 'SGD', learning_rate: 0 }, start: 'rbm' }, 'rbm-still')
    expect(await weightsIn('rbm-still')).toEqual(await weightsIn('rbm'))
  })

  test('an RBM with labels starts from one without, if the labels need not be there', async () => {
    const labelled = {
      ...RBM,
      training: { algorithm: 'cd', labels: 'generative' },
      optimizer: { type: 'SGD', learning_rate: 0 },
    }
    const { code, stderr } = await trained({ ...labelled, start: 'rbm' }, 'labelled')
    expect(code).toBe(2)
    expect(stderr).toContain('/model: layer "labels" does not fit rbm/model/weights.bin: it is not there\n')
    await trained({ ...labelled, start: { from: 'rbm', layers: 'matching' } }, 'labelled')
    expect(await weightsIn('labelled')).toMatchObject(await weightsIn('rbm'))
  })

  test('each fold starts from the weights', async () => {
    await trained(network(FROZEN, { start: 'first', fit: { k_fold: 2, epochs: 1 } }), 'folds')
    for (const fold of [1, 2]) {
      expect(await weightsIn(`folds/folds/${fold}`)).toEqual(await weightsIn('first'))
      expect(json(`folds/folds/${fold}/spec.json`).start.from).toBe('../../../first')
    }
    const { stderr } = await trained(network(LAYERS, { start: 'folds' }), 'of-folds')
    expect(stderr).toContain('/start/from: folds: has a model for each fold; name one of them, such as folds/folds/1\n')
  })

  test('a DBN has no start', async () => {
    const dbn = {
      ...network([]),
      model: { type: 'DBN', rbms: [{ hidden_units: 4 }], fine_tune: 'classifier' },
      start: 'first',
    }
    const { code, stderr } = await trained(dbn, 'dbn')
    expect(code).toBe(2)
    expect(stderr).toContain(
      '/start: found "start", but a DBN starts from the RBMs that it trains; to go on from a trained DBN',
    )
  })
})

describe('other commands', () => {
  const spec = network(LAYERS, { start: 'first' })

  test('summary', async () => {
    writeFileSync(join(folder, 'summary.json'), JSON.stringify(spec))
    const { code, stdout, stderr } = await train('summary', 'summary.json', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Start: all 3 layers have the weights of first.\n' })
    expect(documentOf(stdout, 'summary.schema.json').start).toEqual({
      from: 'first',
      loaded: ['hidden', 'norm', 'classes'],
      initial: [],
    })
  })

  test('find-lr begins at the loss of these weights', async () => {
    writeFileSync(
      join(folder, 'rates.json'),
      JSON.stringify(network([...FROZEN.slice(0, 2), LAYERS[2]!], { start: 'first' })),
    )
    const args = ['find-lr', 'rates.json', '--json', '--engine', 'onnx', '--out', 'rates', '--steps', '20']
    const { stdout } = await train(...args)
    const { loss, start } = documentOf(stdout, 'find-lr.schema.json')
    expect(loss[0]).toBeLessThan(1.2 * json('first/history.json').metrics.loss.at(-1))
    expect(start.loaded).toHaveLength(3)
  })

  test('bench', async () => {
    writeFileSync(join(folder, 'bench.json'), JSON.stringify(spec))
    const args = ['bench', 'bench.json', '--json', '--engine', 'onnx', '--rounds', '1', '--steps', '2']
    const { code, stdout } = await train(...args)
    expect(code).toBe(0)
    expect(documentOf(stdout, 'bench.schema.json').engines).toHaveLength(1)
  })
})
