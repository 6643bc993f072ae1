/** A table that DuckDB reads. */
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import { visible } from '../../base/visible.js'
import type { ColumnType, RawTable } from '../sources/raw-table.js'
import { byCodePoint } from './by-code-point.js'
import { type Sql, SqlError } from './duckdb.js'
import { sqlFacts } from './sql-facts.js'
import { sqlRows } from './sql-rows.js'

export interface SqlTable {
  /** The path of the file. */
  readonly name: string
  readonly sql: Sql
  /** By name, in their order. */
  readonly columns: Named<SqlColumn>
  /** All rows, as SQL writes them after FROM. In these columns, text that is no number is an error. */
  rows(asNumbers: ReadonlySet<string>): string
  /** Columns that are probably numbers throughout. */
  readonly likelyNumbers: readonly string[]
  /** Continues a sentence that begins with the file; undefined for an error that is not about the file. */
  problemOf(error: SqlError): Promise<string | undefined>
}

/** A column as expressions of SQL over `rows`. */
export interface SqlColumn {
  /** The type that the file states. */
  readonly type: ColumnType | null
  /** VARCHAR: NULL for a gap. */
  readonly text: string
  /** DOUBLE: NULL for a gap, and for text that is no number. */
  readonly number: string
  /** DOUBLE, over rows that have the column as numbers: NULL for a gap. */
  readonly strict: string
  /** What a column without single values holds: `lists`. */
  readonly nested?: string
}

export function sqlTable(table: SqlTable): RawTable {
  const { name, sql, columns } = table
  return {
    name,
    columns: Object.fromEntries(Object.entries(columns).map(([column, { type }]) => [column, type])),
    facts(wanted) {
      refuseNested(table, wanted)
      return aboutFile(table, () => sqlFacts(table, wanted))
    },
    async distinct(column, most) {
      refuseNested(table, [column])
      const values = `SELECT DISTINCT ${columns[column]!.text} AS value FROM ${table.rows(new Set())}`
      const found = await aboutFile(table, () => sql.all(`${values} WHERE value IS NOT NULL LIMIT ${most + 1}`))
      return found.length > most ? null : found.map(({ value }) => String(value)).toSorted(byCodePoint)
    },
    read(wanted) {
      refuseNested(table, Object.keys(wanted))
      const { columns, rows } = sqlRows(table, wanted as Named<ColumnType>)
      return { columns, rows: () => eachAboutFile(table, rows()) }
    },
    close: () => sql.close(),
  }
}

function refuseNested({ name, columns }: SqlTable, wanted: readonly string[]): void {
  const issues = wanted.flatMap((column) => {
    const { nested } = columns[column]!
    const message = `column "${visible(column)}" holds ${nested}, must hold numbers or text`
    return nested === undefined ? [] : [{ code: 'column', source: name, pointer: '', message }]
  })
  if (issues.length > 0) throw new UserError(`${name} has columns that cannot be read`, issues)
}

/** Turns an error of DuckDB into words about the file. */
async function aboutFile<Result>({ name, problemOf }: SqlTable, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const problem = error instanceof SqlError ? await problemOf(error) : undefined
    if (problem === undefined) throw error
    throw new UserError(`${name}: ${problem}`)
  }
}

async function* eachAboutFile<Result>(table: SqlTable, results: AsyncGenerator<Result>): AsyncGenerator<Result> {
  try {
    yield* results
  } catch (error) {
    await aboutFile(table, () => Promise.reject(error))
  }
}
