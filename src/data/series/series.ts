/** Series: the rows of a source that follow one another, group by group. */
import { countUp } from '../../base/count-up.js'
import type { Run } from '../table.js'

export interface Series {
  /** Rows of a table: those of one series after those of another, each in its order; null if the table has them so. */
  readonly order: Uint32Array | null
  /** The series, as runs of places in this order. */
  readonly runs: readonly Run[]
}

/** Values of all rows from which their order follows. */
export interface Keys {
  /** Number of the group of each row, from 0. */
  readonly groups: Uint32Array | null
  /** Value of each row that orders the rows of a group. */
  readonly values: Float64Array | null
}

/** Puts rows in order, and makes a series of each group. */
export function seriesOf(count: number, keys: Keys): Series {
  const order = orderOf(count, keys)
  return { order, runs: runsIn(order, { from: 0, count }, ({ row, before }) => !isOther(keys.groups, row, before)) }
}

const isOther = (groups: Uint32Array | null, row: number, before: number): boolean =>
  groups !== null && groups[row] !== groups[before]

/** Divides series between two rows whose values differ by more than `most`. */
export const dividedAtGaps = ({ order, runs }: Series, values: Float64Array, most: number): Series => ({
  order,
  runs: runs.flatMap((run) => runsIn(order, run, ({ row, before }) => values[row]! - values[before]! <= most)),
})

/** The rows, sorted by group and value; null if they are so already. */
function orderOf(count: number, { groups, values }: Keys): Uint32Array | null {
  const compared = (a: number, b: number): number =>
    (groups ? groups[a]! - groups[b]! : 0) || (values ? values[a]! - values[b]! : 0)
  let isSorted = true
  for (let row = 1; isSorted && row < count; row++) isSorted = compared(row - 1, row) <= 0
  return isSorted ? null : countUp(0, count).sort((a, b) => compared(a, b) || a - b)
}

/** Cuts a run into runs of rows each of which continues the one before it. */
function runsIn(order: Uint32Array | null, run: Run, continues: (rows: Neighbours) => boolean): Run[] {
  const runs: Run[] = []
  const end = run.from + run.count
  for (let { from } = run, place = from + 1; place <= end; place++) {
    if (place < end && continues({ row: order?.[place] ?? place, before: order?.[place - 1] ?? place - 1 })) continue
    runs.push({ from, count: place - from })
    from = place
  }
  return run.count === 0 ? [] : runs
}

interface Neighbours {
  readonly row: number
  readonly before: number
}

/** The rows at the places of a run. */
export const rowsAt = ({ order }: Series, { from, count }: Run): Uint32Array =>
  order ? order.subarray(from, from + count) : countUp(from, count)

/**
 * The series of some rows, given by their sorted numbers: those that were neighbours stay together. Rows are numbered by
 * their places among these.
 */
export function seriesAmong(series: Series, rows: Uint32Array, count: number): Series {
  const placeOf = new Int32Array(count).fill(-1)
  for (const [place, row] of rows.entries()) placeOf[row] = place
  const order = new Uint32Array(rows.length)
  const runs: Run[] = []
  let filled = 0
  for (const run of series.runs) {
    let from = filled
    const close = () => {
      if (filled > from) runs.push({ from, count: filled - from })
      from = filled
    }
    for (const row of rowsAt(series, run)) {
      const place = placeOf[row]!
      if (place < 0) close()
      else order[filled++] = place
    }
    close()
  }
  const isSorted = order.every((row, place) => row === place)
  return { order: isSorted ? null : order, runs }
}
