/** Tables: rows of fixed width that can be read in any order. */
import { countUp } from '../base/count-up.js'
import { ARRAYS, type Field, type Named, type Numbers } from '../base/field.js'
import { sizeOf } from '../base/shape.js'

export interface Table {
  readonly fields: Named<Field>
  readonly count: number
  /**
   * Writes these rows into the arrays of a batch, one after another from their beginning. Values that are drawn anew
   * for each epoch are those of `epoch`, from 1, or of `ONCE`; with null they are what they are drawn from. Fields
   * without an array are left out.
   */
  read(rows: Uint32Array, epoch: number | null, into: Named<Numbers>): void
  /** Says that these rows will be read soon. A table in a file begins to fetch them from the disk. */
  prefetch?(runs: readonly Run[]): void
}

/** Consecutive rows. */
export interface Run {
  readonly from: number
  readonly count: number
}

/** Draws values of one row for an epoch from the stored values. */
export type DrawAnew = (stored: Numbers, from: number, count: number, at: DrawnAt, into: Numbers, to: number) => void

export interface DrawnAt {
  /** Index of the first value among all values that the field has in the source. */
  readonly first: number
  readonly epoch: number
}

/** A table in memory. `anew` has the fields whose values are drawn again in each epoch. */
export function memoryTable(
  fields: Named<Field>,
  columns: Named<Numbers>,
  count: number,
  anew: Named<DrawAnew> = {},
): Table {
  const each = Object.entries(fields).map(([name, { shape }]) => ({
    name,
    width: sizeOf(shape),
    values: columns[name]!,
    draw: anew[name],
  }))
  return {
    fields,
    count,
    read(rows, epoch, into) {
      for (const { name, width, values, draw } of each) {
        const out = into[name]
        if (!out) continue
        for (let index = 0, to = 0; index < rows.length; ) {
          const from = rows[index]! * width
          // rows that follow one another are copied together
          let end = index + 1
          if (draw && epoch !== null) draw(values, from, width, { first: from, epoch }, out, to)
          else {
            while (end < rows.length && rows[end] === rows[end - 1]! + 1) end++
            copy(values, from, (end - index) * width, out, to)
          }
          to += (end - index) * width
          index = end
        }
      }
    },
  }
}

/** Fewer values are copied faster by a loop. */
const FEW = 24

/** Copies consecutive values. */
export function copy(values: Numbers, from: number, count: number, out: Numbers, to: number): void {
  if (count > FEW) out.set(values.subarray(from, from + count), to)
  else for (let index = 0; index < count; index++) out[to + index] = values[from + index]!
}

/** Rows `from` to `to` of a table, `to` left out. */
export const part = (table: Table, from: number, to: number): Table =>
  from === 0 && to === table.count
    ? table
    : {
        ...view(table, to - from),
        read: (rows, ...rest) =>
          table.read(
            rows.map((row) => row + from),
            ...rest,
          ),
        ...(table.prefetch && {
          prefetch: (runs) => table.prefetch!(runs.map((run) => ({ ...run, from: run.from + from }))),
        }),
      }

/** The rows of a table with these numbers, in their order. */
export const chosen = (table: Table, numbers: Uint32Array): Table => ({
  ...view(table, numbers.length),
  read: (rows, ...rest) =>
    table.read(
      rows.map((row) => numbers[row]!),
      ...rest,
    ),
})

/** Numbers of rows: all from one to another (exclusive), or those of a sorted list. */
export type RowSet = { readonly from: number; readonly to: number } | Uint32Array

export const countOf = (set: RowSet): number => (set instanceof Uint32Array ? set.length : set.to - set.from)

/** The rows of a table that are in a set. */
export const rowsOf = (table: Table, set: RowSet): Table =>
  set instanceof Uint32Array ? chosen(table, set) : part(table, set.from, set.to)

const view = ({ fields }: Table, count: number) => ({ fields, count })

/** Returns an array for each field, with room for this many rows. */
export const roomFor = (fields: Named<Field>, rows: number): Record<string, Numbers> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { dtype, shape }]) => [name, new ARRAYS[dtype](rows * sizeOf(shape))]),
  )

/** Returns the first rows of these arrays, without a copy. */
export const firstRows = (arrays: Named<Numbers>, fields: Named<Field>, count: number): Record<string, Numbers> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => [name, values.subarray(0, count * sizeOf(fields[name]!.shape))]),
  )

/** Returns these arrays from a row on, without a copy. */
export const fromRow = (arrays: Named<Numbers>, fields: Named<Field>, row: number): Record<string, Numbers> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => [name, values.subarray(row * sizeOf(fields[name]!.shape))]),
  )

/** Reads `count` consecutive rows into the arrays of `room`, and returns their values by field. */
export function readRows(
  table: Table,
  from: number,
  count: number,
  epoch: number | null,
  room: Named<Numbers> = roomFor(table.fields, count),
): Record<string, Numbers> {
  table.read(countUp(from, count), epoch, room)
  return firstRows(room, table.fields, count)
}

/** Number of rows that are read at a time to go through a table. */
const ROWS_AT_ONCE = 1024

/** Yields the stored values of one field in order, some rows at a time. The array is reused for the next rows. */
export function* storedRows(table: Table, field: string): Generator<Numbers> {
  const room = roomFor({ [field]: table.fields[field]! }, Math.min(ROWS_AT_ONCE, table.count))
  for (let from = 0; from < table.count; from += ROWS_AT_ONCE) {
    yield readRows(table, from, Math.min(ROWS_AT_ONCE, table.count - from), null, room)[field]!
  }
}

/** Returns the mean over rows of each element of a field, of the values `stored / divisor`. */
export function elementMeans(table: Table, field: string): Float64Array {
  const { shape, divisor } = table.fields[field]!
  const sums = new Float64Array(sizeOf(shape))
  for (const values of storedRows(table, field)) {
    for (let at = 0; at < values.length; ) {
      for (let element = 0; element < sums.length; element++, at++) sums[element]! += values[at]!
    }
  }
  return sums.map((sum) => sum / table.count / divisor)
}

/** Returns the least and the largest value, `stored / divisor`, of a field of these tables. */
export function fieldRange(
  tables: readonly Table[],
  field: string,
): { readonly least: number; readonly largest: number } {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const table of tables) {
    for (const values of storedRows(table, field)) {
      for (const stored of values) {
        if (stored < least) least = stored
        if (stored > largest) largest = stored
      }
    }
  }
  const { divisor } = tables[0]!.fields[field]!
  return { least: least / divisor, largest: largest / divisor }
}
