/** A file as DuckDB reads it. */
import type { Named } from '../../base/field.js'
import type { ColumnType, NumberStyle } from '../sources/raw-table.js'
import type { Sql, SqlError } from './duckdb.js'

export interface SqlFile {
  /** The path of the file. */
  readonly name: string
  readonly sql: Sql
  /** By name, in their order. */
  readonly columns: Named<SqlColumn>
  /** All rows, as SQL writes them after FROM. In these columns, text that is no number is an error. */
  rows(asNumbers: ReadonlySet<string>): string
  /** How numbers in its text are written; for a CSV file. */
  readonly numberStyle?: NumberStyle
  /** Columns that are probably numbers throughout. */
  readonly likelyNumbers: readonly string[]
  /** Continues a sentence that begins with the file; undefined for an error that is not about the file. */
  problemOf(error: SqlError): Promise<string | undefined>
}

/** A column as expressions of SQL over `rows`. */
export interface SqlColumn {
  /** The type that the file states. */
  readonly type: ColumnType | null
  /** In the type of the file: NULL for a gap. */
  readonly value: string
  /** VARCHAR: NULL for a gap. */
  readonly text: string
  /** DOUBLE: NULL for a gap, and for text that is no number. */
  readonly number: string
  /** DOUBLE, over rows that have the column as numbers: NULL for a gap. */
  readonly strict: string
  /** Names the values of a column that are not single numbers or texts: `lists`. */
  readonly nested?: string
}
