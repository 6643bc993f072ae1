/** The order in which a pass visits the rows of a table: a pure function of the fields, the number of rows, and a seed. */
import { PURPOSE, permutation } from '../base/philox.js'
import { layoutOf } from './packs/row-layout.js'
import type { Table } from './table.js'

export interface Shuffle {
  readonly seed: number
  readonly epoch: number
  /** Number of blocks that are mixed at a time; null: all of them. */
  readonly window?: number | null
}

/** Bytes of a block of consecutive rows, unless a row has more. */
const BLOCK = 2 ** 20

/** Rows in a block. */
export const blockRows = ({ fields }: Pick<Table, 'fields'>): number =>
  Math.max(1, Math.floor(BLOCK / Math.max(1, layoutOf(fields).rowBytes)))

/**
 * Yields every row once, but for the first `from` ones. All rows are drawn in random order, or, if a window has fewer
 * blocks than the table, the blocks are: then the rows of as many blocks as the window has are mixed, after them those of
 * the next ones.
 */
export function* shuffled(table: Table, { seed, epoch, window = null }: Shuffle, from = 0): Generator<Uint32Array> {
  const { count } = table
  const size = blockRows(table)
  const blocks = Math.ceil(count / size)
  const draw = (stream: number, of: number) => permutation({ seed, purpose: PURPOSE.shuffle, stream, step: epoch }, of)
  if (window === null || window >= blocks) {
    yield draw(ALL, count).subarray(from)
    return
  }
  const order = draw(BLOCKS, blocks)
  const prefetch = (at: number) => {
    const next = order.subarray(at, at + window).toSorted()
    table.prefetch?.(Array.from(next, (block) => ({ from: block * size, count: rowsIn(block) })))
  }
  const rowsIn = (block: number) => Math.min(size, count - block * size)
  const lengthAt = (at: number) => order.subarray(at, at + window).reduce((sum, block) => sum + rowsIn(block), 0)
  let begin = 0
  let left = from
  for (; begin < blocks && left >= lengthAt(begin); begin += window) left -= lengthAt(begin)
  prefetch(begin)
  for (let at = begin; at < blocks; at += window) {
    const mixed = order.subarray(at, at + window)
    prefetch(at + window)
    const rows = new Uint32Array(lengthAt(at))
    let filled = 0
    for (const block of mixed) for (let row = 0; row < rowsIn(block); row++) rows[filled++] = block * size + row
    yield draw(WITHIN + at / window, rows.length)
      .map((index) => rows[index]!)
      .subarray(at === begin ? left : 0)
  }
}

/** Streams of random numbers: for all rows, for the order of blocks, and for the rows of each window. */
const [ALL, BLOCKS, WITHIN] = [0, 1, 2]
