/** The series of the parts of a pack, as numbers behind its rows. */
import { byPart, PARTS, type PartName } from '../data.js'
import type { Series } from '../series/series.js'
import { fill } from './file-table.js'
import type { Pack, PackDraft } from './pack-file.js'

/** The place of series in a file: numbers of four bytes, first of the runs, then of the order. */
export interface SeriesAt {
  /** In bytes. */
  readonly position: number
  readonly runs: number
  /** Number of rows in the order; null if they lie in this order. */
  readonly order: number | null
}

const NUMBER = Uint32Array.BYTES_PER_ELEMENT

/** Writes the series of each part from a position on. */
export async function writeSeries(
  series: Readonly<Record<PartName, Series>>,
  draft: PackDraft,
  from: number,
): Promise<Readonly<Record<PartName, SeriesAt>>> {
  let position = Math.ceil(from / NUMBER) * NUMBER
  const places: Partial<Record<PartName, SeriesAt>> = {}
  for (const part of PARTS) {
    const { order, runs } = series[part]
    const numbers = Uint32Array.from(runs.flatMap(({ from, count }) => [from, count]))
    places[part] = { position, runs: runs.length, order: order?.length ?? null }
    for (const some of order ? [numbers, order] : [numbers]) {
      await draft.write(new Uint8Array(some.buffer, some.byteOffset, some.byteLength), position)
      position += some.byteLength
    }
  }
  return places as Record<PartName, SeriesAt>
}

export function readSeriesAt(pack: Pack, places: Readonly<Record<PartName, SeriesAt>>): Record<PartName, Series> {
  const read = ({ position, runs, order }: SeriesAt): Series => {
    const numbers = new Uint32Array(2 * runs + (order ?? 0))
    fill(pack, new Uint8Array(numbers.buffer), position)
    const each = Array.from({ length: runs }, (_, run) => ({ from: numbers[2 * run]!, count: numbers[2 * run + 1]! }))
    return { order: order === null ? null : numbers.subarray(2 * runs), runs: each }
  }
  return byPart((part) => read(places[part]))
}
