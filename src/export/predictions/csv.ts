/** Predictions as CSV (RFC 4180): a header, and a line for each row. */
import { quotedCell } from '../../base/csv-cell.js'
import { shortestComputed } from '../../base/shortest.js'
import type { PredictionColumn, PredictionRows, PredictionWriter, Sink } from './rows.js'

export async function csvWriter(sink: Sink, columns: readonly PredictionColumn[]): Promise<PredictionWriter> {
  await sink.append(`${columns.map(({ name }) => quotedCell(name)).join(',')}\n`)
  return { ...sink, append: (rows) => sink.append(linesOf(rows)) }
}

function linesOf({ count, cells, hasNone }: PredictionRows): string {
  let text = ''
  for (let row = 0; row < count; row++) {
    const isEmpty = hasNone(row)
    for (const [index, cell] of cells.entries()) {
      if (index > 0) text += ','
      if ('texts' in cell) text += quotedCell(cell.texts[row] ?? '')
      else if (!isEmpty) text += shortestComputed(cell.values[cell.from + cell.stride * row]!)
    }
    text += '\n'
  }
  return text
}
