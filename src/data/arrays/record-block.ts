/** Blocks of records: rows of a fixed number of bytes, one after another. */
import type { Named } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import type { Block } from './block.js'
import { type ByteReader, expectEnd, fillWhole } from './bytes.js'
import type { Elements } from './element.js'
import type { Member } from './npy-header.js'

export interface Records {
  readonly name: string
  readonly rows: number
  readonly rowBytes: number
  /** The columns, and where they are in a row. */
  readonly members: readonly Member[]
  readonly rowsAtOnce: number
  /** Starts to read at the first row. */
  start(): Promise<ByteReader>
}

export function recordBlock({ name, rows, rowBytes, members, rowsAtOnce, start }: Records): Block {
  const byName = new Map(members.map((member) => [member.name, member]))
  return {
    name,
    rows,
    rowsAtOnce,
    columns: Object.fromEntries(members.map(({ name, type: { kind, type }, shape }) => [name, { kind, type, shape }])),
    async start(columns) {
      const wanted = columns.map((column) => byName.get(column)!)
      const reader = await start()
      let from = 0
      return {
        left: () => rows - from,
        async next(count) {
          const bytes = new Uint8Array(count * rowBytes)
          await fillWhole(bytes, reader, name)
          const found = { file: name, from, columns: decoded(bytes, count, rowBytes, wanted) }
          from += count
          if (from === rows) await expectEnd(reader, name)
          return found
        },
        close: () => reader.close(),
      }
    },
  }
}

function decoded(bytes: Uint8Array, rows: number, rowBytes: number, members: readonly Member[]): Named<Elements> {
  return Object.fromEntries(
    members.map(({ name, type, shape, at }) => [
      name,
      type.decode(picked(bytes, rows, rowBytes, at, type.bytes * sizeOf(shape))),
    ]),
  )
}

/** Copies `size` bytes of each row; returns all bytes if they are whole rows. */
export function picked(bytes: Uint8Array, rows: number, rowBytes: number, at: number, size: number): Uint8Array {
  if (size === rowBytes) return bytes
  const found = new Uint8Array(rows * size)
  // in units as large as an element mostly is, which is several times as fast as byte by byte
  const Unit = [rowBytes, at, size].every((place) => place % 4 === 0) ? Uint32Array : Uint8Array
  const [unit, step, first] = [Unit.BYTES_PER_ELEMENT, rowBytes / Unit.BYTES_PER_ELEMENT, at / Unit.BYTES_PER_ELEMENT]
  const [from, to] = [
    new Unit(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length / unit),
    new Unit(found.buffer),
  ]
  const width = size / unit
  for (let row = 0, out = 0; row < rows; row++) {
    const start = row * step + first
    for (let index = 0; index < width; index++) to[out++] = from[start + index]!
  }
  return found
}
