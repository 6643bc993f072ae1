/** Parquet files as pandas, pyarrow and polars write them, and damaged ones. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Named } from '../../../src/base/field.js'
import type { ColumnType } from '../../../src/data/sources/raw-table.js'
import { factsOf, fileOf, problemOf, rowsOf, withTable } from '../../support/table.js'

const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/tables', `${name}.parquet`)
const odd = fixture('odd')

const ODD_NAME = 'it\'s "a" *'
const TEXTS = { bool: 'text', text: 'text', category: 'text', date: 'text', time: 'text', zoned: 'text' } as const

test.each(['snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'none'])(
  'a table of pandas, packed by %s',
  async (compression) => {
    const file = fixture(`pandas-${compression}`)
    const numbers = {
      float64: 'number',
      float32: 'number',
      int8: 'integer',
      int64: 'integer',
      nullable: 'integer',
    } as const
    const types = { ...numbers, ...TEXTS } as const
    await withTable(file, {}, async (table) => expect(table.columns).toEqual(types))
    expect(await rowsOf(file, types)).toEqual({
      float64: [Math.fround(0.1), Number.NaN, -2.5],
      float32: [Math.fround(0.1), 16777216, 3],
      int8: [-128, 0, 127],
      int64: [1, 9007199254740991, -9007199254740991],
      nullable: [1, Number.NaN, 3],
      bool: ['true', 'false', 'true'],
      text: ['x', null, 'é, "y"\nz'],
      category: ['b', 'a', 'b'],
      date: ['2024-01-02', null, '1969-12-31'],
      time: ['2024-01-02 03:04:05', null, '2024-01-02 00:00:00.5'],
      zoned: Array(3).fill('2024-01-02 01:04:05+00'),
    })
  },
)

test('a column can be read as another type than the file states', async () => {
  const types = { float64: 'text', float32: 'integer', int64: 'text', int8: 'number' } as const
  const file = fixture('pandas-snappy')
  expect(await rowsOf(file, { float64: 'text', float32: 'text', int64: 'text', int8: 'number' })).toEqual({
    float64: ['0.1', null, '-2.5'],
    float32: ['0.1', '16777216', '3'],
    int64: ['1', '9007199254740991', '-9007199254740991'],
    int8: [-128, 0, 127],
  })
  expect(await problemOf(rowsOf(file, types))).toContain('row 1, column "float32": found "0.1", must be a whole number')
})

test('other types, names that differ only in case, and names with quotes', async () => {
  const types = {
    decimal: 'number',
    float16: 'number',
    clock: 'text',
    null: 'number',
    case: 'integer',
    CASE: 'integer',
    [ODD_NAME]: 'text',
  } as const
  expect(await rowsOf(odd, types)).toEqual({
    decimal: [1.25, Number.NaN, Math.fround(-0.01)],
    float16: [0.0999755859375, 1, 65504],
    clock: Array(3).fill('01:02:03'),
    null: Array(3).fill(Number.NaN),
    case: [1, 2, 3],
    CASE: [4, 5, 6],
    [ODD_NAME]: ['7', '8', '9'],
  })
})

test('an empty text is a gap, as in a CSV file, and so are missing values', async () => {
  expect(await rowsOf(odd, { empty: 'text' })).toEqual({ empty: [null, 'NA', 'x'] })
  const options = { missing_values: ['NA', 'nan', 'inf', '9', 'true'] }
  const types = { empty: 'text', nan: 'number', [ODD_NAME]: 'integer' } as const
  expect(await rowsOf(odd, types, options)).toEqual({
    empty: [null, null, 'x'],
    nan: [Number.NaN, Number.NaN, 1],
    [ODD_NAME]: [7, 8, Number.NaN],
  })
  expect(await rowsOf(fixture('pandas-none'), { bool: 'text' }, options)).toEqual({ bool: [null, 'false', null] })
})

test('facts of columns', async () => {
  const firstNotNumber = { file: odd, row: 1, value: 'nan' }
  expect(await factsOf(odd, ['decimal', 'uint64', 'nan', 'case', 'empty'])).toEqual({
    decimal: { gaps: 1, numbers: 2, notNumbers: 0, firstNotNumber: null, whole: false },
    uint64: { gaps: 0, numbers: 3, notNumbers: 0, firstNotNumber: null, whole: false },
    nan: { gaps: 0, numbers: 1, notNumbers: 2, firstNotNumber, whole: true },
    case: { gaps: 0, numbers: 3, notNumbers: 0, firstNotNumber: null, whole: true },
    empty: { gaps: 1, numbers: 0, notNumbers: 2, firstNotNumber: { file: odd, row: 2, value: 'NA' }, whole: true },
  })
  await withTable(fixture('pandas-none'), {}, async (table) => {
    expect(await table.distinct('category', 2)).toEqual(['a', 'b'])
    expect(await table.distinct('float32', 3)).toEqual(['0.1', '16777216', '3'])
  })
})

test('rows are in order over groups of rows, also when the rows between are left out', async () => {
  const all = Array.from({ length: 5000 }, (_, row) => row)
  const { a, b } = await rowsOf(fixture('groups'), { a: 'number', b: 'text' })
  expect(a).toEqual(all.map((row) => row / 2))
  expect(b).toEqual(all.map((row) => String(row % 7)))
  const select = "SELECT a FROM source WHERE b = '3'"
  const chosen = await rowsOf(fixture('groups'), { a: 'number' }, { select })
  expect(chosen.a).toEqual(all.filter((row) => row % 7 === 3).map((row) => row / 2))
})

test('a query can take values out of lists and structs', async () => {
  const select = 'SELECT struct.x AS x, len(list) AS length, "CASE" FROM source'
  await expect(rowsOf(odd, { x: 'number' }, { select })).rejects.toThrow('differ only in case')
  const other = fileOf('a.jsonl', '{"a":"[1,2]"}\n{"a":"[3]"}')
  const sum = 'SELECT list_sum(a::JSON::DOUBLE[]) AS sum FROM source'
  expect(await rowsOf(other, { sum: 'number' }, { select: sum })).toEqual({ sum: [3, 3] })
})

describe('the message', () => {
  test.each<[string, string, Named<ColumnType>, string]>([
    [
      'of a number beyond 2^53',
      'int64',
      { int64: 'integer' },
      'found "9007199254740993", must be a whole number below 2^53',
    ],
    [
      'of a number of 64 bits',
      'uint64',
      { uint64: 'integer' },
      'found "18446744073709551615", must be a whole number below 2^53',
    ],
    ['of NaN', 'nan', { nan: 'number' }, 'found "nan", must be a finite number of 32 bits'],
    ['of a number beyond float32', 'large', { large: 'number' }, 'found "1e+39", must be a finite number of 32 bits'],
    ['of text', 'clock', { clock: 'number' }, 'found "01:02:03", must be a number'],
  ])('%s', async (_, column, types, message) => {
    const lines = (await problemOf(rowsOf(odd, types))).split('\n')
    expect(lines[1]!.endsWith(`odd.parquet: row 1, column "${column}": ${message}`)).toBe(true)
  })

  test.each([
    ['list', 'lists'],
    ['struct', 'structs'],
    ['map', 'maps'],
    ['bytes', 'bytes'],
    ['fixed', 'lists'],
  ])('of a column %s', async (column, nested) => {
    const message = `odd.parquet: column "${column}" holds ${nested}, must hold numbers or text`
    expect(await problemOf(rowsOf(odd, { [column]: 'text' }))).toContain(message)
    expect(await problemOf(factsOf(odd, [column]))).toContain(message)
    expect(await problemOf(withTable(odd, {}, (table) => table.distinct(column, 9)))).toContain(message)
  })

  test('of columns with one name, and of no rows', async () => {
    expect(await problemOf(rowsOf(fixture('twice'), { a: 'number' }))).toContain('columns 1 and 2 are both called "a"')
    expect(await problemOf(rowsOf(fixture('no-rows'), { a: 'number' }))).toContain(
      'it has names of columns and no rows',
    )
  })

  const whole = readFileSync(fixture('groups'))
  test.each<[string, Uint8Array, string]>([
    ['cut in half', whole.subarray(0, whole.length / 2), 'it is no Parquet file, or it is cut short'],
    ['without its last byte', whole.subarray(0, -1), 'it is no Parquet file, or it is cut short'],
    ['without its beginning', whole.subarray(100), 'it cannot be read as Parquet'],
    ['empty', Buffer.alloc(0), 'it is no Parquet file, or it is cut short'],
    ['with another text', Buffer.from('a,b\n1,2\n3,4\n5,6\n7,8\n'), 'it is no Parquet file, or it is cut short'],
    [
      'with zeros in its middle',
      Buffer.concat([whole.subarray(0, 4000), Buffer.alloc(900), whole.subarray(4900)]),
      'it cannot be read as Parquet',
    ],
  ])('of a file %s', async (_, bytes, message) => {
    const work = rowsOf(fileOf('a.parquet', bytes), { a: 'number', b: 'text' })
    expect((await problemOf(work)).startsWith(`a.parquet: ${message}`)).toBe(true)
  })
})
