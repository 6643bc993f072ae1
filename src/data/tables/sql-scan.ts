/** All rows of a table that DuckDB reads, as numbers: what facts and messages are made from. */
import type { Cell } from '../sources/raw-table.js'
import type { SqlQuery } from './duckdb.js'
import type { SqlFile } from './sql-file.js'

/** The values of a column of some rows. */
export interface Scanned {
  readonly column: string
  /** NaN for a gap, and for text that is no number. */
  readonly numbers: Float64Array
  isGap(row: number): boolean
}

/**
 * Yields the columns of some rows at a time, before which the table has `from` others. Columns in `asNumbers` are read as
 * numbers, for which text is an SqlError; among their values NaN is not told from a gap unless `allFinite`.
 */
export async function* scan(file: SqlFile, wanted: readonly string[], asNumbers: ReadonlySet<string>) {
  const { sql, columns, rows } = file
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
  let from = 0
  for await (const { count, columns: values, allFinite } of sql.stream(query)) {
    let at = 0
    const found = wanted.map((column): Scanned => {
      const numbers = values[at++] as Float64Array
      const gaps = asNumbers.has(column) ? undefined : (values[at++] as Float64Array)
      return { column, numbers, isGap: gaps ? (row) => gaps[row] === 1 : (row) => Number.isNaN(numbers[row]) }
    })
    yield { from, count, allFinite, columns: found }
    from += count
  }
}

/** A place in a table: a column, and a row from 0. */
export interface Place {
  readonly column: string
  readonly row: number
}

/** Returns the text at some places, in one reading that ends with the last of them. */
export async function cellsAt({ name, sql, columns, rows }: SqlFile, places: readonly Place[]): Promise<Cell[]> {
  if (places.length === 0) return []
  const names = [...new Set(places.map(({ column }) => column))]
  const numbers = [...new Set(places.map(({ row }) => row + 1))]
  const texts = names.map((column, at) => `${columns[column]!.text} AS t${at}`)
  const found = await sql.all(
    `SELECT * FROM (SELECT row_number() OVER () AS row, ${texts.join(', ')} FROM ${rows(new Set())})
      WHERE row IN (${numbers.join(', ')}) LIMIT ${numbers.length}`,
  )
  const byRow = new Map(found.map((row) => [Number(row.row), row]))
  const index = new Map(names.map((column, at) => [column, at]))
  return places.map(({ column, row }) => {
    const value = byRow.get(row + 1)?.[`t${index.get(column)}`]
    return { file: name, row: row + 1, value: String(value) }
  })
}
