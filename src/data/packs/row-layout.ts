/** The places of values in a file of rows: the fields of a row side by side, all rows of the same width. */
import { ARRAYS, type Field, type Named } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'

export interface RowLayout {
  /** Bytes of a row. */
  readonly rowBytes: number
  readonly cells: readonly Cell[]
}

/** The place of a field in a row. */
export interface Cell {
  readonly name: string
  readonly dtype: Field['dtype']
  /** Number of values. */
  readonly width: number
  /** Index of the first value, if the row is an array of this type. */
  readonly at: number
  /** Values of this type from one row to the next. */
  readonly stride: number
}

const NUMBER = Float32Array.BYTES_PER_ELEMENT

/** Fields of four-byte numbers come first, so that every number lies at a multiple of its size. */
export function layoutOf(fields: Named<Field>): RowLayout {
  const bytesOf = ({ dtype }: Field) => ARRAYS[dtype].BYTES_PER_ELEMENT
  const ordered = Object.entries(fields).toSorted(([, a], [, b]) => bytesOf(b) - bytesOf(a))
  let end = 0
  const placed = ordered.map(([name, field]) => {
    const width = sizeOf(field.shape)
    const at = end / bytesOf(field)
    end += width * bytesOf(field)
    return { name, dtype: field.dtype, width, at, size: bytesOf(field) }
  })
  const rowBytes = placed.some(({ size }) => size === NUMBER) ? Math.ceil(end / NUMBER) * NUMBER : end
  return { rowBytes, cells: placed.map(({ size, ...cell }) => ({ ...cell, stride: rowBytes / size })) }
}

/** Room for rows in memory, as bytes and as numbers. */
export class RowBuffer {
  readonly bytes: Uint8Array
  readonly #int32: Int32Array
  readonly #float32: Float32Array

  constructor(readonly size: number) {
    const buffer = new ArrayBuffer(Math.ceil(size / NUMBER) * NUMBER)
    this.bytes = new Uint8Array(buffer)
    this.#int32 = new Int32Array(buffer)
    this.#float32 = new Float32Array(buffer)
  }

  /** The bytes as an array of this type. */
  as(dtype: Field['dtype']): Uint8Array | Int32Array | Float32Array {
    return dtype === 'uint8' ? this.bytes : dtype === 'int32' ? this.#int32 : this.#float32
  }
}
