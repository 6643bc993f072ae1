/** Rows in memory as a table. */
import { noNames } from '../../base/no-names.js'
import type { Column, Values } from '../column.js'
import { typedTexts } from '../own/typed-texts.js'
import { type ColumnType, columnOfType, type RowTable } from '../sources/raw-table.js'
import { type RequestRows, type RowProblem, RowsError } from './rows.js'

/** The table whose columns are text, or arrays. */
export const textTable = (rows: RequestRows, name: string): RowTable =>
  tableOf(
    rows,
    name,
    () => ({ values: 'text' }),
    (texts) => texts,
  )

/** The same with the types that are asked for. Its rows throw a RowsError for text that does not have its type. */
export const typedTable = (rows: RequestRows, name: string): RowTable =>
  tableOf(rows, name, columnOfType, (texts, column, type, problems) =>
    typedTexts(texts, type, rows.style, (at, message) => problems.push({ row: at + 1, column, message })),
  )

function tableOf(
  { count, texts, arrays, fields }: RequestRows,
  name: string,
  columnAs: (type: ColumnType) => Column,
  valuesAs: (texts: readonly (string | null)[], column: string, type: ColumnType, problems: RowProblem[]) => Values,
): RowTable {
  const none = Object.fromEntries(Object.keys(texts).map((column) => [column, null]))
  return {
    name,
    folder: '.',
    columns: { ...none, ...fields },
    count: () => count,
    read(wanted) {
      const columns = noNames<Column>()
      for (const [column, type] of Object.entries(wanted)) {
        columns[column] = type === 'field' ? fields[column]! : columnAs(type)
      }
      return {
        columns,
        *rows() {
          const problems: RowProblem[] = []
          const values = noNames<Values>()
          for (const [column, type] of Object.entries(wanted)) {
            values[column] = type === 'field' ? arrays[column]! : valuesAs(texts[column]!, column, type, problems)
          }
          if (problems.length > 0) throw new RowsError(problems)
          yield { from: 0, count, columns: values }
        },
      }
    },
    close() {},
  }
}
