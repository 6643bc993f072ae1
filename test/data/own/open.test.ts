import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { readSpec } from '../../../src/run/read-spec.js'
import { temporaryFolder } from '../../support/command.js'
import { loaded, openOwnSpec, problemsOf, REGRESSION, valuesIn } from '../../support/own-data.js'

/** Twelve rows of two measures, a colour and a class; the classes are sorted, as they often are. */
const FLOWERS = [
  'width,length,colour,kind',
  ...['1,10,red,a', '2,20,red,a', '3,30,blue,a', '4,40,red,a', '5,50,blue,b', '6,60,red,b'],
  ...['7,70,red,b', '8,80,blue,b', '9,90,red,c', '10,100,red,c', '11,110,blue,c', '12,120,red,c'],
].join('\n')
const flowers = { 'flowers.csv': FLOWERS }
const least = { source: 'flowers.csv', target: 'kind' }

describe('the least spec names a source and a target', () => {
  test('all other columns are features, numbers normalized, text by category', async () => {
    const { spec, data } = await openOwnSpec(flowers, least)
    expect(data.form).toMatchObject({
      // two numbers, and two colours with a place for others
      inputs: { features: { shape: [5], values: 'real' } },
      targets: { kind: { shape: [], values: 'class', classes: 3 } },
      rows: { train: 12, validation: 0, test: 0 },
    })
    expect(spec.data).toMatchObject({
      features: {
        width: { type: 'float_normalized', column: 'width' },
        length: { type: 'float_normalized' },
        colour: { type: 'string_categorical' },
      },
      target: { column: 'kind', type: 'class', class_names: ['a', 'b', 'c'] },
    })
  })

  test('what was decided is said in two lines', async () => {
    const { data } = await openOwnSpec(flowers, { ...least, test: 0.25 }, { fit: { validation_split: 0.3 } })
    expect(data.decided.map((line) => line.replace(/^.*(?=flowers)/, ''))).toEqual([
      'flowers.csv: 6 rows to train, 3 to validate, 3 to test, drawn at random. Features: width, length (float_normalized); colour (string_categorical).',
      'Target "kind": class 0 "a", 1 "b", 2 "c".',
    ])
  })

  test('a spec with everything decided gives the same data', async () => {
    const fit = { fit: { validation_split: 0.3 } }
    const first = await openOwnSpec(flowers, { ...least, test: 0.25 }, fit)
    const settled = { ...first.spec.data, source: 'flowers.csv' }
    const second = await openOwnSpec(flowers, settled, fit)
    expect({ ...second.spec.data, source: '' }).toEqual({ ...first.spec.data, source: '' })
    for (const part of ['train', 'validation', 'test'] as const) {
      expect(valuesIn((await second.data.load())[part])).toEqual(valuesIn((await first.data.load())[part]))
    }
  })

  test('features and ignore choose columns', async () => {
    const listed = await openOwnSpec(flowers, { ...least, features: ['width', 'colour'] })
    expect(Object.keys((listed.spec.data as { features: object }).features)).toEqual(['width', 'colour'])
    const without = await openOwnSpec(flowers, { ...least, ignore: ['colour'] })
    expect(without.data.form.inputs.features!.shape).toEqual([2])
  })

  test('a name with * stands for the columns that it fits', async () => {
    const csv = 'p_1,p_2,q,p_y\n1,2,3,0\n4,5,6,1\n'
    const data = { source: 'a.csv', target: 'p_y', features: { 'p_*': { type: 'float_rescaled', scale: 2 } } }
    const { open, data: read } = await loaded({ 'a.csv': csv }, data)
    expect(Object.keys((open.data as { features: object }).features)).toEqual(['p_1', 'p_2'])
    expect(valuesIn(read.train)['x:features']).toEqual([2, 4, 8, 10])
  })

  test('columns are inputs of their own with output_mode dict', async () => {
    const model = {
      type: 'Functional',
      layers: [
        { type: 'Dense', name: 'one', inputs: ['width'], units: 2 },
        { type: 'Dense', name: 'two', inputs: ['length'], units: 2 },
        { type: 'Add', name: 'sum', inputs: ['one', 'two'] },
        { type: 'Dense', name: 'end', inputs: ['sum'], units: 'auto', activation: 'softmax' },
      ],
    }
    const { data, spec } = await openOwnSpec(
      flowers,
      { ...least, features: ['width', 'length'], output_mode: 'dict' },
      { model },
    )
    expect(Object.keys(data.form.inputs)).toEqual(['width', 'length'])
    expect(spec.model).toMatchObject({ layers: [{}, {}, {}, { units: 3 }] })
  })
})

