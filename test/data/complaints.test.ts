/** Complaints about other programs, each an issue of theirs. They are about tables, splits and labels. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { batches } from '../../src/data/batches.js'
import { spool } from '../../src/data/own/spool.js'
import { waitingLine } from '../../src/report/waiting.js'
import { loaded, openOwnSpec, problemsOf, REGRESSION, valuesIn } from '../support/own-data.js'
import { fileOf, rowsOf, withTable } from '../support/table.js'

/** A CSV file. */
const csv = (header: string, rows: readonly string[]): string => `${[header, ...rows].join('\n')}\n`

const numbered = (count: number, row: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => row(index))

const A = { source: 'a.csv', target: 'y' }

const HALF = { fit: { validation_split: 0.5 } }

describe('labels', () => {
  test('1: classes 1 to 12 are in the order of their values, and are printed (keras-team/keras#7543)', async () => {
    const files = {
      'a.csv': csv(
        'x,y',
        numbered(24, (row) => `${row},${(row % 12) + 1}`),
      ),
    }
    const { open, data } = await loaded(files, { ...A, features: { x: 'float' } })
    expect(open.decided[1]).toBe(
      'Target "y": class 0 "1", 1 "2", 2 "3", 3 "4", 4 "5", 5 "6", 6 "7", 7 "8", 8 "9", 9 "10" and 2 more.',
    )
    expect(valuesIn(data.train)['y:y']!.slice(0, 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    const class_names = numbered(12, (index) => String(12 - index))
    const { data: turned } = await loaded(files, { ...A, target: { column: 'y', class_names } })
    expect(valuesIn(turned.train)['y:y']!.slice(0, 3)).toEqual([11, 10, 9])
  })

  test('2: a shuffled row keeps its label (tensorflow/tensorflow#50124, keras-team/keras#14416)', async () => {
    const files = {
      'a.csv': csv(
        'x,y',
        numbered(60, (row) => `${row},${row % 7}`),
      ),
    }
    const { data } = await loaded(files, { ...A, features: { x: 'float' } }, { fit: { validation_split: 0.25 } })
    let seen = 0
    for await (const { size, arrays } of batches(data.train, { batchSize: 8, shuffle: { seed: 1, epoch: 1 } })) {
      const [x, y] = [arrays['x:features']!, arrays['y:y']!]
      for (let row = 0; row < size; row++) expect(y[row]).toBe(x[row]! % 7)
      seen += size
    }
    expect(seen).toBe(45)
  })

  test('8: the loss says whether numbers are classes (autogluon/autogluon#3017, autogluon/autogluon-assistant#37)', async () => {
    const files = {
      'a.csv': csv(
        'x,y',
        numbered(50, (row) => `${row / 4},${(row % 5) + 1}`),
      ),
    }
    const asClasses = await openOwnSpec(files, A)
    expect(asClasses.data.form.targets.y).toMatchObject({ values: 'class', classes: 5 })
    const asNumber = await loaded(files, A, REGRESSION)
    expect(asNumber.data.form.targets.y).toMatchObject({ values: 'real', shape: [] })
    expect(valuesIn(asNumber.data.train)['y:y']!.slice(0, 5)).toEqual([1, 2, 3, 4, 5])
  })

  test('22: labels 1 to 7 for 7 units are classes 0 to 6; an eighth is an error (tensorflow/tensorflow#8484, keras-team/keras#11786)', async () => {
    const dense = (units: number) => ({
      model: { type: 'Sequential', layers: [{ type: 'Dense', units, activation: 'softmax' }] },
    })
    const labelled = (classes: number) => ({
      'a.csv': csv(
        'x,y',
        numbered(40, (row) => `${row},${(row % classes) + 1}`),
      ),
    })
    const { data } = await loaded(labelled(7), { ...A, features: { x: 'float' } }, dense(7))
    expect(new Set(valuesIn(data.train)['y:y'])).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]))
    expect(await problemsOf(labelled(8), A, dense(7))).toEqual([
      '/model/layers/0: the model ends in (None, 7), but loss sparse_categorical_crossentropy needs (None, 8) for the 8 classes of a.csv',
    ])
    const class_names = numbered(7, String)
    expect(await problemsOf(labelled(7), { ...A, target: { column: 'y', class_names } }, dense(7))).toContain(
      '/data/target: row 7 of a.csv, column "y": found "7", which is not one of the 7 classes',
    )
  })

  test('24: 300 classes do not overflow a byte (facebookresearch/detectron2#5386)', async () => {
    const files = {
      'a.csv': csv(
        'x,y',
        numbered(600, (row) => `${row},${row % 300}`),
      ),
    }
    const { data } = await loaded(files, { ...A, features: { x: 'float' } })
    expect(data.form.targets.y).toMatchObject({ classes: 300, dtype: 'int32' })
    expect(valuesIn(data.train)['y:y']).toEqual(Array.from({ length: 600 }, (_, row) => row % 300))
  })
})

