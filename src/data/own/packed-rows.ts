/**
 * Packs rows of a source into bytes, column by column, and unpacks them: numbers as they are; text as places in a
 * vocabulary, or, once there are many different texts, as UTF-16.
 */
import { ARRAYS, type Named, type Numbers } from '../../base/field.js'
import type { Room } from '../../base/room.js'
import { sizeOf } from '../../base/shape.js'
import { type Column, isField, type Values } from '../column.js'
import type { Rows } from '../sources/source.js'

export interface PackedRows {
  readonly from: number
  readonly count: number
  readonly pieces: Named<Piece>
  readonly bytes: number
}

/** The bytes of one column. */
interface Piece {
  readonly at: number
  readonly bytes: number
  /** True for text that is written as places in the vocabulary. */
  readonly coded: boolean
}

type Bytes = Numbers | Float64Array

/** Limits of a vocabulary. */
const MOST_TEXTS = 65_536
const MOST_CHARACTERS = 4_000_000

/** The texts that a column had so far, until these are too many. */
class Vocabulary {
  readonly texts: string[] = []
  readonly #places = new Map<string, number>()
  #characters = 0

  /** Returns the places of texts, -1 for a gap; or null if there is no room for them. */
  codes(values: readonly (string | null)[]): Int32Array | null {
    const codes = new Int32Array(values.length)
    for (const [row, text] of values.entries()) {
      const code = text === null ? -1 : this.#placeOf(text)
      if (code === undefined) return null
      codes[row] = code
    }
    return codes
  }

  #placeOf(text: string): number | undefined {
    const known = this.#places.get(text)
    if (known !== undefined) return known
    if (this.texts.length === MOST_TEXTS || this.#characters + text.length > MOST_CHARACTERS) return undefined
    this.#characters += text.length
    this.#places.set(text, this.texts.length)
    return this.texts.push(text) - 1
  }
}

/** Packs the rows of one source. */
export class RowPacker {
  readonly #vocabularies: Named<Vocabulary>

  constructor(private readonly columns: Named<Column>) {
    const texts = Object.entries(columns).filter(([, { values }]) => values === 'text')
    this.#vocabularies = Object.fromEntries(texts.map(([name]) => [name, new Vocabulary()]))
  }

  /** Packs consecutive rows, at least one array of them, into bytes of the room. */
  pack(arrays: readonly Rows[], room: Room): { readonly rows: PackedRows; readonly bytes: Uint8Array } {
    const [{ from }] = arrays as [Rows]
    const count = arrays.reduce((sum, rows) => sum + rows.count, 0)
    let end = 0
    const each = Object.keys(this.columns).map((name) => {
      const values = arrays.map((rows) => rows.columns[name]!)
      const { parts, coded } = this.#partsOf(name, values)
      const piece = { at: end, bytes: parts.reduce((sum, { byteLength }) => sum + byteLength, 0), coded }
      // every array begins at a multiple of its elements' size
      end = roundUp(end + piece.bytes)
      return { name, parts, piece }
    })
    const bytes = room.array(Uint8Array, end)
    for (const { parts, piece } of each) {
      let { at } = piece
      for (const part of parts) {
        bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at)
        at += part.byteLength
      }
    }
    const pieces = Object.fromEntries(each.map(({ name, piece }) => [name, piece]))
    return { rows: { from, count, pieces, bytes: end }, bytes }
  }

  #partsOf(name: string, values: readonly Values[]): { readonly parts: readonly Bytes[]; readonly coded: boolean } {
    if (this.columns[name]!.values !== 'text') return { parts: values as readonly Bytes[], coded: false }
    const texts = (values as readonly (readonly (string | null)[])[]).flat()
    const codes = this.#vocabularies[name]!.codes(texts)
    return codes ? { parts: [codes], coded: true } : { parts: plain(texts), coded: false }
  }

  /** Unpacks these columns from their bytes, which numbers share. */
  unpack({ from, count, pieces }: PackedRows, names: readonly string[], bytesOf: (piece: Piece) => Uint8Array): Rows {
    const columns = names.map((name): [string, Values] => {
      const piece = pieces[name]!
      const { buffer, byteOffset } = bytesOf(piece)
      const column = this.columns[name]!
      if (isField(column))
        return [name, new ARRAYS[column.dtype](buffer as ArrayBuffer, byteOffset, count * sizeOf(column.shape))]
      if (column.values === 'integer') return [name, new Float64Array(buffer, byteOffset, count)]
      const codes = new Int32Array(buffer, byteOffset, count)
      return [name, piece.coded ? textsOf(codes, this.#vocabularies[name]!) : unpacked(codes, buffer)]
    })
    return { from, count, columns: Object.fromEntries(columns) }
  }
}

const roundUp = (bytes: number): number =>
  Math.ceil(bytes / Float64Array.BYTES_PER_ELEMENT) * Float64Array.BYTES_PER_ELEMENT

/** Lengths in bytes, -1 for a gap, and the texts one after another. */
const plain = (values: readonly (string | null)[]): [Int32Array, Uint8Array] => [
  Int32Array.from(values, (text) => (text === null ? -1 : 2 * text.length)),
  Buffer.from(values.join(''), 'utf16le'),
]

function unpacked(lengths: Int32Array, buffer: ArrayBufferLike): (string | null)[] {
  const bytes = Buffer.from(buffer as ArrayBuffer)
  let next = lengths.byteOffset + lengths.byteLength
  return Array.from(lengths, (length) => {
    const at = next
    next += Math.max(length, 0)
    return length < 0 ? null : bytes.toString('utf16le', at, next)
  })
}

const textsOf = (codes: Int32Array, { texts }: Vocabulary): (string | null)[] =>
  Array.from(codes, (code) => (code < 0 ? null : texts[code]!))
