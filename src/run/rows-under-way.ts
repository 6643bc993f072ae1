/** Reads a `history.csv` that is being written; its last line may be incomplete. */
import { cellsOfLine } from '../base/csv-cell.js'

export interface RowsUnderWay {
  readonly columns: readonly string[]
  readonly count: number
  /** The number in a column of a row, from 0; null if it is none, or not finite. */
  value(column: string, row: number): number | null
}

export function rowsUnderWay(text: string): RowsUnderWay {
  const [head = '', ...lines] = text.slice(0, text.lastIndexOf('\n')).split('\n')
  const columns = cellsOfLine(head)
  const rows = lines.map((line) => line.split(','))
  return {
    columns,
    count: rows.length,
    value(column, row) {
      const number = Number(rows.at(row)?.[columns.indexOf(column)] || Number.NaN)
      return Number.isFinite(number) ? number : null
    },
  }
}
