/** Several files as one table; endings of files. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/command.js'
import { factsOf, fileOf, problemOf, rowsOf, withTable } from '../../support/table.js'

const TYPES = { a: 'number', b: 'text' } as const

test('several files are one table, in their order, whatever their formats and the order of their columns', async () => {
  const files = [
    fileOf('1.csv', 'a,b\n1,x\n,y\n'),
    fileOf('2.jsonl', '{"b":"z","a":3}\n'),
    fileOf('3.tsv', 'b\ta\n\toops\n'),
  ]
  expect(await rowsOf(files.slice(0, 2), TYPES)).toEqual({ a: [1, Number.NaN, 3], b: ['x', 'y', 'z'] })
  expect(await factsOf(files, ['a', 'b'])).toEqual({
    a: { gaps: 1, numbers: 2, notNumbers: 1, firstNotNumber: { file: files[2], row: 1, value: 'oops' }, whole: true },
    b: { gaps: 1, numbers: 0, notNumbers: 3, firstNotNumber: { file: files[0], row: 1, value: 'x' }, whole: true },
  })
  await withTable(files, {}, async (table) => {
    expect(table.name).toBe(files[0])
    expect(await table.distinct('b', 3)).toEqual(['x', 'y', 'z'])
    expect(await table.distinct('b', 2)).toBeNull()
  })
  expect(await problemOf(rowsOf(files, TYPES))).toContain('3.tsv: row 1, column "a": found "oops", must be a number')
})

test.each([
  ['a,b\n1,x\n', 'a\n1\n', '2.csv: it has no column "b", which 1.csv has; all files need the same columns'],
  ['a\n1\n', 'a,b\n1,x\n', '2.csv: it has a column "b", which 1.csv does not have; all files need the same columns'],
  ['a,b\n1,x\n', 'a,B\n1,x\n', '2.csv: it has no column "b", which 1.csv has; all files need the same columns'],
])('files of other columns are refused: %j and %j', async (one, other, message) => {
  expect(await problemOf(rowsOf([fileOf('1.csv', one), fileOf('2.csv', other)], TYPES))).toBe(message)
})

test('files whose columns have other types are refused', async () => {
  const parquet = join(import.meta.dirname, '../../fixtures/tables/polars.parquet')
  const csv = fileOf('1.csv', 'a,b\n1,x\n')
  expect(await problemOf(rowsOf([parquet, csv], TYPES))).toMatch(
    /^1\.csv: its column "a" is of no stated type, but of numbers in .*polars\.parquet; all files need the same columns$/,
  )
})

test.each([
  [
    'a.xlsx',
    'a.xlsx: the ending of its name must be one of .csv, .csv.gz, .tsv, .tsv.gz, .txt, .txt.gz, .jsonl, .jsonl.gz, .ndjson, .ndjson.gz, .json, .json.gz, .parquet',
  ],
  [
    'a.parquet.gz',
    'a.parquet.gz: the ending of its name must be one of .csv, .csv.gz, .tsv, .tsv.gz, .txt, .txt.gz, .jsonl, .jsonl.gz, .ndjson, .ndjson.gz, .json, .json.gz, .parquet',
  ],
  [
    'a.csv.zst',
    'a.csv.zst: files packed by zstd are not read, because one that is cut short can pass for whole; unpack it',
  ],
])('a file %s is refused', async (name, message) => {
  expect(await problemOf(rowsOf(fileOf(name, 'a\n1\n'), TYPES))).toBe(message)
})

test.each(['csv', 'csv.gz', 'jsonl', 'json', 'parquet'])(
  'a %s file that is not there, or is a folder',
  async (ending) => {
    const folder = temporaryFolder()
    expect(await problemOf(rowsOf(join(folder, `a.${ending}`), TYPES))).toBe(
      `Cannot read a table: a.${ending}: no such file or folder.`,
    )
    const within = temporaryFolder({})
    mkdirSync(join(within, `a.${ending}`))
    expect(await problemOf(rowsOf(join(within, `a.${ending}`), TYPES))).toBe(`a.${ending}: is a folder, must be a file`)
  },
)
