/** Rows of a table that DuckDB reads, with typed columns. */
import type { Named } from '../../base/field.js'
import { numberField, type Values } from '../column.js'
import type { ColumnType } from '../sources/raw-table.js'
import type { Rows } from '../sources/source.js'
import { type BadCell, badCells, MOST_CELLS } from './bad-cells.js'
import { SqlError, type SqlQuery } from './duckdb.js'
import type { SqlFile } from './sql-file.js'

/** Numbers from here on round to infinity in 32 bits: the middle between the largest float and 2^128. */
const BEYOND_FLOAT = 2 ** 128 - 2 ** 103

export function sqlRows(table: SqlFile, types: Named<ColumnType>) {
  const { sql, columns, rows } = table
  const names = Object.keys(types)
  const query: SqlQuery = {
    columns: names.map((name) => {
      const { text, strict } = columns[name]!
      return types[name] === 'text' ? [text, 'VARCHAR'] : [strict, 'DOUBLE']
    }),
    from: rows(new Set(names.filter((name) => types[name] !== 'text'))),
  }
  return {
    columns: Object.fromEntries(
      names.map((name) => {
        const type = types[name]!
        return [name, type === 'number' ? numberField : { values: type }]
      }),
    ),
    async *rows(): AsyncGenerator<Rows> {
      let from = 0
      try {
        for await (const { count, columns, allFinite } of sql.stream(query)) {
          const values = Object.fromEntries(names.map((name, at) => [name, typed(columns[at]!, types[name]!)]))
          if (!allFinite || names.some((name) => !fits(values[name]!, types[name]!))) await explain(table, types)
          yield { from, count, columns: values }
          from += count
        }
      } catch (error) {
        if (error instanceof SqlError) await explain(table, types)
        throw error
      }
    },
  }
}

const typed = (values: Float64Array | readonly (string | null)[], type: ColumnType): Values =>
  type === 'number' ? new Float32Array(values as Float64Array) : values

/** False if a number is too large for its type, or not whole. NaN is a gap. */
function fits(values: Values, type: ColumnType): boolean {
  if (type === 'text') return true
  const numbers = values as Float32Array | Float64Array
  const most = type === 'integer' ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE
  for (const number of numbers) {
    if (Math.abs(number) > most || (type === 'integer' && number % 1 !== 0 && !Number.isNaN(number))) return false
  }
  return true
}

/** Reads again. Throws the error that lists the cells without their type, or else the error of a row. */
async function explain(table: SqlFile, types: Named<ColumnType>): Promise<void> {
  const cells = await misfits(table, types)
  if (cells.length > 0) throw badCells(cells)
  const counts = Object.keys(types).map((name) => `count(${table.columns[name]!.text})`)
  await table.sql.all(`SELECT ${counts.join(', ')} FROM ${table.rows(new Set())}`)
}

async function misfits({ name: file, sql, columns, rows }: SqlFile, types: Named<ColumnType>): Promise<BadCell[]> {
  const names = Object.keys(types).filter((name) => types[name] !== 'text')
  if (names.length === 0) return []
  const cells = names.map((name, at) => {
    const { text, number } = columns[name]!
    const isBad = types[name] === 'integer' ? isNotWhole : isTooLarge
    return `${text} AS t${at}, ${number} AS n${at}, CASE WHEN n${at} IS NULL OR ${isBad(`n${at}`)} THEN t${at} END AS b${at},
      CASE WHEN n${at} IS NULL THEN 'text' WHEN isfinite(n${at}) THEN 'number' ELSE 'NaN or infinity' END AS f${at}`
  })
  const bad = names.map((_, at) => `b${at}`)
  const rowsFound = await sql.all(
    `SELECT * FROM (SELECT row_number() OVER () AS row, ${cells.join(', ')} FROM ${rows(new Set())})
      WHERE coalesce(${bad.join(', ')}) IS NOT NULL LIMIT ${MOST_CELLS}`,
  )
  const listed = rowsFound.flatMap((row) =>
    names.flatMap((column, at) => {
      const value = row[`b${at}`]
      const found = row[`f${at}`] as BadCell['found']
      const cell = { file, row: Number(row.row), column, type: types[column]!, found }
      return value === null ? [] : [{ ...cell, value: String(value) }]
    }),
  )
  return listed.slice(0, MOST_CELLS)
}

const isNotWhole = (number: string): string =>
  `NOT isfinite(${number}) OR ${number} <> trunc(${number}) OR abs(${number}) > ${Number.MAX_SAFE_INTEGER}`

const isTooLarge = (number: string): string => `NOT isfinite(${number}) OR abs(${number}) >= ${BEYOND_FLOAT}`