describe('columns that do not exist', () => {
  test('are all listed, with the nearest name', async () => {
    const data = {
      ...{ source: 'flowers.csv', target: 'kin', weight: 'w', ignore: ['xyz'] },
      ...{ features: { widht: 'float' }, missing: { colur: 'drop' }, split: { by: 'day' } },
    }
    expect(await problemsOf(flowers, data)).toEqual([
      '/data/features/widht: found "widht", which is not a column of flowers.csv (width?)',
      '/data/target: found "kin", which is not a column of flowers.csv (kind?)',
      '/data/ignore/0: found "xyz", which is not a column of flowers.csv; its columns are "width", "length", "colour", "kind"',
      '/data/missing/colur: found "colur", which is not a column of flowers.csv (colour?)',
      '/data/split/by: found "day", which is not a column of flowers.csv; its columns are "width", "length", "colour", "kind"',
      '/data/weight: found "w", which is not a column of flowers.csv; its columns are "width", "length", "colour", "kind"',
    ])
  })

  test('a source that is missing is a problem of the spec', async () => {
    expect(await problemsOf(flowers, { ...least, source: 'flower.csv' })).toEqual([
      expect.stringMatching(/^\/data\/source: .*there is no file or folder "flower.csv".*flowers.csv/),
    ])
  })

  test('names that objects inherit are names like others', async () => {
    const csv = 'constructor,__proto__,toString,y\n1,2,u,a\n3,4,v,b\n5,6,u,a\n'
    const { open, data } = await loaded({ 'a.csv': csv }, { source: 'a.csv', target: 'y' })
    expect(Object.keys((open.data as { features: object }).features)).toEqual(['constructor', '__proto__', 'toString'])
    expect(data.form.inputs.features!.shape).toEqual([5])
  })
})

describe('text without an obvious type', () => {
  const many = Array.from({ length: 101 }, (_, row) => `name ${row},${row % 2}`)
  const files = { 'a.csv': ['name,y', ...many].join('\n') }

  test('of more than 100 values is an error that says what to write', async () => {
    expect(await problemsOf(files, { source: 'a.csv', target: 'y' })).toEqual([
      '/data: column "name" of a.csv has text, such as "name 0" in row 1, of more than 100 different values, for which no type is obvious; leave it out: "ignore": ["name"], or write its type: "features": { "name": "text", ... }',
    ])
  })

  test('among numbers is an error, whatever number of values there are', async () => {
    for (const count of [9, 150]) {
      const rows = Array.from({ length: count }, (_, row) => `${row === 4 ? 'oops' : row},${row % 2}`)
      expect(await problemsOf({ 'a.csv': ['x,y', ...rows].join('\n') }, { source: 'a.csv', target: 'y' })).toEqual([
        `/data: column "x" of a.csv has ${count - 1} numbers and 1 other value, "oops" in row 5; correct the file, or set "missing_values": ["oops"] if it means a gap, or write the type of the column: "features": { "x": "string_categorical", ... }`,
      ])
    }
    const codes = { 'a.csv': 'x,y\n1,0\nB,1\nC,0\n2,1\n' }
    const { data } = await openOwnSpec(codes, { source: 'a.csv', target: 'y' })
    expect(data.form.inputs.features!.shape).toEqual([5])
  })

  test('is chosen by a query in tables alone', async () => {
    const source = join(import.meta.dirname, '../../fixtures/arrays/infinite.npz')
    for (const one of [source, { x: source }]) {
      expect(await problemsOf({}, { source: one, target: 'y', select: 'SELECT * FROM source' })).toEqual([
        expect.stringMatching(/infinite\.npz: "select" is for tables, not for arrays$/),
      ])
    }
  })

  test('is no type for numbers of a file that states their type', async () => {
    const path = join(import.meta.dirname, '../../fixtures/arrays/infinite.npz')
    expect(await problemsOf({}, { source: path, target: 'y' })).toEqual([
      expect.stringMatching(/infinite\.npz: x: row 2, column "x": found Infinity, must be a finite number of 32 bits$/),
      expect.stringMatching(/has values that its columns may not have$/),
    ])
  })

  test('has the type that the spec gives', async () => {
    const { data } = await openOwnSpec(files, { source: 'a.csv', target: 'y', features: { name: 'string_hashed' } })
    expect(data.form.inputs.features!.shape).toEqual([32])
  })

  test('a column without any value is to be left out', async () => {
    expect(await problemsOf({ 'a.csv': 'x,z,y\n1,,a\n2,,b\n' }, { source: 'a.csv', target: 'y' })).toEqual([
      '/data: column "z" of a.csv has no values; leave it out: "ignore": ["z"]',
    ])
  })
})

