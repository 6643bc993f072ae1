/** Data of the user through the command: bad files end it before the first step, in words; good ones go all the way. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { npyHeader } from '../../src/base/npy.js'
import { runCommand } from '../support/command.js'
import { runMain } from '../support/main.js'
import { ownSpec } from '../support/own-data.js'
import { zipOf } from '../support/zip.js'

/** Forty rows of two numbers and a class. */
const ROWS = Array.from({ length: 40 }, (_, row) => `${row},${(row * 2) % 7},${'ab'[row % 2]}`)

const csv = (rows: readonly string[], header = 'x,z,y'): string => `${[header, ...rows].join('\n')}\n`

/** The forty rows, some of which are other ones. Rows count from 1. */
const withRows = (others: Readonly<Record<number, string>>): string =>
  csv(ROWS.map((row, index) => others[index + 1] ?? row))

const DATA = { source: 'a.csv', target: 'y' }

/** The message of the command for data that it refuses, without the name and the place of the spec. */
async function refusal(...spec: Parameters<typeof ownSpec>): Promise<string[]> {
  const cwd = dirname(ownSpec(...spec))
  const { code, stdout, stderr } = await runMain(['spec.json'], { cwd })
  expect({ code, stdout, hasRun: existsSync(join(cwd, 'runs')) }, stderr).toEqual({
    code: 2,
    stdout: '',
    hasRun: false,
  })
  expect(stderr).not.toMatch(/^ +at |internal|undefined|\[object/m)
  return stderr
    .trim()
    .split('\n')
    .filter((line) => !/^(The spec has (a problem|\d+ problems)\.|Reading .*)$/.test(line))
    .map((line) => line.replace(/^spec\.json:\d+:\d+ /, '').replaceAll(cwd, ''))
}

const NAMES = 'every column needs a name of its own; if the first row has no names, set "csv": {"header": false}'
const LATIN = 'bytes that are not UTF-8; save the file as UTF-8, or set "csv": {"encoding": "latin-1"}'
const LACKS = 'give such classes more rows, leave their rows out, or change "split" or "validation_split"'

const array = (shape: readonly number[]) =>
  Buffer.concat([npyHeader([...shape]), Buffer.alloc(4 * shape.reduce((all, size) => all * size))])
const FIXTURES = join(import.meta.dirname, '../fixtures')
const PARQUET = readFileSync(join(FIXTURES, 'tables/damaged.parquet'))
const PICKLE = readFileSync(join(FIXTURES, 'arrays/refused-objects.npy'))

interface Bad {
  readonly files: Readonly<Record<string, string | Uint8Array>>
  readonly data?: object
  readonly rest?: object
  readonly says: readonly string[]
}

const BAD: Readonly<Record<string, Bad>> = {
  'a row with too few fields': {
    files: { 'a.csv': withRows({ 5: '1,2' }) },
    says: ['/data: a.csv: row 5 (line 6) has 2 columns, must have 3'],
  },
  'a row with too many fields': {
    files: { 'a.csv': withRows({ 40: '1,2,a,b' }) },
    says: ['/data: a.csv: row 40 (line 41) has 4 columns, must have 3'],
  },
  'text in columns of numbers, several at once': {
    files: { 'a.csv': withRows({ 5: 'oops,2,a', 9: '3,bad,b' }) },
    data: { features: { x: 'float', z: 'float_normalized' } },
    says: [
      'a.csv: row 5, column "x": found "oops", must be a number',
      'a.csv: row 9, column "z": found "bad", must be a number',
      'a.csv has values that do not fit their columns; if they mean gaps, set "missing_values": ["oops", "bad"]',
    ],
  },
  'text in columns that look like numbers': {
    files: { 'a.csv': withRows({ 5: 'oops,2,a', 9: '3,?,b', 10: '3,n/a,b' }) },
    says: [
      '/data: column "x" of a.csv has 39 numbers and 1 other value, "oops" in row 5; correct the file, or set "missing_values": ["oops"] if it means a gap, or write the type of the column: "features": { "x": "string_categorical", ... }',
      '/data: column "z" of a.csv has 38 numbers and 2 other values, the first of which is "?" in row 9; correct the file, or set "missing_values": ["?"] if it means a gap, or write the type of the column: "features": { "z": "string_categorical", ... }',
    ],
  },
  'NaN and infinity': {
    files: { 'a.csv': withRows({ 5: 'NaN,2,a', 9: '3,inf,b', 10: '1e39,3,b' }) },
    data: { features: { x: 'float', z: 'float' } },
    says: [
      'a.csv: row 5, column "x": found "NaN", must be a finite number of 32 bits',
      'a.csv: row 9, column "z": found "inf", must be a finite number of 32 bits',
      'a.csv: row 10, column "x": found "1e39", must be a finite number of 32 bits',
      'a.csv has values that do not fit their columns; if they mean gaps, set "missing_values": ["NaN", "inf"]',
    ],
  },
  'a label outside the classes': {
    files: { 'a.csv': withRows({ 5: '1,2,c', 7: '1,2,A' }) },
    data: { target: { column: 'y', class_names: ['a', 'b'] } },
    says: [
      '/data/target: row 5 of a.csv, column "y": found "c", which is not one of the 2 classes',
      '/data/target: row 7 of a.csv, column "y": found "A", which is not one of the 2 classes; did you mean "a"?',
    ],
  },
  'a missing file': {
    files: { 'a.csv': withRows({}) },
    data: { source: 'b.csv' },
    says: ['/data/source: b.csv: there is no file or folder "b.csv" in ; did you mean "a.csv"?'],
  },
  'a gz file that is cut': {
    files: { 'a.csv.gz': gzipSync(withRows({})).subarray(0, 100) },
    data: { source: 'a.csv.gz' },
    says: ['/data/source: a.csv.gz: the file is cut short; fetch or pack it anew'],
  },
  'a Parquet file that is cut': {
    files: { 'a.parquet': PARQUET.subarray(0, -30) },
    data: { source: 'a.parquet' },
    says: ['/data/source: a.parquet: it is no Parquet file, or it is cut short; fetch or write it anew'],
  },
  'names of columns without rows': {
    files: { 'a.csv': 'x,z,y\n' },
    says: ['/data/source: a.csv: it has names of columns and no rows'],
  },
  'an empty file': { files: { 'a.csv': '' }, says: ['/data/source: a.csv: it is empty'] },
  'one class only': {
    files: { 'a.csv': csv(['1,2,a', '3,4,a']) },
    says: ['/data/target: column "y" of a.csv has only the class "a", must have at least 2'],
  },
  'a class that only trains': {
    files: { 'a.csv': withRows({ 5: '1,2,c' }) },
    rest: { fit: { validation_split: 0.2 } },
    says: [`/data/target: target "y": no row of class "c" is left to validate on; ${LACKS}`],
  },
  'a class that does not train': {
    files: { 'a.csv': withRows({ 40: '1,2,c' }) },
    data: { split: 'last', test: 0.1 },
    says: [`/data/target: target "y": no row of class "c" is left to train on; ${LACKS}`],
  },
  'two columns of one name': {
    files: { 'a.csv': csv(ROWS, 'x,x,y') },
    says: [`/data/source: a.csv: columns 1 and 2 are both called "x"; ${NAMES}`],
  },
  'a column without a name': {
    files: { 'a.csv': csv(ROWS, 'x,,y') },
    says: [`/data/source: a.csv: column 2 has no name; ${NAMES}`],
  },
  'UTF-16': {
    files: { 'a.csv': Buffer.from(`\ufeff${withRows({})}`, 'utf16le') },
    says: ['/data/source: a.csv: it is UTF-16 text; set "csv": {"encoding": "utf-16"}, or save it as UTF-8'],
  },
  'latin-1 in a row': {
    files: { 'a.csv': Buffer.from(withRows({ 5: '1,2,\xe9' }), 'latin1') },
    says: [`/data: a.csv: row 5 (line 6) has ${LATIN}`],
  },
  'latin-1 in the header': {
    files: { 'a.csv': Buffer.from(csv(ROWS, 'gr\xf6\xdfe,z,y'), 'latin1') },
    says: [`/data/source: a.csv: its first row has ${LATIN}`],
  },
  'bytes that are no text': {
    files: { 'a.csv': Buffer.concat([Buffer.from(withRows({})), Buffer.from('1,2,\xff\xfe\n', 'latin1')]) },
    says: [`/data: a.csv: row 41 (line 42) has ${LATIN}`],
  },
  'mixed line ends': {
    files: { 'a.csv': `${withRows({})}1,2,a\r\n` },
    says: ['/data: a.csv: line 1 ends with "\\n", but line 42 with "\\r\\n"; save it with one kind of line end'],
  },
  'Python objects (pickles)': {
    files: { 'x.npy': array([3, 2]), 'y.npy': PICKLE },
    data: { source: { x: 'x.npy', y: 'y.npy' } },
    says: [
      '/data/source: y.npy: holds Python objects (pickles), which are never run; save numbers, or text with astype("U")',
    ],
  },
  'an archive that names a file outside': {
    files: { 'a.npz': zipOf({ 'x.npy': array([3, 2]), 'y.npy': array([3]), '../evil.npy': array([3]) }) },
    data: { source: 'a.npz' },
    says: ['/data/source: a.npz: is not a whole archive (.npz): invalid relative path: ../evil.npy'],
  },
  'columns that the file does not have, several at once': {
    files: { 'a.csv': withRows({}) },
    data: { target: 'Y', ignore: ['w'], weight: 'v' },
    says: [
      '/data/target: found "Y", which is not a column of a.csv; did you mean "y"?',
      '/data/ignore/0: found "w", which is not a column of a.csv; its columns are "x", "z", "y"',
      '/data/weight: found "v", which is not a column of a.csv; its columns are "x", "z", "y"',
    ],
  },
}

describe('ends with 2 before the first step, with the place and the remedy:', () => {
  test.each(Object.entries(BAD))('%s', async (_, { files, data, rest, says }) => {
    expect(await refusal(files, { ...DATA, ...data }, rest)).toEqual(says)
  })
})

test('10,000 columns train', async () => {
  const names = Array.from({ length: 10_000 }, (_, column) => `c${column}`)
  const rows = Array.from({ length: 40 }, (_, row) =>
    [...names.map((_, column) => (column * 7 + row * 13) % 17), 'ab'[row % 2]].join(','),
  )
  const cwd = dirname(ownSpec({ 'a.csv': csv(rows, `${names.join(',')},y`) }, DATA, { fit: { epochs: 1 } }))
  const { code, stderr } = await runMain(['spec.json', '--engine', 'onnx'], { cwd })
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('Features: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 9990 more (float_normalized).\n')
})

describe('a table', () => {
  let cwd = ''
  let first = ''
  const read = (path: string) => readFileSync(join(cwd, path))
  const text = (path: string) => read(path).toString()

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'trainspec-'))
    mkdirSync(join(cwd, 'tables'))
    writeFileSync(
      join(cwd, 'tables/a.csv'),
      csv(
        Array.from(
          { length: 200 },
          (_, row) => `${row % 9},${['red', 'blue', ''][row % 3]},${row % 9 > 4 ? 'yes' : 'no'}`,
        ),
        'size,colour,y',
      ),
    )
    writeFileSync(
      join(cwd, 'own.json'),
      JSON.stringify({
        data: { source: 'tables/a.csv', target: 'y', test: 0.2 },
        model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'sigmoid' }] },
        loss: 'binary_crossentropy',
        metrics: ['accuracy'],
        fit: { epochs: 3, validation_split: 0.25 },
      }),
    )
    const { code, stdout, stderr } = await runCommand(['own.json', '--engine', 'onnx'], { cwd })
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '' })
    first = stderr
    return () => rmSync(cwd, { recursive: true })
  })

  const DECIDED = [
    'tables/a.csv: 120 rows to train, 40 to validate, 40 to test, drawn at random. Features: size (float_normalized); colour (string_categorical).',
    'Target "y": class 0 "no", 1 "yes".',
  ]

  test('trains, and what was decided is printed', () => {
    for (const line of DECIDED) expect(first.split('\n')).toContain(line)
    expect(JSON.parse(text('runs/own/1/history.json'))).toMatchObject({ samples: 120, validation_samples: 40 })
  })

  test('gives the same weights twice, also from the spec of the run, which decides nothing anew', async () => {
    const saved = JSON.parse(text('runs/own/1/spec.json'))
    expect(saved).toMatchObject({
      data: {
        source: '../../../tables/a.csv',
        features: { size: { type: 'float_normalized' }, colour: { type: 'string_categorical' } },
        target: { column: 'y', type: 'class', class_names: ['no', 'yes'] },
      },
      model: { layers: [{ units: 1 }] },
    })
    for (const [spec, out] of [
      ['own.json', 'second'],
      ['runs/own/1/spec.json', 'third'],
    ] as const) {
      const { code, stderr } = await runMain([spec, '--engine', 'onnx', '--out', out], { cwd })
      expect(code, stderr).toBe(0)
      for (const line of DECIDED) expect(stderr.split('\n')).toContain(line)
      expect(read(join(out, 'model/weights.bin')).equals(read('runs/own/1/model/weights.bin')), out).toBe(true)
    }
  })

  test.each([
    ['evaluate', ['evaluate', 'runs/own/1', '--json']],
    ['summary', ['summary', 'own.json']],
    ['validate', ['validate', 'own.json', 'runs/own/1/spec.json']],
    ['find-lr', ['find-lr', 'own.json', '--engine', 'onnx', '--out', 'lr']],
    ['bench', ['bench', 'own.json', '--engine', 'onnx', '--rounds', '1', '--steps', '3']],
  ])('works with train %s', async (name, args) => {
    const { code, stdout, stderr } = await (name === 'bench' ? runCommand : runMain)(args, { cwd })
    expect(code, stderr).toBe(0)
    if (name === 'evaluate') expect(JSON.parse(stdout)).toMatchObject({ samples: 40 })
    if (name === 'summary') expect(stdout).toContain('(None, 1)')
    if (name === 'validate') expect(stderr).toBe('own.json: ok\nruns/own/1/spec.json: ok\n')
  })
})

