/** Batches of one pass over a table. */
import { countUp } from '../base/count-up.js'
import type { Named, Numbers } from '../base/field.js'
import { type Part, rowsIn, type Share, shareOf } from '../base/share.js'
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
  /** Only these rows of each batch are read. Default: all. */
  readonly part?: Part
}

/** The rows of one batch. The arrays are reused for the batch after the next. */
export interface TableBatch {
  readonly size: number
  readonly arrays: Named<Numbers>
  /** Set if these rows are a part of a larger batch. */
  readonly share?: Share
}

/** Yields the batches of one pass; the last one may be shorter. */
export async function* batches(table: Table, options: BatchOptions): AsyncGenerator<TableBatch> {
  const { fields, count } = table
  const { batchSize, epoch = ONCE, part } = options
  const twice = [0, 1].map(() => roomFor(fields, Math.min(batchSize, count)))
  let turn = 0
  for (const whole of rowsOfBatches(table, options)) {
    const room = twice[turn]!
    const { rows, ...share } = partOf(whole, part)
    table.read(rows, epoch, room)
    yield { size: rows.length, arrays: firstRows(room, fields, rows.length), ...share }
    turn = 1 - turn
  }
}

/** Takes a part of the rows of a batch. */
export function partOf(
  whole: Uint32Array,
  part: Part | undefined,
): { readonly rows: Uint32Array; readonly share?: Share } {
  if (part === undefined) return { rows: whole }
  const share = shareOf(whole.length, part)
  return { rows: whole.subarray(share.from, share.from + rowsIn(share)), share }
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