describe('targets', () => {
  const csv = 'x,y\n1,2\n2,10\n3,1\n4,2\n5,10\n6,1\n'
  const files = { 'a.csv': csv }
  const data = { source: 'a.csv', target: 'y' }

  test('the loss decides whether a target is a class or a number, never its values', async () => {
    const asClass = await loaded(files, data)
    expect(asClass.data.form.targets.y).toMatchObject({ classes: 3 })
    // whole numbers are sorted by value
    expect((asClass.open.data as { target: object }).target).toMatchObject({ class_names: ['1', '2', '10'] })
    expect(valuesIn(asClass.data.train)['y:y']).toEqual([1, 2, 0, 1, 2, 0])
    const asNumber = await loaded(files, data, REGRESSION)
    expect(asNumber.data.form.targets.y).toMatchObject({ values: 'real', shape: [] })
    expect(valuesIn(asNumber.data.train)['y:y']).toEqual([2, 10, 1, 2, 10, 1])
  })

  test('class_names fix the order of the classes', async () => {
    const target = { column: 'y', class_names: ['10', '2', '1'] }
    const { data: read } = await loaded(files, { source: 'a.csv', target })
    expect(valuesIn(read.train)['y:y']).toEqual([1, 0, 2, 1, 0, 2])
  })

  test('labels that are no class are listed with their rows', async () => {
    const target = { column: 'y', class_names: ['1', '2'] }
    expect(await problemsOf(files, { source: 'a.csv', target })).toEqual([
      '/data/target: row 2 of a.csv, column "y": found "10", which is not one of the 2 classes (1?)',
      '/data/target: row 5 of a.csv, column "y": found "10", which is not one of the 2 classes (1?)',
    ])
  })

  test('one class only is an error', async () => {
    expect(await problemsOf({ 'a.csv': 'x,y\n1,a\n2,a\n' }, data)).toEqual([
      '/data/target: column "y" of a.csv has only the class "a", must have at least 2',
    ])
  })

  test('several columns are a vector of numbers, or labels of which any may hold', async () => {
    const both = { 'a.csv': 'x,u,v\n1,0,true\n2,1,false\n3,1,TRUE\n' }
    const numbers = await loaded(
      { 'a.csv': 'x,u,v\n1,0,5\n2,1,6\n' },
      { source: 'a.csv', target: { columns: ['u', 'v'] } },
      REGRESSION,
    )
    expect(valuesIn(numbers.data.train)['y:target']).toEqual([0, 5, 1, 6])
    const flags = { model: REGRESSION.model, loss: 'binary_crossentropy' }
    const labels = await loaded(both, { source: 'a.csv', target: { columns: ['u', 'v'] } }, flags)
    expect(labels.data.form.targets.target).toMatchObject({ shape: [2], values: 'binary' })
    expect(valuesIn(labels.data.train)['y:target']).toEqual([0, 1, 1, 0, 1, 1])
    expect(
      await problemsOf({ 'a.csv': 'x,u,v\n1,0,2\n' }, { source: 'a.csv', target: { columns: ['u', 'v'] } }, flags),
    ).toEqual(['/data/target: row 1 of a.csv, column "v": found "2", must be 0, 1, true or false'])
  })

  test('names with a separator are labels of which any may hold', async () => {
    const tags = { 'a.csv': 'x,tags\n1,cat|dog\n2,dog\n3,\n4,bird | cat\n' }
    const target = { column: 'tags', type: 'multi_hot', separator: '|' }
    const flags = { model: REGRESSION.model, loss: 'binary_crossentropy' }
    expect(await problemsOf(tags, { source: 'a.csv', target }, flags)).toEqual([
      '/data/source: column "tags" of a.csv has a gap in row 3; "missing": { "tags": "drop" } in "data" leaves such rows out',
    ])
    const { open, data: read } = await loaded(tags, { source: 'a.csv', target, missing: { tags: 'drop' } }, flags)
    expect((open.data as { target: object }).target).toMatchObject({ class_names: ['bird', 'cat', 'dog'] })
    expect(valuesIn(read.train)['y:tags']).toEqual([0, 1, 1, 0, 0, 1, 1, 1, 0])
  })

  test('several targets have names, which outputs use', async () => {
    const houses = { 'a.csv': 'rooms,price,sold\n1,10.5,yes\n2,20.5,no\n3,30.5,yes\n' }
    const model = {
      type: 'Functional',
      layers: [
        { type: 'Dense', name: 'cost', units: 'auto' },
        { type: 'Dense', name: 'sold', inputs: ['features'], units: 'auto', activation: 'sigmoid' },
      ],
    }
    const outputs = { cost: { loss: 'mse', target: 'price' }, sold: { loss: 'binary_crossentropy' } }
    const { data: open, spec } = await openOwnSpec(
      houses,
      { source: 'a.csv', targets: { price: {}, sold: {} } },
      { model, outputs, loss: undefined },
    )
    expect(open.form.targets).toMatchObject({ price: { values: 'real' }, sold: { classes: 2 } })
    expect(spec.model).toMatchObject({ layers: [{ units: 1 }, { units: 1 }] })
  })
})

