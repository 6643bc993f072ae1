/** `train data`: reports on specs and on files, proposed specs, and the way from a table to a trained model. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'
import { runMain } from '../support/main.js'
import { documentOf } from '../support/schema.js'

const DATA = join(import.meta.dirname, '../../specs/data')

/** A folder with tables of the gallery. */
function folderWith(...names: readonly string[]): string {
  const folder = temporaryFolder()
  for (const name of names) cpSync(join(DATA, name), join(folder, name))
  return folder
}

const looked = async (cwd: string, ...args: readonly string[]) => {
  const { code, stdout, stderr } = await runMain(['data', ...args, '--json'], { cwd })
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return documentOf(stdout, 'data.schema.json')
}

const refused = async (cwd: string, ...args: readonly string[]) => {
  const { code, stdout, stderr } = await runMain(['data', ...args], { cwd })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  return stderr
}

const messages = ({ warnings }: { warnings: { code: string; message: string }[] }, code: string) =>
  warnings.filter((one) => one.code === code).map(({ message }) => message)

const spec = (data: object, more: object = {}) =>
  JSON.stringify({
    data,
    model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
    loss: 'sparse_categorical_crossentropy',
    fit: { validation_split: 0.2 },
    ...more,
  })

const csv = (header: string, rows: readonly string[]): string => `${[header, ...rows].join('\n')}\n`

test('a table becomes a trained model in three commands', async () => {
  const cwd = folderWith('iris.csv')
  const data = await runCommand(['data', 'iris.csv', '--target', 'species', '-o', 'iris.json'], { cwd })
  expect(data.stdout).toMatch(/\nWrote iris\.json\. Next: npx train iris\.json\n$/)
  expect(data).toMatchObject({ code: 0, stderr: '' })
  for (const line of data.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  const text = readFileSync(join(cwd, 'iris.json'), 'utf8')
  expect(text).toContain('"data": {\n    "source": "iris.csv",\n    "target": "species",\n')
  expect(text.split('\n').length).toBeLessThan(30)

  expect(await runCommand(['validate', 'iris.json'], { cwd })).toMatchObject({ code: 0, stderr: 'iris.json: ok\n' })
  expect(await runCommand(['iris.json', '--engine', 'onnx', '-v', '0'], { cwd })).toMatchObject({ code: 0 })
  const evaluated = await runCommand(['evaluate', 'runs/iris/1', '--json'], { cwd })
  expect(documentOf(evaluated.stdout, 'evaluate.schema.json')).toMatchObject({ samples: 30 })
  expect(JSON.parse(evaluated.stdout).test.accuracy).toBeGreaterThanOrEqual(0.85)
})

describe('a spec that is proposed trains: its test score is better than that of a constant answer', () => {
  let cwd: string
  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), 'trainspec-'))
    return () => rmSync(cwd, { recursive: true })
  })

  test.each([
    ['penguins', 'species', 'accuracy', 0.9],
    ['titanic', 'survived', 'accuracy', 0.75],
    ['seattle-weather', 'weather', 'accuracy', 0.7],
    ['auto-mpg', 'mpg', 'mae', -3],
  ])('%s', async (name, target, metric, least) => {
    cpSync(join(DATA, `${name}.csv`), join(cwd, `${name}.csv`))
    await looked(cwd, `${name}.csv`, '--target', target, '-o', `${name}.json`)
    const { code, stderr } = await runCommand([`${name}.json`, '--engine', 'onnx', '-v', '0'], { cwd })
    expect(code, stderr).toBe(0)
    const { test: score } = JSON.parse(readFileSync(join(cwd, 'runs', name, '1/history.json'), 'utf8'))
    expect(metric === 'mae' ? -score[metric] : score[metric]).toBeGreaterThanOrEqual(least)
  })
})

