/** `predict` and `evaluate` of the library: rows in memory and in files. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { testSource } from '../../src/data/sources/built-in.js'
import {
  type Answer,
  type AnswerPiece,
  evaluate,
  type GivenData,
  type PredictOptions,
  predict,
  type Spec,
  type TrainedModel,
  train,
  UserError,
} from '../../src/index.js'
import { temporaryFolder } from '../support/command.js'

const SPECS = join(import.meta.dirname, '../../specs')

async function trained(spec: Spec | string, overrides: Readonly<Record<string, unknown>> = {}): Promise<TrainedModel> {
  const options = { engine: 'onnx', overrides: { 'fit.epochs': 2, ...overrides } } as const
  for await (const event of train(spec, options)) if (event.type === 'result') return event.model!
  throw new Error('no result')
}

async function answersOf(model: TrainedModel, data: GivenData, options: PredictOptions = {}): Promise<Answer[]> {
  const answers: Answer[] = []
  for await (const answer of predict(model, data, options)) answers.push(answer)
  return answers
}

async function piecesOf(model: TrainedModel, data: GivenData, options: PredictOptions = {}): Promise<AnswerPiece[]> {
  const pieces: AnswerPiece[] = []
  for await (const piece of predict(model, data, options).pieces()) pieces.push(piece)
  return pieces
}

type Row = Record<string, string | number | null>

/** The rows of a CSV file without quotes, numbers as numbers. */
function rowsOf(path: string): Row[] {
  const [header, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/)
  const names = header!.split(',')
  const value = (text: string) => (text === '' ? null : Number.isNaN(Number(text)) ? text : Number(text))
  return lines.map((line) => Object.fromEntries(line.split(',').map((text, index) => [names[index]!, value(text)])))
}

const errorOf = (work: Promise<unknown>): Promise<UserError> =>
  work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error) => {
      expect(error).toBeInstanceOf(UserError)
      return error
    },
  )