describe('gaps', () => {
  const files = { 'a.csv': 'x,n,c,y\n1,,u,a\n2,5,,b\n,6,v,a\n4,7,u,a\n' }
  const data = { source: 'a.csv', target: 'y' }

  test('are errors that list every column with the remedy; a category takes them', async () => {
    expect(await problemsOf(files, data)).toEqual([
      '/data/source: column "x" of a.csv has a gap in row 3; "missing": { "x": "median" } in "data" fills them ("mean", "most_frequent", or a value), and "drop" leaves such rows out',
      '/data/source: column "n" of a.csv has a gap in row 1; "missing": { "n": "median" } in "data" fills them ("mean", "most_frequent", or a value), and "drop" leaves such rows out',
    ])
  })

  test('are filled by column, or their rows are left out', async () => {
    const features = { x: 'float', n: 'float' }
    const filled = await loaded(files, { ...data, features, missing: { x: 'mean', n: 9 } })
    expect(valuesIn(filled.data.train)['x:features']).toEqual([1, 9, 2, 5, Math.fround(7 / 3), 6, 4, 7])
    const dropped = await loaded(files, { ...data, features, missing: 'drop' })
    expect(valuesIn(dropped.data.train)['x:features']).toEqual([2, 5, 4, 7])
    expect(dropped.open.decided[0]).toContain('2 rows with gaps are left out')
  })

  test('only the empty field and the texts of missing_values are gaps', async () => {
    const named = { 'a.csv': 'x,land,y\n1,NA,a\nNA,DE,b\n3,NA,a\n' }
    const given = { source: 'a.csv', target: 'y', features: { x: 'float', land: 'string_categorical' } }
    expect(await problemsOf(named, given)).toEqual([
      'a.csv: row 2, column "x": found "NA", must be a number',
      'a.csv has values that do not fit their columns; if they mean gaps, set "missing_values": ["NA"]',
    ])
    const { data: read } = await loaded(named, { ...given, missing_values: ['NA'], missing: { x: 0 } })
    expect(valuesIn(read.train)['x:features']!.filter((_, at) => at % 4 === 0)).toEqual([1, 0, 3])
  })
})

