/** Predictions as JSON Lines: an object for each row, by the names of the columns; null for what is missing. */
import { shortestComputed } from '../../base/shortest.js'
import type { PredictionColumn, PredictionRows, PredictionWriter, Sink, Strided } from './rows.js'

export async function jsonLinesWriter(sink: Sink, columns: readonly PredictionColumn[]): Promise<PredictionWriter> {
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`)
  return { ...sink, append: (rows) => sink.append(linesOf(rows, keys)) }
}

function linesOf({ count, cells, hasNone }: PredictionRows, keys: readonly string[]): string {
  let text = ''
  for (let row = 0; row < count; row++) {
    const isEmpty = hasNone(row)
    for (const [index, cell] of cells.entries()) {
      text += `${index === 0 ? '{' : ','}${keys[index]}`
      if ('texts' in cell) text += JSON.stringify(cell.texts[row] ?? null)
      else text += isEmpty ? 'null' : numberText(cell, row)
    }
    text += '}\n'
  }
  return text
}

function numberText({ values, from, stride }: Strided, row: number): string {
  const value = values[from + stride * row]!
  return Number.isFinite(value) ? shortestComputed(value) : 'null'
}
