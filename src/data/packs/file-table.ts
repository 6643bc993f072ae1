/** A table whose rows lie in a file. */
import { read, readSync } from 'node:fs'
import type { Field, Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import { copy, type DrawAnew, type Run, type Table } from '../table.js'
import { layoutOf, RowBuffer } from './row-layout.js'

/** Consecutive rows in an open file. */
export interface RowsInFile {
  readonly descriptor: number
  /** Path, for messages. */
  readonly path: string
  /** Position of the first row, in bytes. */
  readonly position: number
  readonly count: number
}

/** Bytes that are read at a time, unless a row has more. */
const AT_ONCE = 2 ** 20

/** Name of the number that each row has in its source, in files of fields whose values are drawn anew. */
export const ROW_NUMBER = 'row:'

/** The fields of rows in a file. */
export const storedFields = (fields: Named<Field>, anew: Named<DrawAnew>): Named<Field> =>
  Object.keys(anew).length === 0 ? fields : withRowNumber(fields)

/** These fields, and the number of each row in its source. */
export const withRowNumber = (fields: Named<Field>): Named<Field> => ({
  ...fields,
  [ROW_NUMBER]: { shape: [], dtype: 'int32', divisor: 1, values: 'real' },
})

/** A table of rows that were written with the layout of `storedFields`. Rows are copied from those fetched ahead, or read. */
export function fileTable(fields: Named<Field>, file: RowsInFile, anew: Named<DrawAnew> = {}): Table {
  const { rowBytes, cells } = layoutOf(storedFields(fields, anew))
  const capacity = Math.max(1, Math.min(Math.floor(AT_ONCE / rowBytes), file.count))
  const room = new RowBuffer(capacity * rowBytes)
  const numbers = cells.find(({ name }) => name === ROW_NUMBER)
  const each = cells
    .filter(({ name }) => Object.hasOwn(fields, name))
    .map((cell) => ({ ...cell, values: room.as(cell.dtype), draw: anew[cell.name] }))

  const windows: Fetched[][] = []

  /** Fills the room with rows. */
  function fetch(rows: Uint32Array): void {
    for (let start = 0; start < rows.length; ) {
      let end = start + 1
      while (end < rows.length && rows[end] === rows[end - 1]! + 1) end++
      const first = rows[start]!
      const into = room.bytes.subarray(start * rowBytes, end * rowBytes)
      const ready = windows[0] && runWith(windows[0], first, rows[end - 1]!)
      if (ready)
        into.set(ready.bytes.subarray((first - ready.from) * rowBytes, (first - ready.from) * rowBytes + into.length))
      else fill(file, into, file.position + first * rowBytes)
      start = end
    }
  }

  return {
    fields,
    count: file.count,
    read(rows, epoch, into) {
      for (let done = 0; done < rows.length; done += capacity) {
        const some = rows.subarray(done, done + capacity)
        fetch(some)
        for (const { name, width, at, stride, values, draw } of each) {
          const out = into[name]
          if (!out) continue
          let [from, to] = [at, done * width]
          for (let index = 0; index < some.length; index++, from += stride, to += width) {
            if (draw && epoch !== null) {
              const row = room.as('int32')[numbers!.at + index * numbers!.stride]!
              draw(values, from, width, { first: row * width, epoch }, out, to)
            } else copy(values, from, width, out, to)
          }
        }
      }
    },
    prefetch(runs) {
      windows.push(fetchAhead(file, runs, rowBytes))
      if (windows.length > WINDOWS) windows.shift()
    },
  }
}

/** The rows that are used now, and those after them. */
const WINDOWS = 2

/** Bytes of a window that is fetched ahead; the rows of a larger one are read when they are needed. */
const MOST_KEPT = 2 ** 27

/** Rows that were fetched ahead. */
interface Fetched extends Run {
  readonly bytes: Uint8Array
}

/** Reads rows in other threads. The list that it returns grows when they are there; it is sorted in the end. */
function fetchAhead({ descriptor, position }: RowsInFile, runs: readonly Run[], rowBytes: number): Fetched[] {
  const fetched: Fetched[] = []
  const isKept = runs.reduce((sum, { count }) => sum + count * rowBytes, 0) <= MOST_KEPT
  if (!isKept) return fetched
  for (const { from, count } of runs) {
    const bytes = new Uint8Array(count * rowBytes)
    read(descriptor, bytes, 0, bytes.length, position + from * rowBytes, (error, found) => {
      // who reads the rows reports the problem
      if (error || found < bytes.length) return
      fetched.push({ from, count, bytes })
      fetched.sort((one, other) => one.from - other.from)
    })
  }
  return fetched
}

/** Returns the run of a sorted list that has these rows. */
function runWith(fetched: readonly Fetched[], first: number, last: number): Fetched | undefined {
  let [low, high] = [0, fetched.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (fetched[middle]!.from <= first) low = middle + 1
    else high = middle
  }
  const found = fetched[low - 1]
  return found && last < found.from + found.count ? found : undefined
}

/** Fills bytes from a position of a file on. */
export function fill(
  { descriptor, path }: Pick<RowsInFile, 'descriptor' | 'path'>,
  into: Uint8Array,
  position: number,
): void {
  for (let at = 0; at < into.length; ) {
    const found = readSync(descriptor, into, at, into.length - at, position + at)
    if (found === 0) throw new UserError(`${path}: the file is cut short; another program has changed it`)
    at += found
  }
}