describe('parts', () => {
  /** Rows that are sorted by class, as files often are. */
  const sorted = {
    'a.csv': csv(
      'x,y',
      numbered(50, (row) => `${row},${Math.floor(row / 10)}`),
    ),
  }
  const x = { ...A, features: { x: 'float' } }

  test('3: a last part of one class alone is an error (keras-team/keras#8346)', async () => {
    expect(await problemsOf(sorted, { ...x, split: 'last' }, { fit: { validation_split: 0.2 } })).toEqual([
      expect.stringMatching(/^\/data\/target: target "y": no row of class "4" is left to train on; /),
      expect.stringMatching(
        /^\/data\/target: target "y": no row of class "0", "1", "2", "3" is left to validate on; .*change "split"/,
      ),
    ])
  })

  test('4: the log says how rows were split (keras-team/keras#6422, keras-team/keras#12160)', async () => {
    const { open, data } = await loaded(sorted, x, { fit: { validation_split: 0.2 } })
    expect(open.decided[0]).toMatch(/a\.csv: 40 rows to train, 10 to validate, drawn at random\. /)
    // two of each class
    expect(valuesIn(data.validation)['y:y']).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    const ordered = await openOwnSpec(sorted, { ...x, split: 'last' }, { ...REGRESSION, ...HALF })
    expect(ordered.data.decided[0]).toMatch(/a\.csv: 25 rows to train, 25 to validate, the last ones\. /)
  })

  test('5: a share is always the end of the rows, for validation and for the test (keras-team/keras#10571)', async () => {
    const data = { ...x, split: 'last', test: 0.2 }
    const { data: read } = await loaded(sorted, data, { ...REGRESSION, fit: { validation_split: 0.25 } })
    const rows = (part: keyof typeof read & ('train' | 'validation' | 'test')) => valuesIn(read[part])['x:features']!
    expect([rows('train').length, rows('validation')[0], rows('validation').at(-1)]).toEqual([30, 30, 39])
    expect([rows('test')[0], rows('test').at(-1)]).toEqual([40, 49])
  })

  test('6: rows of a group are in one part (keras-team/keras-preprocessing#290, keras-team/keras#14277)', async () => {
    const rows = numbered(60, (row) => `${row % 20},${row % 2}`)
    const { data } = await loaded(
      { 'a.csv': csv('x,y', rows) },
      { ...x, split: { group: 'x' }, test: 0.2 },
      { fit: { validation_split: 0.25 } },
    )
    const groups = (['train', 'validation', 'test'] as const).map((part) => [
      ...new Set(valuesIn(data[part])['x:features']),
    ])
    expect(groups.map(({ length }) => length)).toEqual([12, 4, 4])
    expect(new Set(groups.flat()).size).toBe(20)
  })

  test('7: means are those of the training rows alone (microsoft/qlib#770)', async () => {
    const files = {
      'a.csv': csv(
        'x,y',
        numbered(40, (row) => `${row < 20 ? row % 2 : 1e6},${row}`),
      ),
    }
    const { data } = await loaded(files, { ...A, split: 'last' }, { ...REGRESSION, ...HALF })
    expect(valuesIn(data.train)['x:features']!.slice(0, 4)).toEqual([-1, 1, -1, 1])
    expect(valuesIn(data.validation)['x:features']![0]).toBeCloseTo(2e6 - 1, 0)
  })
})

