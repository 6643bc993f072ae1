/** Sequences of unequal length in own data. */
import { describe, expect, test } from 'vitest'
import { kerasFixture } from '../../support/keras.js'
import { loaded, openOwnSpec, problemsOf, REGRESSION, valuesIn } from '../../support/own-data.js'

const { lengths, padded } = kerasFixture('series')

const network = (...end: object[]) => ({
  model: { type: 'Sequential', layers: [{ type: 'Flatten' }, ...end] },
})
const NUMBER = { ...REGRESSION, ...network({ type: 'Dense', units: 'auto' }) }
const CLASS = network({ type: 'Dense', units: 'auto', activation: 'softmax' })

const csv = (header: string, rows: readonly (readonly (number | string)[])[]): string =>
  `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`

/** Step t of sequence s: group, t, s + t / 8, -t, and the target of the sequence. */
const steps = lengths.flatMap((length, s) =>
  Array.from({ length }, (_, t): (number | string)[] => [`g${s}`, t, s + t / 8, -t, 10 * s]),
)
const FEATURES = { a: 'float', b: 'float' }
const DATA = { source: 'a.csv', features: FEATURES, target: 'y' }

describe('equal to pad_sequences', () => {
  test.each(padded)('$sequence', async ({ sequence, x }) => {
    const data = { ...DATA, sequence: { group: 'g', order_by: 't', ...sequence } }
    // rows in any order
    const files = { 'a.csv': csv('g,t,a,b,y', [...steps].reverse()) }
    const { data: read } = await loaded(files, data, NUMBER)
    const values = valuesIn(read.train)
    // the groups appear from the last to the first
    const size = x.length / lengths.length
    const turned = lengths.flatMap((_, s) => x.slice((lengths.length - 1 - s) * size).slice(0, size))
    expect(values['x:features']!.map((value) => value + 0)).toEqual(turned.map((value) => value + 0))
    expect(values['y:y']).toEqual([40, 30, 20, 10, 0])
  })
})

test('without maxlen the longest sequence of all parts counts, and the spec of the run has it', async () => {
  const longer = Array.from({ length: 7 }, (_, t) => ['h', t, 1, 1, 1])
  const files = { 'a.csv': csv('g,t,a,b,y', steps), 'b.csv': csv('g,t,a,b,y', longer) }
  const data = { ...DATA, validation: 'b.csv', sequence: { group: 'g' } }
  const { spec, data: open } = await openOwnSpec(files, data, NUMBER)
  expect(open.form.inputs.features!.shape).toEqual([7, 2])
  expect(spec.data).toMatchObject({ sequence: { maxlen: 7 } })
  expect(open.decided[0]).toMatch(/5 sequences to train, 1 to validate, each of 7 steps/)
})

describe('parts', () => {
  /** 12 sequences of two classes, of two steps. */
  const rows = Array.from({ length: 24 }, (_, row) => [`g${row >> 1}`, row & 1, row >> 1, 0, 'ab'[(row >> 1) % 2]!])
  const files = { 'a.csv': csv('g,t,a,b,y', rows) }
  const data = { ...DATA, features: { a: 'float' }, sequence: { group: 'g' } }
  const fit = { fit: { validation_split: 0.5 } }

  test('sequences are drawn whole, in the proportions of the classes', async () => {
    const { data: read } = await loaded(files, data, { ...CLASS, ...fit })
    for (const part of ['train', 'validation'] as const) {
      const { 'x:features': x, 'y:y': y } = valuesIn(read[part])
      expect(y!.toSorted()).toEqual([0, 0, 0, 1, 1, 1])
      for (const [at, label] of y!.entries()) expect([x![2 * at]! % 2, x![2 * at + 1]! % 2]).toEqual([label, label])
    }
  })

  test('the last sequences, in memory and in a pack', async () => {
    for (const cache of ['memory', 'disk']) {
      const { data: read } = await loaded(files, { ...data, split: 'last', cache }, { ...CLASS, ...fit })
      expect(valuesIn(read.validation)['x:features']).toEqual([6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11])
    }
  })

  test('as a column says', async () => {
    const named = rows.map((row, index) => [...row, index < 16 ? 'train' : 'val'])
    const { data: read } = await loaded(
      { 'a.csv': csv('g,t,a,b,y,part', named) },
      { ...data, split: { column: 'part' } },
      CLASS,
    )
    expect(read.form.rows).toEqual({ train: 8, validation: 4, test: 0 })
    expect(valuesIn(read.validation)['x:features']).toEqual([8, 8, 9, 9, 10, 10, 11, 11])
  })

  test('folds of sequences', async () => {
    const { data: read } = await loaded(files, data, { ...CLASS, fit: { k_fold: 3, fold: 2 } })
    expect(read.form.rows).toEqual({ train: 8, validation: 4, test: 0 })
  })
})

