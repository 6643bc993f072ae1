/** Tables in JSON Lines and JSON files. */
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { ColumnType } from '../../../src/data/sources/raw-table.js'
import { factsOf, fileOf, problemOf, rowsOf, withTable } from '../../support/table.js'

const RECORDS = [{ a: 1, b: 'x' }, { a: '2.5', b: true }, { b: null }, { c: 0, a: -0.1, b: 'é\n"' }]
const lines = (records: readonly unknown[], end = '\n') => records.map((one) => JSON.stringify(one) + end).join('')
const TYPES = { a: 'number', b: 'text', c: 'integer' } as const
const ROWS = {
  a: [1, 2.5, Number.NaN, Math.fround(-0.1)],
  b: ['x', 'true', null, 'é\n"'],
  c: [...Array(3).fill(Number.NaN), 0],
}

test.each<[string, string, string | Uint8Array]>([
  ['lines', 'a.jsonl', lines(RECORDS)],
  ['lines of another ending', 'a.ndjson', lines(RECORDS)],
  ['lines without a last end', 'a.jsonl', lines(RECORDS).trimEnd()],
  ['lines that end with "\\r\\n"', 'a.jsonl', lines(RECORDS, '\r\n')],
  ['lines with blank ones', 'a.jsonl', `\n${lines(RECORDS, '\n \n')}`],
  ['lines after a byte order mark', 'a.jsonl', `\ufeff${lines(RECORDS)}`],
  ['packed lines', 'a.jsonl.gz', gzipSync(lines(RECORDS))],
  ['an array', 'a.json', JSON.stringify(RECORDS)],
  ['an array on several lines', 'a.json', `\ufeff${JSON.stringify(RECORDS, null, 2)}\n`],
  ['a packed array', 'a.json.gz', gzipSync(JSON.stringify(RECORDS))],
])('%s', async (_, name, content) => {
  const file = fileOf(name, content)
  expect(await rowsOf(file, TYPES)).toEqual(ROWS)
  await withTable(file, {}, async (table) => expect(table.columns).toEqual({ a: null, b: null, c: null }))
})

test('many rows, cut anywhere', async () => {
  const records = Array.from({ length: 30_000 }, (_, row) => ({ a: row, b: 'é'.repeat(row % 9) || 'none' }))
  const { a, b } = await rowsOf(fileOf('a.jsonl', lines(records)), { a: 'integer', b: 'text' })
  expect(a).toEqual(records.map((record) => record.a))
  expect(b).toEqual(records.map((record) => record.b))
})

test('missing values are gaps, as text and as numbers', async () => {
  const file = fileOf(
    'a.jsonl',
    '{"a":"NA","b":-999}\n{"a":false,"b":NaN}\n{"a":"","b":-999.0}\n{"a":"-Infinity","b":1}\n',
  )
  const options = { missing_values: ['NA', 'NaN', '-999', 'false'] }
  expect(await rowsOf(file, { a: 'text', b: 'number' }, options)).toEqual({
    a: [null, null, null, '-Infinity'],
    b: [Number.NaN, Number.NaN, Number.NaN, 1],
  })
})

test('keys that every object of JavaScript has are columns as others', async () => {
  const file = fileOf('a.jsonl', '{"x":1}\n{"x":2,"constructor":3,"__proto__":"y"}\n')
  expect(await rowsOf(file, { constructor: 'number' as ColumnType })).toEqual({ constructor: [Number.NaN, 3] })
  const [values] = Object.values(await rowsOf(file, Object.fromEntries([['__proto__', 'text' as ColumnType]])))
  expect(values).toEqual([null, 'y'])
})

test('facts of columns, and different values', async () => {
  const file = fileOf('a.jsonl', lines(RECORDS))
  expect(await factsOf(file, ['a', 'b', 'c'])).toEqual({
    a: { gaps: 1, numbers: 3, notNumbers: 0, firstNotNumber: null, whole: false },
    b: { gaps: 1, numbers: 0, notNumbers: 3, firstNotNumber: { file, row: 1, value: 'x' }, whole: true },
    c: { gaps: 3, numbers: 1, notNumbers: 0, firstNotNumber: null, whole: true },
  })
  await withTable(file, {}, async (table) => {
    expect(await table.distinct('b', 3)).toEqual(['true', 'x', 'é\n"'])
    expect(await table.distinct('b', 2)).toBeNull()
  })
})

test('values that are no numbers are listed, up to twenty, in the order of rows', async () => {
  const file = fileOf('a.jsonl', '{"a":1,"b":2}\n{"a":"x","b":NaN}\n\n{"a":1e39,"b":true}\n')
  expect(await problemOf(rowsOf(file, { b: 'number', a: 'number' }))).toBe(
    [
      'a.jsonl has values that do not fit their columns; if they mean gaps, set "missing_values": ["NaN", "x", "true"]',
      'a.jsonl: row 2, column "b": found "NaN", must be a finite number of 32 bits',
      'a.jsonl: row 2, column "a": found "x", must be a number',
      'a.jsonl: row 3, column "b": found "true", must be a number',
      'a.jsonl: row 3, column "a": found "1e+39", must be a finite number of 32 bits',
    ].join('\n'),
  )
  const many = fileOf('b.jsonl', '{"a":"x"}\n'.repeat(50_000))
  expect((await problemOf(rowsOf(many, { a: 'number' }))).split('\n')).toHaveLength(21)
})