describe('parts', () => {
  test('steps learn from training rows alone, however rows are split', async () => {
    // rows of validation and test would change the mean
    const rows = Array.from(
      { length: 40 },
      (_, row) => `${row < 20 ? row % 2 : 1000},${row < 20 ? 'train' : row < 30 ? 'val' : 'test'},${row % 2}`,
    )
    const files = { 'a.csv': ['x,part,y', ...rows].join('\n') }
    const { data } = await loaded(files, {
      ...{ source: 'a.csv', target: 'y', features: { x: 'float_normalized' }, split: { column: 'part' } },
    })
    expect(valuesIn(data.train)['x:features']!.slice(0, 4)).toEqual([-1, 1, -1, 1])
    expect(valuesIn(data.validation)['x:features']![0]).toBeCloseTo(1999, 0)
    expect(valuesIn(data.test)['x:features']![0]).toBeCloseTo(1999, 0)
  })

  test('may come from sources of their own, with the same columns and classes', async () => {
    const files = { 'a.csv': 'x,y\n1,a\n2,b\n', 'v.csv': 'y,x\nb,5\na,6\n', 't.tsv': 'x\ty\tz\n7\tb\t1\n' }
    const { data } = await loaded(files, {
      ...{ source: 'a.csv', target: 'y', features: { x: 'float' }, validation: 'v.csv', test: 't.tsv' },
    })
    expect(data.form.rows).toEqual({ train: 2, validation: 2, test: 1 })
    expect(valuesIn(data.validation)).toEqual({ 'x:features': [5, 6], 'y:y': [1, 0] })
    expect(valuesIn(data.test)).toEqual({ 'x:features': [7], 'y:y': [1] })
  })

  test('problems of further sources name them', async () => {
    const files = { 'a.csv': 'x,y\n1,a\n2,b\n', 'v.csv': 'x,y\n5,c\n', 't.csv': 'z,y\n7,b\n' }
    const data = { source: 'a.csv', target: 'y', features: { x: 'float' } }
    expect(await problemsOf(files, { ...data, validation: 'v.csv' })).toEqual([
      '/data/target: row 1 of v.csv, column "y": found "c", which is not one of the 2 classes',
    ])
    expect(await problemsOf(files, { ...data, test: 't.csv' })).toEqual([
      '/data/test: t.csv has no column "x", which the source has',
    ])
  })

  test('a class that is in one part alone is an error', async () => {
    const files = { 'a.csv': 'x,y\n1,a\n2,a\n3,a\n4,b\n5,b\n6,b\n' }
    const data = { source: 'a.csv', target: 'y', split: 'last' }
    expect(await problemsOf(files, data, { fit: { validation_split: 0.5 } })).toEqual([
      '/data/target: target "y": no row of class "b" is left to train on; give such classes more rows, leave their rows out, or change "split" or "validation_split"',
      '/data/target: target "y": no row of class "a" is left to validate on; give such classes more rows, leave their rows out, or change "split" or "validation_split"',
    ])
  })

  test('a column that splits the rows must name parts, or have an order', async () => {
    const files = { 'a.csv': 'x,p,d,y\n1,train,2024-01-02,a\n2,trian,2/1/2024,b\n' }
    const data = { source: 'a.csv', target: 'y', features: { x: 'float' } }
    expect(await problemsOf(files, { ...data, split: { column: 'p' } })).toEqual([
      '/data/split: row 2 of a.csv, column "p": found "trian", must be train, validation or test',
    ])
    expect(await problemsOf(files, { ...data, split: { by: 'd' } })).toEqual([
      '/data/split: row 2 of a.csv, column "d": found "2/1/2024", must be a number or a date such as 2024-12-31 or 2024-12-31T23:59:59Z, in all rows alike',
    ])
  })

  test('dates are ordered by time, whatever their zone', async () => {
    const days = ['2024-01-02T00:30:00+01:00', '2024-01-01 23:45:00', '2024-01-03']
    const files = { 'a.csv': ['x,d', ...days.map((day, row) => `${row},${day}`)].join('\n') }
    const { data } = await loaded(
      files,
      { ...{ source: 'a.csv', target: 'x', features: { x: 'float' }, test: 0.3, split: { by: 'd' } } },
      { ...REGRESSION, fit: { validation_split: 0.5 } },
    )
    expect(valuesIn(data.train)['x:features']).toEqual([0])
    expect(valuesIn(data.validation)['x:features']).toEqual([1])
    expect(valuesIn(data.test)['x:features']).toEqual([2])
  })
})