test('steps learn from the rows of training sequences that are not cut off', async () => {
  const rows = [
    ...[900, 1, 3].map((v, t) => ['g', t, v, 0]),
    ...[500, 1, 2].map((v, t) => ['h', t, v, 0]),
    ...[700, 700].map((v, t) => ['v', t, v, 0]),
  ]
  const data = {
    ...{ source: 'a.csv', features: { a: { type: 'float', steps: ['MinMax'] } }, target: 'y', split: 'last' },
    sequence: { group: 'g', maxlen: 2 },
  }
  const { data: read } = await loaded({ 'a.csv': csv('g,t,a,y', rows) }, data, {
    ...NUMBER,
    fit: { validation_split: 0.33 },
  })
  expect(valuesIn(read.train)['x:features']).toEqual([0, 1, 0, 0.5])
})

test('a target for each step is padded with 0, at the places of the padding', async () => {
  const data = { ...DATA, target: 'b', sequence: { group: 'g', per_step: true, padding: 'post' } }
  const { data: read } = await loaded({ 'a.csv': csv('g,t,a,b,y', steps) }, data, NUMBER)
  const wanted = lengths.flatMap((length) => Array.from({ length: 5 }, (_, t) => (t < length ? -t + 0 : 0)))
  expect(valuesIn(read.train)['y:b']!.map((value) => value + 0)).toEqual(wanted)
})

test('bytes that -1 fills up become numbers, and 0 leaves them bytes', async () => {
  const rows = [
    ['g', 'red', 1],
    ['g', 'blue', 1],
    ['h', 'red', 0],
  ]
  const form = async (value: number) => {
    const data = {
      source: 'a.csv',
      features: { c: 'string_categorical' },
      target: 'y',
      sequence: { group: 'g', value },
    }
    const { data: read } = await loaded({ 'a.csv': csv('g,c,y', rows) }, data, NUMBER)
    return { ...read.train.fields['x:features'], stored: valuesIn(read.train)['x:features'] }
  }
  expect(await form(0)).toMatchObject({ dtype: 'uint8', stored: [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] })
  expect(await form(-1)).toMatchObject({
    ...{ dtype: 'float32', values: 'real' },
    stored: [0, 1, 0, 0, 0, 1, -1, -1, -1, 0, 1, 0],
  })
})

describe('what is refused', () => {
  test('rows of a sequence with different targets', async () => {
    const files = {
      'a.csv': csv('g,a,b,y', [
        ['g', 1, 1, 'u'],
        ['h', 1, 1, 'v'],
        ['g', 1, 1, 'v'],
      ]),
    }
    expect(await problemsOf(files, { ...DATA, sequence: { group: 'g' } }, CLASS)).toEqual([
      '/data/sequence/group: row 3 of a.csv, column "y": found "v", but row 1 of the same sequence has "u"; "per_step": true gives each step a target of its own',
    ])
  })

  test('two rows of a sequence with the same place', async () => {
    const files = {
      'a.csv': csv('g,t,a,b,y', [
        ['g', 1, 1, 1, 2],
        ['h', 1, 1, 1, 2],
        ['g', 1, 1, 1, 2],
      ]),
    }
    expect(await problemsOf(files, { ...DATA, sequence: { group: 'g', order_by: 't' } }, NUMBER)).toEqual([
      '/data/sequence/order_by: row 3 of a.csv, column "t": found "1", which row 1 has too, must be there once in its group',
    ])
  })

  test('a number that fills up and is no category', async () => {
    const features = { a: { type: 'integer_categorical', output_mode: 'int' } }
    const files = {
      'a.csv': csv(
        'g,t,a,b,y',
        steps.map(([g, t, , b, y]) => [g!, t!, t!, b!, y!]),
      ),
    }
    const data = { ...DATA, features, sequence: { group: 'g', value: -1 } }
    expect(await problemsOf(files, data, NUMBER)).toEqual([
      '/data/sequence/value: found -1, but input "features" has numbers of categories, 0 to 5',
    ])
  })

  test('a gap in the column that names sequences', async () => {
    const files = {
      'a.csv': csv('g,a,b,y', [
        ['g', 1, 1, 2],
        ['', 1, 1, 2],
      ]),
    }
    expect(await problemsOf(files, { ...DATA, sequence: { group: 'g' } }, NUMBER)).toEqual([
      expect.stringContaining('column "g" of a.csv has a gap in row 2'),
    ])
  })
})