test('a whole number beyond 2^53 is neither a whole number nor text: its digits are lost', async () => {
  const file = fileOf('a.jsonl', '{"a":9007199254740993}\n')
  expect(await problemOf(rowsOf(file, { a: 'integer' }))).toContain('must be a whole number below 2^53')
  expect(await problemOf(rowsOf(file, { a: 'text' }))).toContain('must be below 2^53, or between quotes')
  expect(await rowsOf(file, { a: 'number' })).toEqual({ a: [2 ** 53] })
  expect(await rowsOf(fileOf('b.jsonl', '{"a":"9007199254740993"}\n'), { a: 'text' })).toEqual({
    a: ['9007199254740993'],
  })
})

describe('the message', () => {
  const bytes = (...parts: (string | number)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))))
  const many = '{"a":1}\n'.repeat(50_000)

  test.each<[string, string, string | Uint8Array, string | RegExp]>([
    ['of a broken line', 'a.jsonl', '{"a":1}\n\n{"a":tru}\n', /^a\.jsonl: row 2 \(line 3\) is not JSON: /],
    ['of a broken line far down', 'a.jsonl', `${many}{"a":`, /^a\.jsonl: row 50001 \(line 50001\) is not JSON: /],
    [
      'of a long text without its end',
      'a.jsonl',
      `{"a":"${'\\"'.repeat(1e6)}`,
      /^a\.jsonl: row 1 \(line 1\) is not JSON: /,
    ],
    ['of two records on a line', 'a.jsonl', '{"a":1} {"a":2}\n', /^a\.jsonl: row 1 \(line 1\) is not JSON: /],
    ['of a record on two lines', 'a.jsonl', '{"a":\n1}\n', /^a\.jsonl: row 1 \(line 1\) is not JSON: /],
    [
      'of a line with a list',
      'a.jsonl',
      '{"a":1}\n[1]\n',
      'a.jsonl: row 2 (line 2): found a list, must be an object with a value for each column',
    ],
    [
      'of a line with a number',
      'a.jsonl',
      '{"a":1}\n7\n',
      'a.jsonl: row 2 (line 2): found a number, must be an object with a value for each column',
    ],
    [
      'of a list in a column',
      'a.jsonl',
      '{"a":1}\n{"a":[1,2]}\n',
      'a.jsonl: row 2, column "a": found a list, must be a number or text',
    ],
    [
      'of an object in a column',
      'a.jsonl',
      '{"a":{"b":1}}\n',
      'a.jsonl: row 1, column "a": found an object, must be a number or text',
    ],
    ['of an empty file', 'a.jsonl', '', 'a.jsonl: it is empty'],
    ['of blank lines', 'a.jsonl', '\n \n', 'a.jsonl: it is empty'],
    ['of an empty array', 'a.json', '[]', 'a.json: it is empty'],
    ['of an object of columns', 'a.json', '{"a":{"0":1}}', 'a.json: found an object, must be an array of records'],
    [
      'of an array of lists',
      'a.json',
      '[{"a":1},[2]]',
      'a.json: row 2: found a list, must be an object with a value for each column',
    ],
    ['of an array that is cut short', 'a.json', '[{"a":1},', /^a\.json: is not JSON: |^a\.json is not JSON: /],
    [
      'of a byte that is not UTF-8',
      'a.jsonl',
      bytes(many, '{"a":"', 0xe9, '"}\n'),
      'a.jsonl: line 50001 is not UTF-8 text; save the file as UTF-8',
    ],
    [
      'of such a byte in an array',
      'a.json',
      bytes('[{"a":"', 0xe9, '"}]'),
      'a.json: it is not UTF-8 text: line 1 has the byte 0xe9; save the file as UTF-8',
    ],
    ['of UTF-16', 'a.jsonl', Buffer.from('\ufeff{"a":1}\n', 'utf16le'), 'a.jsonl: it is UTF-16 text, must be UTF-8'],
    [
      'of a long line',
      'a.jsonl',
      `{"a":1}\n{"a":"${'x'.repeat(18_000_000)}"}\n`,
      'a.jsonl: line 2 is longer than 16.8 MB',
    ],
    [
      'of a cut gzip file',
      'a.jsonl.gz',
      gzipSync(many).subarray(0, -9),
      'a.jsonl.gz: the file is cut short; fetch or pack it anew',
    ],
  ])('%s', async (_, name, content, message) => {
    expect(await problemOf(rowsOf(fileOf(name, content), { a: 'number' }))).toMatch(message)
  })
})