test('weights of rows are a field of their own', async () => {
  const files = { 'a.csv': 'x,w,y\n1,0.5,a\n2,2,b\n' }
  const { data } = await loaded(files, { source: 'a.csv', target: 'y', weight: 'w' })
  expect(data.form.weights).toBe(true)
  expect(valuesIn(data.train)['weight:']).toEqual([0.5, 2])
})

test('an RBM takes features without a target', async () => {
  const { data } = await openOwnSpec(
    { 'a.csv': 'x,y\n0,1\n1,1\n0,0\n' },
    { source: 'a.csv', features: { '*': { type: 'float', steps: ['Binarize'] } } },
    { model: { type: 'RBM', hidden_units: 2 }, loss: undefined },
  )
  expect(data.form).toMatchObject({ inputs: { features: { shape: [2], values: 'binary' } }, targets: {} })
})

test('a .npz of Keras has a training part and a test part', async () => {
  const source = join(import.meta.dirname, '../../fixtures/arrays/keras.npz')
  const model = { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto', activation: 'softmax' }] }
  const { open, data } = await loaded({}, { source, features: { x: 'array' }, target: 'y' }, { model })
  expect(Object.keys(open.form.inputs)).toEqual(['x'])
  expect(data.test.count).toBeGreaterThan(0)
  expect(data.test.count).not.toBe(data.train.count)
})

describe('problems of a kind', () => {
  const rows = Array.from({ length: 3000 }, (_, row) => `${row},${row < 2 ? 'ab'[row] : `c${row}`}`)
  const files = { 'a.csv': ['x,y', ...rows].join('\n') }

  test('are listed up to a limit', async () => {
    const target = { column: 'y', class_names: ['a', 'b'] }
    const problems = await problemsOf(files, { source: 'a.csv', target })
    expect(problems).toHaveLength(21)
    expect(problems.at(-1)).toBe('/data/target: and at least 980 more problems of this kind')
  })

  test('point to names with a slash', async () => {
    const features = { 'a/b': 'float' }
    expect(await problemsOf({ 'a.csv': 'x,y\n1,a\n2,b\n' }, { source: 'a.csv', target: 'y', features })).toEqual([
      '/data/features/a~1b: found "a/b", which is not a column of a.csv; its columns are "x", "y"',
    ])
  })
})

describe('odd divisions', () => {
  const data = { source: 'a.csv', target: 'y', features: { x: 'float' } }

  test('one row that is for the test leaves none to train on', async () => {
    expect(await problemsOf({ 'a.csv': 'x,y\n1,2\n' }, { ...data, test: 0.2 }, REGRESSION)).toEqual([
      '/data/source: a.csv has no rows to train on',
    ])
  })

  test('the column that divides the rows is no feature unless the spec says so', async () => {
    const files = { 'a.csv': 'id,x,y\n0012,1,2\n0013,2,3\n0014,3,4\n' }
    const { data: open } = await openOwnSpec(files, { source: 'a.csv', target: 'y', split: { hash: 'id' } }, REGRESSION)
    expect(open.form.inputs.features!.shape).toEqual([1])
  })

  test('a gap in that column can drop the row', async () => {
    const files = { 'a.csv': 'g,x,y\na,1,2\n,2,3\nb,3,4\n' }
    const split = { group: 'g' }
    expect(await problemsOf(files, { ...data, split }, REGRESSION)).toHaveLength(1)
    expect(
      (await openOwnSpec(files, { ...data, split, missing: { g: 'drop' } }, REGRESSION)).data.form.rows.train,
    ).toBe(2)
  })

  test('gaps of a category drop rows if the data say so by column', async () => {
    const files = { 'a.csv': 'town,y\nu,2\n,3\nv,4\n' }
    const town = { source: 'a.csv', target: 'y' }
    const rows = async (missing: unknown) =>
      (await openOwnSpec(files, { ...town, missing }, REGRESSION)).data.form.rows.train
    expect(await rows({ town: 'drop' })).toBe(2)
    expect(await rows('drop')).toBe(2)
    expect(await rows('error')).toBe(3)
  })

  test('class_names are compared as labels are', async () => {
    const target = { column: 'y', class_names: ['1.0', '2.0'] }
    const { data: read } = await loaded(
      { 'a.csv': 'x,y\n1,1.0\n2,2\n' },
      { source: 'a.csv', features: { x: 'float' }, target },
    )
    expect(valuesIn(read.train)['y:y']).toEqual([0, 1])
  })

  test('names that objects inherit are no flags', async () => {
    const given = { source: 'a.csv', features: { x: 'float' }, target: { columns: ['u'], type: 'multi_hot' } }
    const rest = { model: REGRESSION.model, loss: 'binary_crossentropy' }
    expect(await problemsOf({ 'a.csv': 'x,u\n1,1\n2,constructor\n' }, given, rest)).toEqual([
      '/data/target: row 2 of a.csv, column "u": found "constructor", must be 0, 1, true or false',
    ])
  })

  test('validation_split goes with no other validation', async () => {
    const files = { 'a.csv': 'x,y\n1,2\n2,3\n' }
    expect(
      await problemsOf(files, { ...data, validation: 'a.csv' }, { ...REGRESSION, fit: { validation_split: 0.5 } }),
    ).toEqual([
      '/fit/validation_split: found 0.5, but "data" says itself which rows validate; leave "validation_split" out',
    ])
  })
})

test('an output that ends in an Activation has the units of its own target', async () => {
  const files = { 'a.csv': 'x,kind,price\n1,a,2\n2,b,3\n3,c,4\n' }
  const model = {
    type: 'Functional',
    layers: [
      { type: 'Dense', name: 'logits', units: 'auto' },
      { type: 'Activation', name: 'kind', activation: 'softmax' },
      { type: 'Dense', name: 'price', inputs: ['features'], units: 'auto' },
    ],
  }
  const outputs = { kind: { loss: 'sparse_categorical_crossentropy' }, price: { loss: 'mse' } }
  const { spec } = await openOwnSpec(
    files,
    { source: 'a.csv', targets: { kind: {}, price: {} } },
    { model, outputs, loss: undefined },
  )
  expect(spec.model).toMatchObject({ layers: [{ units: 3 }, {}, { units: 1 }] })
})

test('a folder with characters of a pattern is no pattern', async () => {
  const folder = join(temporaryFolder(), 'run[1]')
  mkdirSync(folder)
  writeFileSync(join(folder, 'part-1.csv'), 'x,y\n1,2\n')
  writeFileSync(join(folder, 'part-2.csv'), 'x,y\n3,4\n')
  const path = join(folder, 'spec.json')
  writeFileSync(path, JSON.stringify({ ...REGRESSION, data: { source: 'part-*.csv', target: 'y' } }))
  const read = await readSpec(path, [], Readable.from([]))
  expect('spec' in read && read.data.form.rows.train).toBe(2)
})
