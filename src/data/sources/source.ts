/** Sources of rows: columns by name, read in order. */
import type { Named } from '../../base/field.js'
import { type Column, cut, type Values, widthOf } from '../column.js'

export interface Source {
  /** The columns of each row, before any step. */
  readonly columns: Named<Column>
  readonly count: number
  /**
   * All rows, in order, some at a time; if some columns are named, at least these. Their arrays last until the next rows
   * are asked for.
   */
  rows(only?: readonly string[]): AsyncIterable<Rows> | Iterable<Rows>
}

/** Some consecutive rows, as one array per column. */
export interface Rows {
  /** Number of the first one in the source, from 0. */
  readonly from: number
  readonly count: number
  readonly columns: Named<Values>
}

/** A source whose rows are all in memory. */
export const memorySource = (columns: Named<Column>, count: number, values: Named<Values>): Source => ({
  columns,
  count,
  rows: () => [{ from: 0, count, columns: values }],
})

/** Cuts rows into pieces of at most so many. */
export function* inPieces(rows: Rows, columns: Named<Column>, most: number): Iterable<Rows> {
  if (rows.count <= most) {
    yield rows
    return
  }
  for (let from = 0; from < rows.count; from += most) {
    const to = Math.min(rows.count, from + most)
    const each = Object.entries(rows.columns).map(([name, values]): [string, Values] => [
      name,
      cut(values, from, to, widthOf(columns[name]!)),
    ])
    yield { from: rows.from + from, count: to - from, columns: Object.fromEntries(each) }
  }
}

/** Rows in arrays of their own, which last. */
export const copied = ({ columns, ...rows }: Rows): Rows => ({
  ...rows,
  columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice()])),
})