describe('rows of a table', () => {
  const file = join(SPECS, 'data/penguins.csv')
  let model: TrainedModel
  let rows: Row[]
  let whole: Answer[]
  beforeAll(async () => {
    model = await trained(join(SPECS, 'penguins.json'))
    rows = rowsOf(file)
    whole = await answersOf(model, file)
  })

  test('objects have the answers of the file, without their target too', async () => {
    expect(whole).toHaveLength(rows.length)
    expect(Object.keys(whole[0]!)).toContain('predicted_species')
    expect(await answersOf(model, rows)).toEqual(whole)
    const withoutTarget = rows.map(({ species: _, ...row }) => row)
    expect(await answersOf(model, withoutTarget)).toEqual(whole)
  })

  test('from a generator, one alone, and as text', async () => {
    async function* coming() {
      yield* rows
    }
    expect(await answersOf(model, coming())).toEqual(whole)
    expect(await answersOf(model, [rows[7]!])).toEqual([whole[7]])
    const texts = rows
      .slice(0, 5)
      .map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)])),
      )
    expect(await answersOf(model, texts)).toEqual(whole.slice(0, 5))
  })

  test('two files, and columns that are kept', async () => {
    const copy = join(temporaryFolder(), 'b.csv')
    copyFileSync(file, copy)
    const answers = await answersOf(model, [file, copy], { keep: ['island', 'body_mass_g'] })
    expect(answers).toHaveLength(2 * rows.length)
    const kept = { island: rows[1]!.island, body_mass_g: String(rows[1]!.body_mass_g) }
    expect(answers[1]).toEqual({ ...kept, ...whole[1] })
    expect(await answersOf(model, rows.slice(1, 2), { keep: ['island', 'body_mass_g'] })).toEqual([answers[1]])
  })

  test('a sender may wait for each answer', async () => {
    let answered = 0
    async function* asking() {
      for (const [index, row] of rows.slice(0, 3).entries()) {
        yield row
        for (let turn = 0; answered <= index && turn < 500; turn++) await pause(10)
        expect(answered).toBe(index + 1)
      }
    }
    for await (const answer of predict(model, asking())) expect(answer).toEqual(whole[answered++])
    expect(answered).toBe(3)
  })

  test('no rows have no answers', async () => {
    expect(await answersOf(model, [])).toEqual([])
    expect(await answersOf(model, (async function* () {})())).toEqual([])
  })

  test('a loop that is left ends the rows', async () => {
    let isEnded = false
    async function* coming() {
      try {
        for (;;) yield* rows
      } finally {
        isEnded = true
      }
    }
    for await (const _ of predict(model, coming())) break
    expect(isEnded).toBe(true)
  })

  test('pieces have the outputs', async () => {
    const pieces = await piecesOf(model, rows)
    const { outputs, answers } = pieces[0]!
    const { shape, values } = outputs.species!
    expect(shape).toEqual([answers.length, 3])
    expect(Object.values(answers[1]!).slice(1)).toEqual([...values.subarray(3, 6)])
    expect(pieces.map(({ from }) => from)[0]).toBe(0)
    const hidden = await piecesOf(model, rows, { output: 'dense' })
    expect(hidden[0]!.outputs.dense!.shape[0]).toBe(answers.length)
  })

  test('rows that cannot be prepared', async () => {
    const number = Object.keys(rows[0]!).find((name) => typeof rows[0]![name] === 'number')!
    const some: Row[] = rows.slice(0, 4).map((row, index) => (index === 2 ? { ...row, [number]: 'much' } : row))
    const { message, issues } = await errorOf(answersOf(model, some))
    expect(message).toMatch(/^the data has a row that cannot be prepared; "onError: "skip""/)
    expect(issues).toMatchObject([
      { source: 'the data', message: expect.stringContaining(`row 3, column "${number}": found "much"`) },
    ])
    const [piece] = await piecesOf(model, some, { onError: 'skip' })
    expect(piece!.bad).toMatchObject([{ row: 2 }])
    expect(Object.values(piece!.answers[2]!).every((value) => value === null)).toBe(true)
    expect(piece!.answers[3]).toEqual(whole[3])
  })

  test.each<[string, unknown, RegExp]>([
    ['a number', [3], /row 1: found a number, must be an object/],
    ['a list', [[1, 2]], /row 1: found a list, must be an object/],
    ['another column', [{ a: 1 }], /^the data lacks \d+ columns; it has "a"/],
    ['a file that is not there', 'none.csv', /none\.csv/],
    ['standard input', '-', /\.\/-|-: no such file/],
  ])('%s is no data', async (_, data, message) => {
    expect((await errorOf(answersOf(model, data as GivenData))).message).toMatch(message)
  })

  test('a layer that is not there', async () => {
    const { message } = await errorOf(answersOf(model, rows, { output: 'dens' }))
    expect(message).toBe('The model has no output and no layer "dens"; did you mean dense?')
  })

  test('a signal ends it', async () => {
    await expect(answersOf(model, rows, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  })

  test('evaluate: on the test rows of the spec, and on a file', async () => {
    const { scores, samples } = await evaluate(model)
    expect(Object.keys(scores)).toEqual(['loss', ...model.spec.metrics.map(({ name }) => name)])
    const all = await evaluate(model, file)
    expect(samples).toBeLessThan(all.samples)
    const right = rows.filter(({ species }, index) => whole[index]!.predicted_species === species).length
    expect(all.scores.acc).toBeCloseTo(right / all.samples, 6)
  })

  test('evaluate: rows in memory are as those of the file', async () => {
    const all = await evaluate(model, file)
    expect(await evaluate(model, rows)).toEqual(all)
    const { message, issues } = await errorOf(evaluate(model, [{ ...rows[0]!, species: 'Emu' }]))
    expect(message).toBe('the data cannot be used by this model.')
    expect(issues[0]!.message).toContain('"Emu"')
    expect((await errorOf(evaluate(model, []))).message).toBe('There are no rows to evaluate on.')
    const [{ species: _, ...without }] = rows as [Row]
    expect((await errorOf(evaluate(model, [without]))).issues[0]!.message).toContain('has no column "species"')
  })

  test('the folder of a run has the same answers', async () => {
    const out = join(temporaryFolder(), 'run')
    for await (const _ of train(join(SPECS, 'penguins.json'), { engine: 'onnx', overrides: { 'fit.epochs': 2 }, out }));
    const answers: Answer[] = []
    for await (const answer of predict(out, rows)) answers.push(answer)
    expect(answers).toEqual(whole)
    expect(await evaluate(out)).toEqual(await evaluate(model))
  })
})

