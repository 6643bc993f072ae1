/** `train` of the library: its events, and the model that it leaves. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type RunEvent, type Spec, type TrainOptions, train, UserError } from '../../src/index.js'
import { openModel } from '../../src/library/open-model.js'
import { temporaryFolder } from '../support/command.js'

const ROOT = join(import.meta.dirname, '../..')

const IRIS = {
  name: 'iris',
  seed: 3,
  engine: 'onnx',
  data: { source: join(ROOT, 'specs/data/iris.csv'), target: 'species', test: 0.2 },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  optimizer: { type: 'Adam', learning_rate: 0.05 },
  metrics: ['acc'],
  fit: { epochs: 3, batch_size: 32 },
} as const satisfies Spec

async function eventsOf(spec: Spec | string, options: TrainOptions = {}): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of train(spec, options)) events.push(event)
  return events
}

const typesOf = (events: readonly RunEvent[]) =>
  events.map(({ type }) => type).filter((type, index, all) => type !== 'batchEnd' && type !== all[index - 1])

function resultOf(events: readonly RunEvent[]) {
  const last = events.at(-1)!
  if (last.type !== 'result') throw new Error('the last event is no result')
  return last
}

const errorOf = (spec: Spec | string, options: TrainOptions = {}): Promise<UserError> =>
  eventsOf(spec, options).then(
    () => {
      throw new Error('it did not fail')
    },
    (error) => {
      expect(error).toBeInstanceOf(UserError)
      return error
    },
  )

describe('a network', () => {
  test('events come in order; the model in memory is that of a folder', async () => {
    const events = await eventsOf(IRIS)
    const epoch = ['epochBegin', 'epochEnd']
    expect(typesOf(events)).toEqual([
      ...['note', 'stageBegin', 'start', ...epoch, ...epoch, ...epoch, 'end', 'stageEnd', 'result'],
    ])
    const result = resultOf(events)
    expect(result).toMatchObject({ outcome: 'done', directory: null, folds: null, expectations: [] })
    expect(Object.keys(result.scores!)).toEqual(['loss', 'acc', 'test_loss', 'test_acc'])

    const out = join(temporaryFolder(), 'run')
    const inFolder = resultOf(await eventsOf(IRIS, { out }))
    expect(inFolder).toMatchObject({ directory: out, scores: result.scores })
    expect(readdirSync(out).toSorted()).toEqual([
      ...['history.csv', 'history.json', 'model', 'preparation.json', 'spec.json'],
    ])
    const opened = await openModel(out)
    for (const model of [inFolder.model!, opened]) {
      expect(model.directory).toBe(out)
      expect(model.weights).toEqual(result.model!.weights)
      expect(model.form).toEqual(result.model!.form)
    }
    const history = JSON.parse(readFileSync(join(out, 'history.json'), 'utf8'))
    expect(history).toMatchObject({ name: 'iris', epochs: 3, test: { acc: result.scores!.test_acc } })
  })

  test('the resolved spec of a run gives the same run', async () => {
    const out = join(temporaryFolder(), 'run')
    const { scores } = resultOf(await eventsOf(IRIS, { out, overrides: { 'fit.epochs': 2 } }))
    expect(resultOf(await eventsOf(join(out, 'spec.json')))).toMatchObject({ scores })
  })

  test('two trainings at once give what they give one after another', async () => {
    const other: Spec = { ...IRIS, seed: 4 }
    const alone = [resultOf(await eventsOf(IRIS)), resultOf(await eventsOf(other))]
    const together = await Promise.all([eventsOf(IRIS), eventsOf(other)])
    expect(together.map((events) => resultOf(events).model!.weights)).toEqual(alone.map(({ model }) => model!.weights))
  })

  test('divergence leaves no model', async () => {
    const events = await eventsOf({ ...IRIS, optimizer: { type: 'SGD', learning_rate: 1e38 } })
    expect(resultOf(events)).toMatchObject({ outcome: 'diverged', model: null })
  })

  test('expectations that are not met', async () => {
    const result = resultOf(await eventsOf({ ...IRIS, expect: { acc: { min: 1.5 } } }))
    expect(result).toMatchObject({ outcome: 'expectationFailed', expectations: [{ key: 'acc', passed: false }] })
    expect(result.model).not.toBeNull()
  })
})

describe('several models', () => {
  test('folds: each has its model, and the result their means', async () => {
    const spec: Spec = { ...IRIS, fit: { ...IRIS.fit, k_fold: 3, epochs: 1 } }
    const events = await eventsOf(spec)
    expect(events.flatMap((event) => (event.type === 'fold' ? [event.fold] : []))).toEqual([1, 2, 3])
    const models = events.flatMap((event) => (event.type === 'stageEnd' ? [event.model] : []))
    expect(models.map((model) => model?.spec.fit.fold)).toEqual([1, 2, 3])
    const { folds, model, scores } = resultOf(events)
    expect(model).toBeNull()
    expect(scores!.val_acc).toBeCloseTo(folds!.mean.val_acc!, 12)

    const out = join(temporaryFolder(), 'run')
    expect(resultOf(await eventsOf(spec, { out })).folds).toEqual(folds)
    expect(JSON.parse(readFileSync(join(out, 'folds.json'), 'utf8'))).toEqual(folds)
  })

  test('a stack: its RBMs, then the network', async () => {
    const spec: Spec = {
      engine: 'onnx',
      data: { dataset: 'bars-and-stripes', size: 3, flatten: true },
      model: { type: 'DBN', rbms: [{ hidden_units: 6 }, { hidden_units: 4 }], fine_tune: 'classifier' },
      loss: 'sparse_categorical_crossentropy',
      fit: { epochs: 2, batch_size: 4 },
    }
    const events = await eventsOf(spec)
    const titles = events.flatMap((event) => (event.type === 'stageEnd' ? [[event.title, event.model !== null]] : []))
    expect(titles).toEqual([
      ['RBM 1 of 2: 9-6', true],
      ['RBM 2 of 2: 6-4', false],
      ['Fine-tuning the classifier: 9-6-4-2', true],
    ])
    expect(resultOf(events).model?.network).not.toBeNull()
  })
})

describe('a signal', () => {
  test('aborted before the call: its reason is thrown', async () => {
    await expect(eventsOf(IRIS, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  })

  test('aborted before training: its reason is thrown, and no folder is made', async () => {
    const ending = new AbortController()
    const out = join(temporaryFolder(), 'run')
    const trying = async () => {
      for await (const event of train(IRIS, { out, signal: ending.signal })) if (event.type === 'note') ending.abort()
    }
    await expect(trying()).rejects.toThrow('aborted')
    expect(existsSync(out)).toBe(false)
  })

  test('aborted in training: the model is kept', async () => {
    const ending = new AbortController()
    const out = join(temporaryFolder(), 'run')
    for await (const event of train(IRIS, { out, signal: ending.signal })) {
      if (event.type === 'epochEnd') ending.abort()
      if (event.type === 'end') expect(event).toMatchObject({ reason: 'interrupted', epochs: 1 })
      if (event.type === 'result') expect(event.outcome).toBe('interrupted')
    }
    expect((await openModel(out)).spec.name).toBe('iris')
  })
})

describe('mistakes', () => {
  test('all of them, in an object without lines', async () => {
    const spec = { ...IRIS, metrics: ['accuracyy'], fit: { epochs: 0 } } as unknown as Spec
    const { message, issues } = await errorOf(spec)
    expect(message).toBe('The spec has 2 problems.')
    expect(issues.map(({ source, pointer, position }) => [source, pointer, position])).toEqual([
      ['spec', '/metrics/0', undefined],
      ['spec', '/fit/epochs', undefined],
    ])
  })

  test('in overrides and options', async () => {
    const { issues } = await errorOf(IRIS, { overrides: { 'fit.epochs': -1, 'fit.batchsize': 3 } })
    expect(issues.map(({ source }) => source)).toEqual(
      expect.arrayContaining(['overrides fit.epochs', 'overrides fit.batchsize']),
    )
    expect((await errorOf(IRIS, { engine: 'onxx' as 'onnx' })).issues).toMatchObject([{ source: 'option engine' }])
  })

  test.each<[string, unknown, RegExp]>([
    ['NaN', { ...IRIS, seed: Number.NaN }, /found NaN as "seed"/],
    ['a function', { ...IRIS, data: () => {} }, /found a function as "data"/],
    ['nothing', undefined, /found undefined/],
    [
      'itself',
      Object.assign(
        {},
        { ...IRIS },
        {
          get data() {
            return this
          },
        },
      ),
      /contains itself/,
    ],
    ['a number', 3, /must be an object/],
  ])('a spec that is or has %s', async (_, spec, message) => {
    const { issues } = await errorOf(spec as Spec)
    expect(issues[0]!.message).toMatch(message)
  })

  test.each(['none.json', '-'])('a file that is not there: %s', async (path) => {
    expect((await errorOf(path)).issues).toMatchObject([{ source: path, message: 'no such file or folder' }])
  })

  test('a folder that is not empty', async () => {
    const { message } = await errorOf(IRIS, { out: temporaryFolder({ 'a.txt': '' }) })
    expect(message).toMatch(/is not empty \(a\.txt\)/)
  })

  test('a callback that writes files, without a folder', async () => {
    const { issues } = await errorOf({
      ...IRIS,
      callbacks: ['TerminateOnNaN', { type: 'CSVLogger', filename: 'a.csv' }],
    })
    expect(issues).toMatchObject([{ pointer: '/callbacks/1' }])
  })
})