describe('the report of a table', () => {
  test('lists its columns', async () => {
    const { columns, rows, proposal, targets } = await looked(folderWith('penguins.csv'), 'penguins.csv')
    expect(rows).toBeNull()
    expect(targets).toEqual([])
    expect(columns).toHaveLength(7)
    expect(columns[0]).toMatchObject({
      name: 'species',
      kind: 'text',
      rows: 344,
      gaps: 0,
      distinct: 3,
      frequent: [
        { value: 'Adelie', count: 152 },
        { value: 'Gentoo', count: 124 },
        { value: 'Chinstrap', count: 68 },
      ],
    })
    expect(columns[2]).toMatchObject({ name: 'bill_length_mm', kind: 'number', gaps: 2 })
    expect(columns[2].numbers.mean).toBeCloseTo(43.9219, 3)
    expect(columns[2].numbers.deviation).toBeCloseTo(5.4516, 3)
    expect(proposal).toBe(
      '"data": {\n  "source": "penguins.csv",\n  "missing": "median", // what replaces a gap among numbers\n  "target": null // the column to predict\n}\n',
    )
  })

  test('leaves out what is no feature, and says why', async () => {
    const rows = Array.from({ length: 60 }, (_, row) =>
      [row + 1, `Person ${row}`, 'same', '', row % 2 ? 'y' : 'n', row % 7, row === 8 ? 'oops' : row % 9, row % 2].join(
        ',',
      ),
    )
    const cwd = temporaryFolder({ 'a.csv': csv('id,name,fixed,empty,copy,size,odd,target', rows) })
    const { columns, proposal } = await looked(cwd, 'a.csv', '--target', 'target')
    expect(Object.fromEntries(columns.map(({ name, why }: { name: string; why: string }) => [name, why]))).toEqual({
      id: 'numbers the rows',
      name: 'another text in every row; the type "text" would take sentences',
      fixed: 'the same value in every row',
      empty: 'no values',
      copy: 'says the same as the target',
      size: 'all values are numbers',
      odd: 'numbers, but "oops" in row 9',
      target: 'loss binary_crossentropy compares classes',
    })
    expect(proposal).toContain('"id", // numbers the rows')
  })

  test('goes on without a column that cannot be read', async () => {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const cwd = temporaryFolder()
    const connection = await (await DuckDBInstance.create()).connect()
    const rows = 'SELECT i % 9 AS a, [i] AS list, i % 2 = 0 AS y FROM range(40) t(i)'
    await connection.run(`COPY (${rows}) TO '${join(cwd, 'a.parquet')}' (FORMAT parquet)`)
    connection.closeSync()
    const report = await looked(cwd, 'a.parquet', '--target', 'y')
    expect(messages(report, 'unreadable')).toEqual([expect.stringMatching(/^column "list" cannot be read.* \(holds /)])
    expect(report.proposal).toContain('"list" // holds ')
  })

  test('finds texts that mean a gap, but only among numbers', async () => {
    const rows = Array.from({ length: 40 }, (_, row) =>
      [row % 5 === 0 ? 'NA' : row + 0.5, row % 7 === 0 ? '?' : row % 9, row % 3 ? 'NA' : 'DE', row % 2].join(','),
    )
    const cwd = temporaryFolder({
      'a.csv': csv('a,b,country,y', rows),
      'b.csv': csv(
        'country,y',
        rows.map((row) => row.split(',').slice(2).join(',')),
      ),
    })
    const found = await looked(cwd, 'a.csv', '--target', 'y')
    expect(found.proposal).toContain('"missing_values": ["NA", "?"]')
    expect(found.columns[0]).toMatchObject({ kind: 'number', gaps: 8 })
    // where no number needs it, NA is Namibia (pandas-dev/pandas#10647)
    const plain = await looked(cwd, 'b.csv', '--target', 'y')
    expect(plain.proposal).not.toContain('missing_values')
    expect(plain.columns[0]).toMatchObject({ gaps: 0, distinct: 2 })
  })

  test('proposes classes for text and few whole numbers, else a number, and says it', async () => {
    const rows = Array.from({ length: 90 }, (_, row) =>
      [row * 1.5, row % 3, (row * 7) % 83, 1000 * row, `c${row % 2}`].join(','),
    )
    const cwd = temporaryFolder({ 'a.csv': csv('x,few,many,money,text', rows) })
    const proposed = async (target: string) => (await looked(cwd, 'a.csv', '--target', target)).proposal
    expect(await proposed('text')).toContain('"loss": "binary_crossentropy", // "text" has 2 classes')
    expect(await proposed('few')).toContain('"loss": "sparse_categorical_crossentropy", // "few" has 3 classes')
    const many = await proposed('many')
    expect(many).toContain('"loss": "mse", // "many" is a number')
    expect(many).not.toContain('select')
    expect(await proposed('money')).toContain('REPLACE (\\"money\\" / 10000 AS \\"money\\")')
  })

  test('finds the files of a pattern, and paths from the folder of the spec; hidden folders are no data', async () => {
    const cwd = temporaryFolder({ 'one.csv': 'a,b\n1,x\n2,y\n', 'two.csv': 'a,b\n3,x\n4,y\n' })
    const { columns, proposal } = await looked(cwd, '*.csv')
    expect(columns[0].rows).toBe(4)
    expect(proposal).toContain('"source": "*.csv"')
    expect((await looked(cwd, 'one.csv', 'two.csv')).proposal).toContain('"source": ["one.csv", "two.csv"]')
  })

  test('of JSON rows, which are no spec', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => ({ a: (row * 3) % 11, b: row % 2 ? 'x' : 'y' }))
    const cwd = temporaryFolder({ 'rows.json': `\ufeff ${JSON.stringify(rows)}` })
    writeFileSync(join(cwd, 'rows.json'), JSON.stringify(rows))
    expect((await looked(cwd, 'rows.json', '--target', 'b', '-o', 'spec.json')).rows).not.toBeNull()
    expect((await looked(cwd, 'spec.json')).proposal).toBeNull()
  })
})

