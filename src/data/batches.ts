/** Batches of one pass over a table. */
import { countUp } from '../base/count-up.js'
import type { Named, Numbers } from '../base/field.js'
import { type Shuffle, shuffled } from './row-order.js'
import { ONCE } from './steps/binary-draws.js'
import { firstRows, roomFor, type Table } from './table.js'

/** How rows are cut into batches, and in which order. */
export interface BatchOptions {
  readonly batchSize: number
  /** Without it, rows keep the order of the table. */
  readonly shuffle?: Shuffle
  /** Values that are drawn anew each epoch are drawn for this one, from 1; without it, as they are drawn once. */
  readonly epoch?: number
  /** Number of batches at the beginning that are left out. Default: 0. */
  readonly from?: number
}

/** The rows of one batch. The arrays are reused for the batch after the next. */
export interface TableBatch {
  readonly size: number
  readonly arrays: Named<Numbers>
}

/** Yields the batches of one pass; the last one may be shorter. */
export async function* batches(table: Table, options: BatchOptions): AsyncGenerator<TableBatch> {
  const { fields, count } = table
  const { batchSize, epoch = ONCE } = options
  const twice = [0, 1].map(() => roomFor(fields, Math.min(batchSize, count)))
  let turn = 0
  for (const rows of rowsOfBatches(table, options)) {
    const room = twice[turn]!
    table.read(rows, epoch, room)
    yield { size: rows.length, arrays: firstRows(room, fields, rows.length) }
    turn = 1 - turn
  }
}

/** Yields the numbers of the rows of each batch. */
export function* rowsOfBatches(table: Table, { batchSize, shuffle, from = 0 }: BatchOptions): Generator<Uint32Array> {
  const { count } = table
  const first = from * batchSize
  const take = shuffle && taking(shuffled(table, shuffle, first))
  for (let start = first; start < count; start += batchSize) {
    const size = Math.min(batchSize, count - start)
    yield take?.(size) ?? countUp(start, size)
  }
}

/** Returns a function that takes the next rows of a list that comes in pieces. */
function taking(pieces: Iterator<Uint32Array>): (size: number) => Uint32Array {
  let piece = new Uint32Array(0)
  return (size) => {
    const rows = piece.subarray(0, size)
    piece = piece.subarray(rows.length)
    if (rows.length === size) return rows
    const whole = new Uint32Array(size)
    whole.set(rows)
    for (let filled = rows.length; filled < size; ) {
      const { value } = pieces.next()
      const more = value.subarray(0, size - filled)
      whole.set(more, filled)
      filled += more.length
      piece = value.subarray(more.length)
    }
    return whole
  }
}
