/** Rows of a table that DuckDB reads, with typed columns. */
import type { Named } from '../../base/field.js'
import type { Values } from '../column.js'
import { type ColumnType, columnOfType } from '../sources/raw-table.js'
import type { Rows } from '../sources/source.js'
import { type BadCell, badCells, fits, MOST_CELLS } from './bad-cells.js'
import { SqlError, type SqlQuery } from './duckdb.js'
import { isNotFinite } from './number-text.js'
import type { SqlFile } from './sql-file.js'
import { cellsAt, type Place, scan } from './sql-scan.js'

export function sqlRows(table: SqlFile, types: Named<ColumnType>) {
  const { sql, columns, rows } = table
  const names = Object.keys(types)
  const query: SqlQuery = {
    columns: names.map((name) => {
      const { text, strict } = columns[name]!
      return types[name] === 'text' ? [text, 'VARCHAR'] : [strict, types[name] === 'number' ? 'FLOAT' : 'DOUBLE']
    }),
    from: rows(new Set(names.filter((name) => types[name] !== 'text'))),
  }
  return {
    columns: Object.fromEntries(names.map((name) => [name, columnOfType(types[name]!)])),
    async *rows(): AsyncGenerator<Rows> {
      let from = 0
      try {
        for await (const { count, columns, allFinite } of sql.stream(query)) {
          const values: Named<Values> = Object.fromEntries(names.map((name, at) => [name, columns[at]!]))
          if (!allFinite || names.some((name) => !allFit(values[name]!, types[name]!))) await explain(table, types)
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

/** False if a number that must be whole is not, or is too large to be exact. NaN is a gap. */
function allFit(values: Values, type: ColumnType): boolean {
  if (type !== 'integer') return true
  for (const number of values as Float64Array) {
    if (Math.abs(number) > Number.MAX_SAFE_INTEGER || (number % 1 !== 0 && !Number.isNaN(number))) return false
  }
  return true
}

/** Reads again. Throws the error that lists the cells without their type; returns if there are none. */
async function explain(table: SqlFile, types: Named<ColumnType>): Promise<void> {
  const cells = await misfits(table, types)
  if (cells.length > 0) throw badCells(cells)
}

/** Returns the first cells that do not have their type. */
async function misfits(file: SqlFile, types: Named<ColumnType>): Promise<BadCell[]> {
  const names = Object.keys(types).filter((name) => types[name] !== 'text')
  if (names.length === 0) return []
  const bad: (Place & { readonly number: number })[] = []
  for await (const { from, count, columns } of scan(file, names, new Set())) {
    for (let row = 0; row < count; row++) {
      for (const { column, numbers, isGap } of columns) {
        const number = numbers[row]!
        if (!isGap(row) && !fits(number, types[column]!)) bad.push({ column, row: from + row, number })
      }
    }
    if (bad.length >= MOST_CELLS) break
  }
  const listed = bad.slice(0, MOST_CELLS)
  const cells = await cellsAt(file, listed)
  return listed.map(({ column, number }, at) => {
    const cell = cells[at]!
    return { ...cell, column, type: types[column]!, isNumber: !Number.isNaN(number) || isNotFinite(cell.value) }
  })
}