describe('the report of a spec', () => {
  test('says what was decided, and counts classes by part', async () => {
    const cwd = folderWith('iris.csv')
    writeFileSync(join(cwd, 'a.json'), spec({ source: 'iris.csv', target: 'species', test: 0.2 }))
    const report = await looked(cwd, 'a.json')
    expect(report).toMatchObject({
      name: 'a',
      data: 'iris.csv',
      rows: { train: 96, validation: 24, test: 30 },
      split: 'drawn from the seed, in the proportions of the classes',
      targets: [
        {
          name: 'species',
          kind: 'class',
          classes: [
            { number: 0, name: 'setosa', train: 32, validation: 8, test: 10 },
            { number: 1, name: 'versicolor', train: 32, validation: 8, test: 10 },
            { number: 2, name: 'virginica', train: 32, validation: 8, test: 10 },
          ],
        },
      ],
      fields: [
        { name: 'features', use: 'input', shape: [4], dtype: 'float32', numbers: { deviation: expect.closeTo(1, 5) } },
        { name: 'species', use: 'target', shape: [], dtype: 'int32', numbers: { least: 0, largest: 2 } },
      ],
      batch: { size: 32 },
      proposal: null,
    })
    expect(report.columns[0]).toMatchObject({
      use: 'input',
      type: 'float_normalized',
      why: 'all values are numbers',
    })
    expect(report.columns.at(-1)).toMatchObject({
      use: 'target',
      type: 'class',
      why: 'loss sparse_categorical_crossentropy compares classes',
    })
    // rows 102 and 143 are the only two that are equal
    const { duplicates, shared } = report.repeats
    const pairs = [...Object.values(duplicates), ...Object.values(shared)] as number[]
    expect(pairs.reduce((sum, count) => sum + count)).toBe(1)
  })

  // keras-team/keras#7543
  test('numbers classes by value, not by text: complaint 1', async () => {
    const rows = Array.from({ length: 120 }, (_, row) => `${row % 5},${(row % 12) + 1}`)
    const cwd = temporaryFolder({ 'a.csv': csv('x,y', rows), 'a.json': spec({ source: 'a.csv', target: 'y' }) })
    const { targets } = await looked(cwd, 'a.json')
    expect(targets[0].classes.map(({ name }: { name: string }) => name)).toEqual(
      Array.from({ length: 12 }, (_, index) => String(index + 1)),
    )
  })

  // tensorflow/tensorflow#50124, keras-team/keras#14416
  test('shows rows with their own labels: complaint 2', async () => {
    const lines = readFileSync(join(DATA, 'iris.csv'), 'utf8').trim().split('\n')
    const cwd = folderWith('iris.csv')
    writeFileSync(join(cwd, 'a.json'), spec({ source: 'iris.csv', target: 'species', test: 0.2 }))
    const { samples } = await looked(cwd, 'a.json')
    expect(samples).toHaveLength(4)
    for (const { row, values } of samples) {
      const [a, b, c, d, label] = lines[row]!.split(',')
      expect(Object.values(values).map(String)).toEqual([a, b, c, d].map((one) => String(Number(one))).concat(label!))
    }
    const { stdout } = await runMain(['data', 'a.json'], { cwd })
    expect(stdout).toContain('<- target')
  })

  // keras-team/keras-preprocessing#290, keras-team/keras#14277
  test('says that a target of windows is an input too', async () => {
    const cwd = temporaryFolder()
    const rows = Array.from({ length: 40 }, (_, row) => `${row},${(row * 7) % 5}`)
    writeFileSync(join(cwd, 'a.csv'), csv('day,warm', rows))
    const data = {
      source: 'a.csv',
      features: ['warm'],
      target: 'warm',
      window: { sequence_length: 3, order_by: 'day' },
    }
    const layers = ['Flatten', { type: 'Dense', units: 'auto' }]
    writeFileSync(join(cwd, 'a.json'), spec(data, { loss: 'mse', model: { type: 'Sequential', layers } }))
    const { columns } = await looked(cwd, 'a.json')
    expect(columns.find(({ name }: { name: string }) => name === 'warm')).toMatchObject({
      use: 'target',
      why: 'loss mean_squared_error compares numbers; also an input, float_normalized',
    })
  })

  test('takes no offence at texts that are all different, unless they are categories', async () => {
    const cwd = temporaryFolder()
    const rows = Array.from({ length: 40 }, (_, row) => `note ${row},${row % 2}`)
    writeFileSync(join(cwd, 'a.csv'), csv('text,y', rows))
    for (const [type, code] of [
      ['text', []],
      ['string_categorical', ['identifier']],
    ]) {
      writeFileSync(join(cwd, 'a.json'), spec({ source: 'a.csv', features: { text: type }, target: 'y' }))
      const { warnings } = await looked(cwd, 'a.json')
      expect(warnings.map(({ code }: { code: string }) => code)).toEqual(code)
    }
  })

  test('counts the rows that are in two parts, and "group" keeps them in one: complaint 6', async () => {
    // each of 40 patients has three pictures, which look alike
    const rows = Array.from({ length: 120 }, (_, row) => `p${row % 40},${(row % 40) / 8},${row % 2 ? 'ill' : 'well'}`)
    const data = { source: 'a.csv', features: { x: 'float' }, target: 'y', test: 0.2 }
    const cwd = temporaryFolder({
      'a.csv': csv('patient,x,y', rows),
      'drawn.json': spec(data),
      'grouped.json': spec({ ...data, split: { group: 'patient' } }),
    })
    const drawn = await looked(cwd, 'drawn.json')
    expect(drawn.repeats.shared.train_test).toBeGreaterThan(10)
    expect(messages(drawn, 'overlap')).toEqual([expect.stringContaining('"split": { "group": COLUMN }')])
    const grouped = await looked(cwd, 'grouped.json')
    expect(grouped.repeats.shared).toEqual({ train_validation: 0, train_test: 0, validation_test: 0 })
    expect(messages(grouped, 'overlap')).toEqual([])
    expect(messages(grouped, 'duplicates')).toHaveLength(1)
  })

  // tensorflow/tensorflow#46595, pytorch/vision#2831
  test('takes no file of a hidden folder: complaint 15', async () => {
    const { mkdirSync } = await import('node:fs')
    const cwd = temporaryFolder({ 'a.json': spec({ source: '**/*.csv', target: 'y' }) })
    for (const folder of ['data', 'data/.ipynb_checkpoints']) {
      mkdirSync(join(cwd, folder))
      writeFileSync(
        join(cwd, folder, 'a.csv'),
        csv(
          'x,y',
          Array.from({ length: 20 }, (_, row) => `${row % 6},${row % 2}`),
        ),
      )
    }
    const { rows } = await looked(cwd, 'a.json')
    expect(rows).toEqual({ train: 16, validation: 4, test: 0 })
  })

  test('warns of what a careful person would stop at, with the remedy', async () => {
    const rows = Array.from({ length: 300 }, (_, row) => {
      const rare = row % 20 === 0
      const far = row === 7 ? 1e6 : row % 13
      return [row * 3 + 5, 'same', far, row % 9 === 0 ? '' : row % 11, rare ? 'r' : 'c', rare ? 'rare' : 'common'].join(
        ',',
      )
    })
    const cwd = temporaryFolder({
      'a.csv': csv('id,fixed,far,gaps,copy,y', rows),
      'a.json': spec({ source: 'a.csv', target: 'y', missing: { gaps: 'median' }, test: 0.2 }),
    })
    const report = await looked(cwd, 'a.json')
    expect(messages(report, 'leak')[0]).toMatch(/^column "copy" says the same as target "y".* "ignore": \["copy"\]$/)
    expect(messages(report, 'constant')[0]).toMatch(/^column "fixed" .* "ignore": \["fixed"\]$/)
    expect(messages(report, 'identifier')[0]).toMatch(/^column "id" .* "ignore": \["id"\]$/)
    expect(messages(report, 'outlier')[0]).toMatch(
      /^column "far" reaches 1000000, 17 deviations .*"Log", "Normalization"/,
    )
    expect(messages(report, 'gaps')).toEqual(['gaps in "gaps" (34, 11 %), which are filled: "missing": "median"'])
    expect(messages(report, 'unbalanced')[0]).toContain('"class_weight": "balanced" in "fit"')
  })

  test('warns of a class that a part of its own lacks', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `${row % 7},${'abc'[row % 3]}`)
    const cwd = temporaryFolder({
      'a.csv': csv('x,y', rows),
      'test.csv': csv('x,y', ['1,a', '2,b']),
      'a.json': spec({ source: 'a.csv', target: 'y', test: 'test.csv' }),
    })
    const report = await looked(cwd, 'a.json')
    expect(messages(report, 'class-missing')).toEqual([expect.stringContaining('no test row of class "c"')])
    expect(report.split).toBe(
      'test from files of their own; else drawn from the seed, in the proportions of the classes',
    )
  })

  test('of inputs with several targets', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `${row % 2},${row % 4 < 2 ? 'a' : 'b'}`)
    const cwd = temporaryFolder({ 'a.csv': csv('x,y', rows), 'a.json': spec({ source: 'a.csv', target: 'y' }) })
    const report = await looked(cwd, 'a.json')
    expect(report.repeats.contradictions).toEqual({ train: 32, validation: 8, test: 0 })
    expect(messages(report, 'contradictions')).toHaveLength(1)
  })

  test('of the first of several folds, and of several targets', async () => {
    const cwd = folderWith('penguins.csv')
    const ignore = ['island', 'sex']
    const folded = { source: 'penguins.csv', target: 'species', missing: 'median', ignore }
    writeFileSync(join(cwd, 'folds.json'), spec(folded, { fit: { k_fold: 5 } }))
    expect(await looked(cwd, 'folds.json')).toMatchObject({
      split: 'fold 1 of 5, drawn from the seed, in the proportions of the classes',
      rows: { test: 0 },
    })
    const set = { dataset: 'bars-and-stripes', flatten: true }
    writeFileSync(join(cwd, 'set.json'), spec(set, { fit: { k_fold: 4, fold: 2 } }))
    const ofSet = await looked(cwd, 'set.json')
    expect(ofSet.split).toBe('validation: fold 2 of 4, consecutive training samples; test: a set of its own')
    // a set is sorted by its classes
    expect(ofSet.targets[0]!.classes!.map(({ validation }: { validation: number }) => validation)).toEqual([8, 0])
    const targets = { species: {}, body_mass_g: {} }
    const outputs = { species: { loss: 'sparse_categorical_crossentropy' }, body_mass_g: { loss: 'mse' } }
    const head = (name: string) => ({ type: 'Dense', units: 'auto', name, inputs: ['h'] })
    const layers = [
      { type: 'Dense', units: 8, name: 'h' },
      { ...head('species'), activation: 'softmax' },
      head('body_mass_g'),
    ]
    writeFileSync(
      join(cwd, 'two.json'),
      JSON.stringify({
        data: { source: 'penguins.csv', targets, missing: 'drop', ignore },
        model: { type: 'Functional', layers },
        outputs,
        fit: { validation_split: 0.2 },
      }),
    )
    const { targets: found, dropped, columns } = await looked(cwd, 'two.json')
    expect(found.map(({ kind }: { kind: string }) => kind)).toEqual(['class', 'number'])
    expect(dropped).toBe(2)
    expect(columns.at(-1)).toMatchObject({ why: 'the loss of its output compares numbers', gaps: 0 })
  })

  test('of a set that comes with the program', async () => {
    const report = await looked('.', 'specs/rbm-bars-and-stripes.json')
    expect(report).toMatchObject({
      data: 'bars-and-stripes',
      rows: { train: 32, validation: 0, test: 32 },
      repeats: { shared: { train_test: 32 } },
      columns: [
        { name: 'x', kind: 'array', use: 'input' },
        { name: 'y', use: 'target' },
      ],
    })
  })

  test('changed by --set', async () => {
    const report = await looked('.', 'specs/rbm-bars-and-stripes.json', '--set', 'data.size=3')
    expect(report.fields[0]).toMatchObject({ shape: [9] })
  })
})

