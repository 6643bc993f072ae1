/** Facts of the columns of a table that DuckDB reads: it makes numbers of them, and JavaScript counts. */
import type { Named } from '../../base/field.js'
import type { Cell, ColumnFacts } from '../sources/raw-table.js'
import { SqlError, type SqlQuery } from './duckdb.js'
import { noFacts, see } from './facts.js'
import type { SqlFile } from './sql-file.js'

export async function sqlFacts(table: SqlFile, wanted: readonly string[]): Promise<Named<ColumnFacts>> {
  // to read likely numbers as such is twice as fast
  const quick = await countedFacts(table, wanted, new Set(table.likelyNumbers)).catch((error) => {
    if (error instanceof SqlError) return undefined
    throw error
  })
  return quick ?? (await countedFacts(table, wanted, new Set()))!
}

/** Looks at all rows once; undefined if a column that is read as numbers has one that is not finite. */
async function countedFacts(table: SqlFile, wanted: readonly string[], asNumbers: ReadonlySet<string>) {
  const { sql, columns, rows } = table
  const facts = Object.fromEntries(wanted.map((column) => [column, noFacts()]))
  const query: SqlQuery = {
    columns: wanted.flatMap((column): SqlQuery['columns'] => {
      const { text, number, strict } = columns[column]!
      const isGap = `(${text} IS NULL)::DOUBLE`
      return asNumbers.has(column)
        ? [[strict, 'DOUBLE']]
        : [
            [number, 'DOUBLE'],
            [isGap, 'DOUBLE'],
          ]
    }),
    from: rows(asNumbers),
  }
  const firsts = new Map<string, number>()
  let from = 0
  for await (const { count, columns: values, allFinite } of sql.stream(query)) {
    if (asNumbers.size > 0 && !allFinite) return undefined
    let at = 0
    for (const column of wanted) {
      const numbers = values[at++] as Float64Array
      const gaps = asNumbers.has(column) ? undefined : (values[at++] as Float64Array)
      for (let row = 0; row < count; row++) {
        const number = numbers[row]!
        const isGap = gaps === undefined ? Number.isNaN(number) : gaps[row] === 1
        if (see(facts[column]!, number, isGap)) firsts.set(column, from + row)
      }
    }
    from += count
  }
  for (const [column, row] of firsts) facts[column]!.firstNotNumber = await cellAt(table, column, row)
  return facts
}

/** The cell of a row, which counts from 0. */
async function cellAt({ name, sql, columns, rows }: SqlFile, column: string, row: number): Promise<Cell> {
  const value = `SELECT ${columns[column]!.text} AS value FROM ${rows(new Set())} LIMIT 1 OFFSET ${row}`
  const [found] = await sql.all(value)
  return { file: name, row: row + 1, value: String(found!.value) }
}
