/** Queries of the user: their rows, in the order of the file, and all that they may not do. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { factsOf, fileOf, problemOf, rowsOf, withTable } from '../../support/table.js'

const ROWS = 'fare,name,id\n7.25,x,3\n,NA,10\n-1,z,2\n9007,y,1\n'
const RECORDS = [
  { fare: 7.25, name: 'x', id: 3 },
  { fare: null, name: 'NA', id: 10 },
  { fare: -1, name: 'z', id: 2 },
  { fare: 9007, name: 'y', id: 1 },
]
const lines = RECORDS.map((record) => JSON.stringify(record)).join('\n')
const TYPES = { name: 'text', double: 'number' } as const
const select = 'SELECT name, fare * 2 AS double FROM source WHERE fare > -5 OR fare IS NULL'
const RESULT = { name: ['x', null, 'z', 'y'], double: [14.5, Number.NaN, -2, 18014] }

test.each<[string, string | Uint8Array]>([
  ['a.csv', ROWS],
  ['a.csv.gz', gzipSync(ROWS)],
  ['a.tsv', ROWS.replaceAll(',', '\t')],
  ['a.jsonl', lines],
  ['a.jsonl.gz', gzipSync(lines)],
  ['a.json', JSON.stringify(RECORDS)],
])('the result of a query over %s', async (name, content) => {
  const file = fileOf(name, content)
  expect(await rowsOf(file, TYPES, { select, missing_values: ['NA'] })).toEqual(RESULT)
  expect(await rowsOf(file, { name: 'text' }, { select: 'FROM source ORDER BY id DESC -- all\n;' })).toEqual({
    name: ['NA', 'x', 'z', 'y'],
  })
})

test('a query over several files sees their rows in order, and types that all files have', async () => {
  const files = [fileOf('a.csv', ROWS), fileOf('b.csv', ROWS.replace('7.25', 'free'))]
  const query = 'SELECT fare, id + 1 AS next FROM source'
  await withTable(files, { select: query }, async (table) => {
    expect(table.columns).toEqual({ fare: 'text', next: 'integer' })
  })
  expect(await rowsOf(files, { fare: 'text', next: 'integer' }, { select: query })).toEqual({
    fare: ['7.25', null, '-1', '9007', 'free', null, '-1', '9007'],
    next: [4, 11, 3, 2, 4, 11, 3, 2],
  })
  const other = fileOf('c.csv', 'fare,name\n1,x\n')
  expect(await problemOf(rowsOf([files[0]!, other], TYPES, { select }))).toBe(
    'c.csv: it has no column "id", which a.csv has; all files need the same columns',
  )
})

test('rows are in the order of a large file, and the last one is there', async () => {
  const rows = Array.from({ length: 100_000 }, (_, row) => `${row},${row % 7}\n`).join('')
  const query = 'SELECT a FROM source WHERE b <> 3'
  const { a } = await rowsOf(fileOf('a.csv', `a,b\n${rows}`), { a: 'integer' }, { select: query })
  expect(a).toEqual(Array.from({ length: 100_000 }, (_, row) => row).filter((row) => row % 7 !== 3))
})

test('whole numbers stay whole, so text of them has no fraction', async () => {
  const file = fileOf('a.csv', ROWS)
  expect(await rowsOf(file, { id: 'text' }, { select: 'SELECT id::VARCHAR AS id FROM source' })).toEqual({
    id: ['3', '10', '2', '1'],
  })
  expect(await factsOf(file, ['id'], { select: 'SELECT id FROM source' })).toEqual({
    id: { gaps: 0, numbers: 4, notNumbers: 0, firstNotNumber: null, whole: true },
  })
})

test('what a query draws at random is the same in each pass', async () => {
  const file = fileOf('a.csv', `a\n${Array.from({ length: 5000 }, (_, row) => row).join('\n')}`)
  const query = 'SELECT a, random() AS r FROM source USING SAMPLE 100 ROWS'
  await withTable(file, { select: query }, async (table) => {
    const [one, other] = [await table.distinct('a', 200), await table.distinct('r', 200)]
    const again = await rowsOf(file, { a: 'text', r: 'text' }, { select: query })
    expect(new Set(again.a)).toEqual(new Set(one))
    expect(new Set(again.r)).toEqual(new Set(other))
  })
})

describe('a query may not', () => {
  const folder = () => dirname(fileOf('a.csv', ROWS))
  const withFile = (query: (folder: string) => string) => {
    const place = folder()
    writeFileSync(join(place, 'secret.csv'), 'a\n1\n')
    return { place, work: rowsOf(join(place, 'a.csv'), TYPES, { select: query(place) }) }
  }

  test.each<[string, (folder: string) => string]>([
    ['read another file', (folder) => `SELECT * FROM read_csv('${folder}/secret.csv')`],
    ['read another file by its name', (folder) => `SELECT * FROM '${folder}/secret.csv'`],
    ['read text of the system', () => `SELECT * FROM read_text('/etc/hostname')`],
    ['list files', (folder) => `SELECT * FROM glob('${folder}/*')`],
    ['read from the network', () => `SELECT * FROM read_csv('https://example.org/a.csv')`],
    ['read other files by a pattern', (folder) => `SELECT * FROM read_csv('${folder}/*.csv')`],
  ])('%s', async (_, query) => {
    expect(await problemOf(withFile(query).work)).toMatch(
      /^the SQL of "select" fails: Permission Error: Cannot access file/,
    )
  })

  test.each<[string, (folder: string) => string]>([
    ['write a file', (folder) => `COPY source TO '${folder}/new.csv'`],
    ['write over its file', (folder) => `COPY (SELECT 1) TO '${folder}/a.csv'`],
    ['make a database', (folder) => `ATTACH '${folder}/new.db'`],
    ['change a setting', () => 'SET threads = 8'],
    ['install an extension', () => 'INSTALL httpfs'],
    ['make a table', () => 'CREATE TABLE t AS SELECT * FROM source'],
    ['be two queries', () => 'SELECT 1; SELECT 2'],
    ['explain', () => 'EXPLAIN SELECT 1'],
    ['be empty', () => ' ; '],
  ])('%s', async (_, query) => {
    const { place, work } = withFile(query)
    expect(await problemOf(work)).toMatch(
      /^"select" must be one query in SQL: SELECT ... FROM source$|Permission Error/,
    )
    expect(readdirSync(place).toSorted()).toEqual(['a.csv', 'secret.csv'])
    expect(existsSync('.tmp')).toBe(false)
  })

  test('end its own brackets', async () => {
    const { place, work } = withFile((folder) => `SELECT 1) ; COPY source TO '${folder}/new.csv' ; SELECT (1`)
    expect(await problemOf(work)).toMatch(/^the SQL of "select" fails: Parser Error/)
    expect(readdirSync(place)).toHaveLength(2)
  })
})

describe('the message', () => {
  test.each([
    ['no SQL', 'SELEC 1', 'the SQL of "select" fails: Parser Error: syntax error at or near "SELEC"'],
    [
      'an unknown column',
      'SELECT fair FROM source',
      'the SQL of "select" fails: Binder Error: Referenced column "fair" not found in FROM clause!',
    ],
    [
      'an unknown table',
      'SELECT * FROM sorce',
      'the SQL of "select" fails: Catalog Error: Table with name sorce does not exist!',
    ],
    [
      'two columns of one name',
      'SELECT id, id FROM source',
      'The result of "select": columns 1 and 2 are both called "id"; name them by AS',
    ],
    [
      'text that is no number',
      'SELECT name::INT AS name, 1 AS double FROM source',
      `a.csv: the SQL of "select" fails: Conversion Error: Could not convert string 'x' to INT32 when casting from source column name`,
    ],
  ])('of %s', async (_, query, message) => {
    expect(await problemOf(rowsOf(fileOf('a.csv', ROWS), TYPES, { select: query }))).toBe(message)
  })

  test('of a short row names the file', async () => {
    const files = [fileOf('a.csv', ROWS), fileOf('b.csv', `${ROWS}1,2\n`)]
    expect(await problemOf(rowsOf(files, TYPES, { select }))).toBe('b.csv: row 5 (line 6) has 2 columns, must have 3')
  })

  test('of columns that differ only in case', async () => {
    expect(await problemOf(rowsOf(fileOf('a.csv', 'a,A\n1,2\n'), TYPES, { select }))).toBe(
      'a.csv: columns "a" and "A" differ only in case, which SQL does not tell apart; leave "select" out',
    )
  })

  test('of a list in a column', async () => {
    const query = 'SELECT [id] AS name, 1 AS double FROM source'
    expect(await problemOf(rowsOf(fileOf('a.csv', ROWS), TYPES, { select: query }))).toBe(
      'a.csv has columns that cannot be read\na.csv: column "name" holds lists, must hold numbers or text',
    )
  })
})