test('samples of a set: bytes, and numbers from 0 to 1', async () => {
  const model = await trained(join(SPECS, 'mnist-10k.json'), { 'fit.epochs': 1 })
  const pixels: Uint8Array[] = []
  for await (const { columns, count } of (await testSource(model.spec.data as never)).rows()) {
    const x = columns.x as Uint8Array
    for (let row = 0; row < count; row++) pixels.push(x.slice(784 * row, 784 * (row + 1)))
  }
  const whole = await answersOf(model, 'mnist-10k')
  const some = pixels.slice(0, 40)
  expect(
    await answersOf(
      model,
      some.map((x) => ({ x })),
    ),
  ).toEqual(whole.slice(0, 40))
  const scaled = some.map((x) => ({
    x: Array.from({ length: 28 }, (_, line) => [...x.subarray(28 * line, 28 * line + 28)].map((byte) => byte / 255)),
  }))
  const answers = await answersOf(model, scaled)
  expect(answers.map(({ predicted_y }) => predicted_y)).toEqual(
    whole.slice(0, 40).map(({ predicted_y }) => predicted_y),
  )
  const { message } = await errorOf(answersOf(model, [{ x: [1, 2] }]))
  expect(message).toMatch(/row 1, column "x": found 2 numbers, must be an array of 784 numbers, shape /)
})

test('windows over rows', async () => {
  const model = await trained(join(SPECS, 'seattle-temperature.json'))
  const file = join(SPECS, 'data/seattle-weather.csv')
  const whole = await answersOf(model, file)
  expect(whole.length).toBeGreaterThan(1000)
  expect(await answersOf(model, rowsOf(file))).toEqual(whole)
  expect(await evaluate(model, rowsOf(file))).toEqual(await evaluate(model, file))
})

test('a column of arrays', async () => {
  const folder = temporaryFolder()
  const rows = Array.from({ length: 60 }, (_, row) => ({ x: [row % 3, 1 - (row % 3), row / 60, 1], y: row % 3 }))
  const npy = (shape: string, values: Float32Array) => {
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117).concat('\n')
    return Buffer.concat([
      Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]),
      Buffer.from(header),
      Buffer.from(values.buffer),
    ])
  }
  writeFileSync(join(folder, 'x.npy'), npy('60, 2, 2', Float32Array.from(rows.flatMap(({ x }) => x))))
  writeFileSync(join(folder, 'y.npy'), npy('60,', Float32Array.from(rows.map(({ y }) => y))))
  const source = { x: join(folder, 'x.npy'), y: join(folder, 'y.npy') }
  const model = await trained({
    data: { source, target: 'y' },
    model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 3, activation: 'softmax' }] },
    loss: 'sparse_categorical_crossentropy',
  })
  const whole = await answersOf(model, source)
  expect(await answersOf(model, { x: source.x })).toEqual(whole)
  expect(await answersOf(model, rows)).toEqual(whole)
  const nested = rows.map(({ x: [a, b, c, d] }) => ({ x: [[a, b], Float32Array.of(c!, d!)].map((line) => [...line]) }))
  expect(await answersOf(model, nested)).toEqual(whole)
  expect(await evaluate(model, rows)).toEqual(await evaluate(model, source))
  const odd = await errorOf(answersOf(model, [{ x: ['a', 1, 2, 3] }]))
  expect(odd.message).toMatch(/row 1, column "x": found a list, must be an array of 4 numbers/)
})
