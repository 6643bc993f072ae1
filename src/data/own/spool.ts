/**
 * Reads a stream of rows once and keeps them, so that learning, splitting and preparing can go over them again. Rows
 * that do not fit in memory lie in a scratch file.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Named } from '../../base/field.js'
import { noNames } from '../../base/no-names.js'
import { Room } from '../../base/room.js'
import { type Column, isField, picked, type Values, widthOf } from '../column.js'
import type { RowStream } from '../sources/raw-table.js'
import { copied, type Rows, type Source } from '../sources/source.js'
import { type PackedRows, RowPacker } from './packed-rows.js'
import { openScratch, type ScratchFile } from './scratch-file.js'

export interface Spooled {
  readonly source: Source
  /** The gaps of each column that has any, before rows were dropped. */
  readonly gaps: Named<Gaps>
  /** Number of rows that were dropped. */
  readonly dropped: number
  /** Forgets the rows. */
  close(): void
}

export interface Gaps {
  readonly count: number
  /** Number of the first row with a gap, from 1. */
  readonly first: number
}

/** Bytes of rows that stay in memory. If there are more, all rows lie in a file. */
export const MEMORY_BUDGET = 2 ** 27

/** Keeps the rows of a stream, without those that have a gap in a column of `dropping`. */
export async function spool(
  stream: RowStream,
  dropping: ReadonlySet<string>,
  { budget = MEMORY_BUDGET, seen }: SpoolOptions = {},
): Promise<Spooled> {
  const { columns } = stream
  const store = new RowStore(columns, budget)
  const gaps = noNames<{ count: number; first: number }>()
  let [count, dropped] = [0, 0]
  try {
    for await (const rows of stream.rows()) {
      const isLeftOut = new Uint8Array(rows.count)
      for (const [name, values] of Object.entries(rows.columns)) {
        if (!mayHaveGaps(columns[name]!)) continue
        const isGap = Array.isArray(values) ? isNull : Number.isNaN
        for (let row = 0; row < rows.count; row++) {
          if (!isGap(values[row])) continue
          gaps[name] ??= { count: 0, first: rows.from + row + 1 }
          gaps[name].count++
          if (dropping.has(name)) isLeftOut[row] = 1
        }
      }
      const remaining = isLeftOut.includes(1) ? withoutRows(rows, columns, isLeftOut) : rows
      dropped += rows.count - remaining.count
      await store.add({ ...remaining, from: count })
      count += remaining.count
      seen?.(count)
    }
    await store.flush()
  } catch (error) {
    store.close()
    throw error
  }
  return { source: { columns, count, rows: (only) => store.rows(only) }, gaps, dropped, close: () => store.close() }
}

export interface SpoolOptions {
  /** Bytes of rows that stay in memory. */
  readonly budget?: number | undefined
  /** Hears how many rows were kept so far. */
  readonly seen?: ((rows: number) => void) | undefined
}

interface Kept {
  readonly rows: PackedRows
  /** The place of their bytes in the file. */
  readonly position: number
  /** Null if they are in the file. */
  readonly bytes: Uint8Array | null
}

/** Values of single-valued columns that are packed together, so that few rows from a source make no work of their own. */
const VALUES_AT_ONCE = 2 ** 18
/** Bytes of arrays and texts that are packed together. */
const BYTES_AT_ONCE = 2 ** 22

const bytesIn = (values: Values): number =>
  Array.isArray(values)
    ? values.reduce((sum: number, text: string | null) => sum + 2 * (text?.length ?? 0), 0)
    : (values as Float64Array).byteLength

/** Rows in memory, or in a scratch file once they need more than a budget. */
class RowStore {
  readonly #packer: RowPacker
  #kept: Kept[] = []
  #waiting: Rows[] = []
  #waitingRows = 0
  #waitingBytes = 0
  #bytes = 0
  #file: ScratchFile | undefined
  /** For bytes on their way to the file. */
  readonly #room = new Room()
  #isClosed = false

  constructor(
    private readonly columns: Named<Column>,
    private readonly budget: number,
  ) {
    this.#packer = new RowPacker(columns)
  }

  async add(rows: Rows): Promise<void> {
    this.#waiting.push(rows)
    this.#waitingRows += rows.count
    for (const values of Object.values(rows.columns)) this.#waitingBytes += bytesIn(values)
    const values = this.#waitingRows * Math.max(1, Object.keys(this.columns).length)
    if (values >= VALUES_AT_ONCE || this.#waitingBytes >= BYTES_AT_ONCE) await this.flush()
    // the source uses its arrays again
    else this.#waiting[this.#waiting.length - 1] = copied(rows)
  }

  /** Packs what was added. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return
    const { rows, bytes } = this.#packer.pack(this.#waiting, this.#file ? this.#room : new Room())
    this.#waiting = []
    this.#waitingRows = 0
    this.#waitingBytes = 0
    this.#bytes += bytes.length
    if (!this.#file && this.#bytes > this.budget) await this.#spill()
    const position = this.#file ? await this.#file.append(bytes) : 0
    this.#kept.push({ rows, position, bytes: this.#file ? null : bytes })
  }

  /** Writes what is in memory to the file. */
  async #spill(): Promise<void> {
    this.#file = await openScratch()
    for (const [index, { rows, bytes }] of this.#kept.entries()) {
      this.#kept[index] = { rows, position: await this.#file.append(bytes!), bytes: null }
    }
  }

  /** Yields rows with these columns. */
  async *rows(only: readonly string[] = Object.keys(this.columns)): AsyncGenerator<Rows> {
    if (this.#isClosed) throw new Error('internal: the rows of a source were forgotten')
    const room = new Room()
    for (const { rows, position, bytes } of this.#kept) {
      // rows in memory take no time to come: signals, and messages of other hosts, are heard between them
      if (bytes) await nextTurn()
      const { from, found } = bytes ? { from: 0, found: bytes } : await this.#read(rows, position, only, room)
      yield this.#packer.unpack(rows, only, ({ at, bytes: length }) => found.subarray(at - from, at - from + length))
    }
  }

  /** Reads the bytes from the first of these columns to the last; `from` is the place of the first byte in its rows. */
  async #read({ bytes, pieces }: PackedRows, position: number, only: readonly string[], room: Room) {
    const wanted = only.map((name) => pieces[name]!)
    const from = Math.min(bytes, ...wanted.map(({ at }) => at))
    const to = Math.max(from, ...wanted.map(({ at, bytes: length }) => at + length))
    const found = room.array(Uint8Array, to - from)
    await this.#file!.read(found, position + from)
    return { from, found }
  }

  close(): void {
    this.#isClosed = true
    this.#kept = []
    this.#file?.close()
    this.#file = undefined
  }
}

const mayHaveGaps = (column: Column): boolean =>
  isField(column) ? column.shape.length === 0 && column.dtype === 'float32' : true

const isNull = (value: unknown): boolean => value === null

function withoutRows(rows: Rows, columns: Named<Column>, isLeftOut: Uint8Array): Rows {
  const left = Uint32Array.from([...isLeftOut.keys()].filter((row) => !isLeftOut[row]))
  const each = Object.entries(rows.columns).map(([name, values]): [string, Values] => {
    const column = columns[name]!
    return [name, picked(values, left, widthOf(column))]
  })
  return { from: rows.from, count: left.length, columns: Object.fromEntries(each) }
}
