/** Damaged files of each kind of table: they give rows of the right form, or an error for the user. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { expectResultOrSentence, forDamaged } from './damaged.js'
import { rowsAs } from './raw-table.js'
import { fileOf, rowsOf, withTable } from './table.js'

const CSV = `id,price,name\r\n${Array.from({ length: 60 }, (_, row) => `${row},${row / 8},"n ""${row}"", é"\r\n`).join('')}`
const RECORDS = Array.from({ length: 60 }, (_, row) => ({
  id: row,
  price: row / 8,
  name: `n "${row}", é`,
  on: row > 9,
}))
const LINES = RECORDS.map((record) => JSON.stringify(record)).join('\n')
const TYPES = { id: 'integer', price: 'number', name: 'text' } as const

const WHOLE: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['a.csv', Buffer.from(CSV)],
  ['a.tsv', Buffer.from(CSV.replaceAll(',', '\t').replaceAll('\r', ''))],
  ['a.csv.gz', gzipSync(CSV)],
  ['a.jsonl', Buffer.from(LINES)],
  ['a.jsonl.gz', gzipSync(LINES)],
  ['a.json', Buffer.from(JSON.stringify(RECORDS))],
  ['a.parquet', readFileSync(join(import.meta.dirname, '../fixtures/tables/damaged.parquet'))],
]

/** One test for each kind of file, with so many damaged copies; those that SQL reads take ten times as long. */
export function testDamaged(ofJson: number, bySql = ofJson): void {
  const cases = WHOLE.map(([name, whole]) => [name.includes('.json') ? ofJson : bySql, name, whole] as const)
  test.each(cases)('%d damaged copies of %s', async (copies, name, whole) => {
    const file = fileOf(name, whole)
    expect(Object.values(await rowsOf(file, TYPES)).map(({ length }) => length)).toEqual([60, 60, 60])
    await forDamaged(
      whole,
      async (bytes) => {
        writeFileSync(file, bytes)
        await expectResultOrSentence(factsAndRows(file), file, () => {})
      },
      copies,
    )
  })
}

/** Reads all that can be read: `rowsAs` fails if columns have different lengths. */
const factsAndRows = (file: string) =>
  withTable(file, {}, async (table) => {
    const names = Object.keys(table.columns)
    const facts = await table.facts(names)
    const types = names.map((name) => [name, facts[name]!.notNumbers > 0 ? 'text' : 'number'] as const)
    const rows = (await rowsAs(table, Object.fromEntries(types))).columns
    for (const name of names) {
      const gaps = rows[name]!.filter((value) => value === null || Number.isNaN(value)).length
      expect(gaps).toBe(facts[name]!.gaps)
    }
    if (Object.keys(TYPES).every((name) => names.includes(name))) await rowsAs(table, TYPES)
  })
