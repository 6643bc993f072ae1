/** The table of a file that DuckDB reads. */
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import { visible } from '../../base/visible.js'
import type { ColumnType, RawTable } from '../sources/raw-table.js'
import { byCodePoint } from './by-code-point.js'
import { SqlError } from './duckdb.js'
import { sqlFacts } from './sql-facts.js'
import type { SqlFile } from './sql-file.js'
import { sqlRows } from './sql-rows.js'

export function sqlTable(file: SqlFile): RawTable {
  const { name, sql, columns } = file
  return {
    name,
    columns: Object.fromEntries(Object.entries(columns).map(([column, { type }]) => [column, type])),
    facts(wanted) {
      refuseNested(file, wanted)
      return aboutFile(file, () => sqlFacts(file, wanted))
    },
    async distinct(column, most) {
      refuseNested(file, [column])
      const values = `SELECT DISTINCT ${columns[column]!.text} AS value FROM ${file.rows(new Set())}`
      const found = await aboutFile(file, () => sql.all(`${values} WHERE value IS NOT NULL LIMIT ${most + 1}`))
      return found.length > most ? null : found.map(({ value }) => String(value)).toSorted(byCodePoint)
    },
    read(wanted) {
      refuseNested(file, Object.keys(wanted))
      const { columns, rows } = sqlRows(file, wanted as Named<ColumnType>)
      return { columns, rows: () => eachAboutFile(file, rows()) }
    },
    close: () => sql.close(),
  }
}

function refuseNested({ name, columns }: SqlFile, wanted: readonly string[]): void {
  const issues = wanted.flatMap((column) => {
    const { nested } = columns[column]!
    const message = `column "${visible(column)}" holds ${nested}, must hold numbers or text`
    return nested === undefined ? [] : [{ code: 'column', source: name, pointer: '', message }]
  })
  if (issues.length > 0) throw new UserError(`${name} has columns that cannot be read`, issues)
}

/** Turns an error of DuckDB into words about the file. */
async function aboutFile<Result>({ name, problemOf }: SqlFile, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const problem = error instanceof SqlError ? await problemOf(error) : undefined
    if (problem === undefined) throw error
    throw new UserError(`${name}: ${problem}`)
  }
}

async function* eachAboutFile<Result>(file: SqlFile, results: AsyncGenerator<Result>): AsyncGenerator<Result> {
  try {
    yield* results
  } catch (error) {
    await aboutFile(file, () => Promise.reject(error))
  }
}
