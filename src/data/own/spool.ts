/** Reads a stream of rows once and keeps them, so that learning, splitting and preparing can go over them again. */
import type { Named } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { type Column, isField, picked, type Values } from '../column.js'
import type { RowStream } from '../sources/raw-table.js'
import type { Rows, Source } from '../sources/source.js'

export interface Spooled {
  readonly source: Source
  /** The gaps of each column that has any, before rows were dropped. */
  readonly gaps: Named<Gaps>
  /** Number of rows that were dropped. */
  readonly dropped: number
}

export interface Gaps {
  readonly count: number
  /** Number of the first row with a gap, from 1. */
  readonly first: number
}

/** Keeps the rows of a stream, without those that have a gap in a column of `dropping`. */
export async function spool(stream: RowStream, dropping: ReadonlySet<string>): Promise<Spooled> {
  const { columns } = stream
  const kept: Rows[] = []
  const gaps: Record<string, { count: number; first: number }> = {}
  let [count, dropped] = [0, 0]
  for await (const rows of stream.rows()) {
    const isLeftOut = new Uint8Array(rows.count)
    for (const [name, values] of Object.entries(rows.columns)) {
      if (!mayHaveGaps(columns[name]!)) continue
      for (let row = 0; row < rows.count; row++) {
        if (!isGap(values[row]!)) continue
        gaps[name] ??= { count: 0, first: rows.from + row + 1 }
        gaps[name].count++
        if (dropping.has(name)) isLeftOut[row] = 1
      }
    }
    const remaining = isLeftOut.includes(1) ? withoutRows(rows, columns, isLeftOut) : rows
    dropped += rows.count - remaining.count
    kept.push({ ...remaining, from: count })
    count += remaining.count
  }
  return { source: { columns, count, rows: () => kept }, gaps, dropped }
}

const mayHaveGaps = (column: Column): boolean => !isField(column) || column.shape.length === 0

/** `Number.isNaN` takes texts too, which are not NaN. */
const isGap = (value: string | number | null): boolean => value === null || Number.isNaN(value)

function withoutRows(rows: Rows, columns: Named<Column>, isLeftOut: Uint8Array): Rows {
  const left = Uint32Array.from([...isLeftOut.keys()].filter((row) => !isLeftOut[row]))
  const each = Object.entries(rows.columns).map(([name, values]): [string, Values] => {
    const column = columns[name]!
    return [name, picked(values, left, isField(column) ? sizeOf(column.shape) : 1)]
  })
  return { from: rows.from, count: left.length, columns: Object.fromEntries(each) }
}