describe('nothing is written or printed for', () => {
  test.each([
    ['a file that is not there', ['none.csv'], 'none.csv: there is no file or folder "none.csv"'],
    ['a spec that is not there', ['none.json'], 'none.json: no such file or folder'],
    ['an empty file', ['empty.csv'], 'empty.csv: it is empty'],
    ['a header alone', ['header.csv'], 'header.csv: it has names of columns and no rows'],
    ['a file of an unknown kind', ['a.xyz'], 'a.xyz: the ending of its name must be one of'],
    ['a ragged row', ['ragged.csv'], 'ragged.csv'],
    [
      'a column that is not there',
      ['a.csv', '--target', 'yy'],
      '--target: "yy" is not a column of a.csv; did you mean "y"?',
    ],
    ['a target without a choice', ['one.csv', '--target', 'y'], 'has only the value "a"'],
    ['a target of many texts', ['names.csv', '--target', 'name'], 'has another text in every row'],
    ['a class of one row', ['rare.csv', '--target', 'y'], 'no row of class "c" is left to validate on'],
    ['a target for a spec', ['a.json', '--target', 'y'], '--target: a.json is a spec, which has its own target'],
    ['a change to a table', ['a.csv', '--set', 'seed=2'], '--set: a.csv is no spec'],
    ['a spec that would be replaced', ['a.csv', '--target', 'y', '-o', 'a.json'], '--output: a.json is there already'],
    ['a place without a target', ['a.csv', '-o', 'b.json'], '--output needs --target'],
    ['no operand', [], 'No spec and no file is given'],
  ])('%s', async (_, args, message) => {
    const rows = Array.from({ length: 20 }, (_, row) => `${row % 5},${row % 2 ? 'a' : 'b'}`)
    const cwd = temporaryFolder({
      'a.csv': csv('x,y', rows),
      'a.json': spec({ source: 'a.csv', target: 'y' }),
      'a.xyz': 'x',
      'empty.csv': '',
      'header.csv': 'x,y\n',
      'ragged.csv': `${csv('x,y', rows)}1,2,3\n`,
      'one.csv': csv('x,y', ['1,a', '2,a', '3,a']),
      'names.csv': csv(
        'x,name',
        rows.map((_, row) => `${row},n${row}`),
      ),
      'rare.csv': csv('x,y', [...rows, '1,c']),
    })
    expect(await refused(cwd, ...args)).toContain(message)
    expect(existsSync(join(cwd, 'b.json'))).toBe(false)
  })
})