describe('cells', () => {
  test('9: a category that was not trained has a place of its own (ludwig-ai/ludwig#2429)', async () => {
    const files = { 'a.csv': csv('c,y', ['red,0', 'red,1', 'blue,0', 'green,1', 'red,0', 'blue,1']) }
    const data = { ...A, split: 'last' }
    const { data: read } = await loaded(files, data, { ...REGRESSION, ...HALF })
    // the first place is for others; the most frequent category comes first after it
    expect(valuesIn(read.train)['x:features']).toEqual([0, 1, 0, 0, 1, 0, 0, 0, 1])
    expect(valuesIn(read.validation)['x:features']).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1])
  })

  test('10: NA is Namibia (pandas-dev/pandas#10647, datasets/country-codes#38)', async () => {
    const files = { 'a.csv': csv('code,y', ['NA,a', 'DE,b', 'null,a', 'NA,b']) }
    const { data } = await loaded(files, { ...A, features: { code: 'string_categorical' } })
    expect(data.form.inputs.features!.shape).toEqual([4])
    const places = valuesIn(data.train)['x:features']!
    expect(places.slice(0, 4)).toEqual(places.slice(12, 16))
    expect(places.filter((_, at) => at % 4 === 0)).toEqual([0, 0, 0, 0])
  })

  test('11: a date of which day and month cannot be told is not guessed (alteryx/woodwork#1165)', async () => {
    const files = { 'a.csv': csv('d,x,y', ['01/02/2024,1,1', '03/04/2024,2,2', '2024-05-06,3,3']) }
    expect(await problemsOf(files, { ...A, split: { by: 'd' } }, { ...REGRESSION, ...HALF })).toEqual([
      expect.stringMatching(/^\/data\/split: row 1 of a\.csv, column "d": found "01\/02\/2024", must be .*2024-12-31/),
      expect.stringMatching(/^\/data\/split: row 2 of a\.csv, column "d": found "03\/04\/2024", /),
    ])
  })

  test('12: neither rows nor the header are left out to make a file fit (duckdb/duckdb#25827, duckdb/duckdb#18403)', async () => {
    expect(await rowsOf(fileOf('a.csv', 'c0\nv0\na;b\n'), { c0: 'text' })).toEqual({ c0: ['v0', 'a;b'] })
    const problems = (text: string) => problemsOf({ 'a.csv': text }, A)
    expect(await problems(csv('a,b,c,d,y', ['1,2,3,4,5,6', '1,2,3,4,5,6']))).toEqual([
      expect.stringMatching(/a\.csv: row 1 \(line 2\) has 6 columns, must have 5$/),
    ])
    expect(await problems(csv('x,y', [...numbered(999, (row) => `${row},a`), '1,2,3']))).toEqual([
      expect.stringMatching(/a\.csv: row 1000 \(line 1001\) has 3 columns, must have 2$/),
    ])
  })

  test('13: the types of all files are checked before training (huggingface/datasets#5596, huggingface/datasets#4673)', async () => {
    const files = { 'a-1.csv': 'x,y\n1,a\n2,b\n', 'a-2.csv': 'x,y\n3,a\nfour,b\n' }
    expect(await problemsOf(files, { ...A, source: 'a-*.csv', features: { x: 'float' } })).toEqual([
      'a-2.csv: row 2, column "x": found "four", must be a number',
      'a-2.csv has values that do not fit their columns; if they mean gaps, set "missing_values": ["four"]',
    ])
    const lists = { 'a.jsonl': '{"x": [1, 2], "y": "a"}\n{"x": [3], "y": "b"}\n' }
    expect(await problemsOf(lists, { ...A, source: 'a.jsonl' })).toEqual([
      expect.stringMatching(/a\.jsonl: row 1, column "x": found a list, must be a number or text$/),
    ])
  })

  test('26: a row is read, or it is an error (duckdb/duckdb#14177)', async () => {
    const rows = ['"a, b",1', '"two\nlines",2', '"say ""hi""",3', '  spaces  ,4', "it's,5", '"",6', 'é,7']
    const files = { 'a.csv': csv('c,y', rows) }
    const { data } = await loaded(files, A, REGRESSION)
    expect(valuesIn(data.train)['y:y']).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(await problemsOf({ 'a.csv': csv('c,y', [...rows, '"open,8']) }, A, REGRESSION)).toEqual([
      expect.stringMatching(/a\.csv: row 8 \(line 10\) has a quote that does not end/),
    ])
  })
})

test('19: a batch can be made while the engine uses the one before; a line says that data are too slow (keras-team/keras#12683, keras-team/keras#12120)', async () => {
  const files = {
    'a.csv': csv(
      'x,y',
      numbered(30, (row) => `${row},${row % 2}`),
    ),
  }
  const { data } = await loaded(files, { ...A, features: { x: 'float' } })
  const passed = batches(data.train, { batchSize: 10 })
  const [first, second] = [await passed.next(), await passed.next()]
  const rows = [first, second].map(({ value }) => value!.arrays['x:features']![0])
  expect(rows).toEqual([0, 10])
  expect(
    waitingLine({ epoch: 3600, batches: 3000, meanwhile: true, inFile: true, drawn: false, workers: null }),
  ).toMatch(/^Training waits for its data: 3000\.0 of 3600\.0 s in the first epoch\. "cache": "memory" in "data" /)
})

test('20: rows beyond the memory budget lie in a file (ultralytics/ultralytics#9824, ludwig-ai/ludwig#224)', async () => {
  const path = join(import.meta.dirname, '../../specs/data/penguins.csv')
  const read = (budget: number) =>
    withTable(path, {}, async (table) => {
      const { source, close } = await spool(table.read({ species: 'text', body_mass_g: 'number' }), new Set(), {
        budget,
      })
      const all: unknown[] = []
      for await (const { columns } of source.rows()) all.push(...columns.species!, ...columns.body_mass_g!)
      close()
      return all
    })
  expect(await read(0)).toEqual(await read(2 ** 27))
})
