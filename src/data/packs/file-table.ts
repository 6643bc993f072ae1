/** A table whose rows lie in a file. */
import { read, readSync } from 'node:fs'
import type { Field, Named, Numbers } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import type { DrawAnew, Table } from '../table.js'
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
  Object.keys(anew).length === 0
    ? fields
    : { ...fields, [ROW_NUMBER]: { shape: [], dtype: 'int32', divisor: 1, values: 'real' } }

/** A table of rows that were written with the layout of `storedFields`. It reads no more than the rows it is asked for. */
export function fileTable(fields: Named<Field>, file: RowsInFile, anew: Named<DrawAnew> = {}): Table {
  const { rowBytes, cells } = layoutOf(storedFields(fields, anew))
  const capacity = Math.max(1, Math.floor(AT_ONCE / rowBytes))
  const room = new RowBuffer(Math.min(capacity, file.count) * rowBytes)
  const numbers = cells.find(({ name }) => name === ROW_NUMBER)
  const each = cells
    .filter(({ name }) => Object.hasOwn(fields, name))
    .map((cell) => ({ ...cell, values: room.as(cell.dtype), draw: anew[cell.name] }))

  /** Fills the room with rows. */
  function fetch(rows: Uint32Array): void {
    for (let start = 0; start < rows.length; ) {
      let end = start + 1
      while (end < rows.length && rows[end] === rows[end - 1]! + 1) end++
      const position = file.position + rows[start]! * rowBytes
      fill(file, room.bytes.subarray(start * rowBytes, end * rowBytes), position)
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
          const out = into[name]!
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
    prefetch: (runs) =>
      fetchAhead(
        file,
        runs.map(({ from, count }) => ({ position: file.position + from * rowBytes, bytes: count * rowBytes })),
      ),
  }
}

/** Reads bytes in other threads and forgets them, so that the system has them in memory when they are read again. */
async function fetchAhead({ descriptor }: RowsInFile, runs: readonly { position: number; bytes: number }[]) {
  const room = new Uint8Array(AT_ONCE)
  for (const { position, bytes } of runs) {
    for (let at = 0; at < bytes; at += AT_ONCE) {
      const isRead = await new Promise<boolean>((resolve) =>
        read(descriptor, room, 0, Math.min(AT_ONCE, bytes - at), position + at, (error) => resolve(error === null)),
      )
      // who reads the rows reports the problem
      if (!isRead) return
    }
  }
}

/** Fewer values are copied faster by a loop. */
const FEW = 24

function copy(values: Numbers, from: number, width: number, out: Numbers, to: number): void {
  if (width > FEW) out.set(values.subarray(from, from + width), to)
  else for (let index = 0; index < width; index++) out[to + index] = values[from + index]!
}

/** Fills bytes from a position of a file on. */
function fill({ descriptor, path }: RowsInFile, into: Uint8Array, position: number): void {
  for (let at = 0; at < into.length; ) {
    const found = readSync(descriptor, into, at, into.length - at, position + at)
    if (found === 0) throw new UserError(`${path}: is cut short; another program has changed it`)
    at += found
  }
}
