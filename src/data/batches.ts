/** Batches of one pass over a table. */
import type { Named, Numbers } from '../base/field.js'
import { PURPOSE, permutation } from '../base/philox.js'
import { ONCE } from './steps/binary-draws.js'
import { firstRows, roomFor, rowsFrom, type Table } from './table.js'

/** How rows are cut into batches, and in which order. */
export interface BatchOptions {
  readonly batchSize: number
  /** Without it, rows keep the order of the table. */
  readonly shuffle?: { readonly seed: number; readonly epoch: number }
  /** Values that are drawn anew each epoch are drawn for this one, from 1; without it, as they are drawn once. */
  readonly epoch?: number
}

/** The rows of one batch. The arrays are reused for the batch after the next. */
export interface TableBatch {
  readonly size: number
  readonly arrays: Named<Numbers>
}

/** Yields the batches of one pass; the last one may be shorter. */
export async function* batches(table: Table, options: BatchOptions): AsyncGenerator<TableBatch> {
  const { fields, count } = table
  const { batchSize, shuffle, epoch = ONCE } = options
  const order = shuffle && permutation(shuffleKey(shuffle), count)
  const twice = [0, 1].map(() => roomFor(fields, Math.min(batchSize, count)))
  for (let start = 0, turn = 0; start < count; start += batchSize, turn = 1 - turn) {
    const room = twice[turn]!
    const size = Math.min(batchSize, count - start)
    table.read(order?.subarray(start, start + size) ?? rowsFrom(start, size), epoch, room)
    yield { size, arrays: firstRows(room, fields, size) }
  }
}

const shuffleKey = ({ seed, epoch }: { seed: number; epoch: number }) => ({
  seed,
  purpose: PURPOSE.shuffle,
  stream: 0,
  step: epoch,
})