test('an RBM trains on a table of 0 and 1, samples, and computes features', async () => {
  const names = ['p_1', 'p_2', 'p_3', 'p_4']
  const rows = Array.from({ length: 48 }, (_, row) => names.map((_, column) => (row >> column) & 1).join(','))
  const cwd = dirname(
    ownSpec(
      { 'a.csv': csv(rows, names.join(',')) },
      { source: 'a.csv', features: { 'p_*': { type: 'float', steps: ['Binarize'] } }, test: 0.25 },
      { model: { type: 'RBM', hidden_units: 3 }, loss: undefined, fit: { epochs: 2 } },
    ),
  )
  for (const args of [
    ['spec.json', '--engine', 'onnx'],
    ['evaluate', 'runs/spec/1'],
    ['sample', 'runs/spec/1', '-n', '2', '--steps', '3', '--out', 'samples'],
    ['transform', 'runs/spec/1', '--out', 'features.csv'],
  ]) {
    const { code, stderr } = await runMain(args, { cwd })
    expect(code, `${args[0]}: ${stderr}`).toBe(0)
  }
  const counts = ['train', 'test'].map(
    (part) =>
      readFileSync(join(cwd, `features-${part}.csv`), 'utf8')
        .trim()
        .split('\n').length,
  )
  expect(counts).toEqual([36, 12])
})
