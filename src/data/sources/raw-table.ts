/** Tables as their files give them: named columns, whose types a spec gives or a look at all rows suggests. */
import type { Field, Named } from '../../base/field.js'
import { type Column, numberField } from '../column.js'
import type { Rows } from './source.js'

/**
 * How a column is read. `number`: float32; `integer`: a whole number, exact to 2^53; `text`: as it stands. A gap is NaN,
 * or null in text.
 */
export type ColumnType = 'number' | 'integer' | 'text'

/** The column that is read as a type. */
export const columnOfType = (type: ColumnType): Column => (type === 'number' ? numberField : { values: type })

/** How numbers are written as text. */
export interface NumberStyle {
  readonly decimal: string
  readonly thousands: string | null
}

export type FoundKind = 'pictures' | 'sounds' | 'texts'

/** A table whose rows may be read only once. */
export type RowTable = Omit<RawTable, 'facts' | 'distinct'>

/** Works on a table, or on what it reads from, and closes that if the work fails. */
export async function closedIfItFails<Result>(
  table: Pick<RowTable, 'close'>,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    table.close()
    throw error
  }
}

export interface RawTable {
  /** Name for messages: the path of the file, or of the first of several. */
  readonly name: string
  /** Folder to which paths in its columns are relative; without it, that of the file. */
  readonly folder?: string
  /** Kind of the files that its column `file` lists, if they were found on the disk. */
  readonly holds?: FoundKind
  /**
   * The columns in their order: the field of an array; for a table, the type that the file states, or null if it states
   * none, as a CSV file.
   */
  readonly columns: Named<Field | ColumnType | null>
  /** How numbers in its text are written, for a table in a CSV file. */
  readonly numberStyle?: NumberStyle
  /** Number of rows of these columns, if it is known before they are read. */
  count?(columns: readonly string[]): number
  /** Looks at all rows of these columns, none of which is a field. */
  facts(columns: readonly string[]): Promise<Named<ColumnFacts>>
  /**
   * The different values of a column as text, without gaps, sorted by code point; null if there are more than `most`.
   */
  distinct(column: string, most: number): Promise<readonly string[] | null>
  /**
   * The rows of these columns, each as this type, or `field` for a column that is one. While they are read, a value that
   * does not have the type is a UserError, which lists such cells up to a limit: file, row, column and value.
   */
  read(columns: Named<ColumnType | 'field'>): RowStream
  close(): void
}

/** Rows in order, whose number is known after the last one. */
export interface RowStream {
  readonly columns: Named<Column>
  /** The arrays of rows last until the next ones are asked for. */
  rows(): AsyncIterable<Rows> | Iterable<Rows>
}

export interface ColumnFacts {
  readonly gaps: number
  /** Number of values that are finite numbers. */
  readonly numbers: number
  /** Number of values that are neither gaps nor finite numbers. */
  readonly notNumbers: number
  /** The first of them. */
  readonly firstNotNumber: Cell | null
  /** True if all numbers are whole and below 2^53. */
  readonly whole: boolean
}

export interface Cell {
  /** Path of the file. */
  readonly file: string
  /** From 1, without the header. */
  readonly row: number
  readonly value: string
}
