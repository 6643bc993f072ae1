/** Reads arrays whose first index changes fastest (Fortran's order) in row-major order, some rows at a time. */
import { UserError } from '../../base/issue.js'
import { type Shape, sizeOf } from '../../base/shape.js'
import { type ByteReader, expectEnd, fillWhole } from './bytes.js'

export interface ColumnMajor {
  /** For messages. */
  readonly name: string
  /** First byte of the array. */
  readonly begin: number
  readonly shape: Shape
  /** Bytes of an element. */
  readonly size: number
}

/** Bytes of rows that are read at once. More than in row-major order, because each column needs a read of its own. */
export const MOST_TRANSPOSED = 1 << 24
/** The largest array that is kept in memory, because it lies in an archive, which can be read only in order. */
const MOST_KEPT = 2 ** 31

/** Reads rows from `reader`, which is closed with it. Every `fill` must ask for whole rows. */
export async function columnMajorReader(reader: ByteReader, array: ColumnMajor): Promise<ByteReader> {
  const { name, begin, shape, size } = array
  const [rows, ...rest] = shape as [number, ...number[]]
  const width = sizeOf(rest)
  const places = placesOf(rest)
  const fillFrom = reader.fillFrom ?? (await kept(reader, begin + sizeOf(shape) * size, name))
  let from = 0
  return {
    async fill(into) {
      const count = Math.min(rows - from, Math.ceil(into.length / (width * size)))
      const part = new Uint8Array(count * size)
      for (let column = 0; column < width && count > 0; column++) {
        const done = await fillFrom(begin + (column * rows + from) * size, part)
        if (done < part.length) throw new UserError(`${name}: is cut off`)
        scatter(part, into, size, places[column]!, width)
      }
      from += count
      return count * width * size
    },
    close: () => reader.close(),
  }
}

/** For each index of the other axes in Fortran's order: its place in row-major order. */
function placesOf(shape: Shape): Float64Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  return Float64Array.from({ length: sizeOf(shape) }, (_, index) => {
    let rest = index
    return shape.reduce((place, dim, axis) => {
      const along = rest % dim
      rest = Math.floor(rest / dim)
      return place + along * strides[axis]!
    }, 0)
  })
}

/** Writes each element of `part` to place `at` of a row of `width` elements. */
function scatter(part: Uint8Array, into: Uint8Array, size: number, at: number, width: number): void {
  for (let row = 0, from = 0; from < part.length; row++) {
    for (let to = (row * width + at) * size, end = to + size; to < end; to++) into[to] = part[from++]!
  }
}

/** Reads all bytes into memory. */
async function kept(reader: ByteReader, size: number, name: string): Promise<NonNullable<ByteReader['fillFrom']>> {
  if (size > MOST_KEPT) {
    throw new UserError(
      `${name}: has ${size} bytes in column-major order, must have at most ${MOST_KEPT}; numpy.ascontiguousarray makes it row-major`,
    )
  }
  const bytes = new Uint8Array(size)
  await fillWhole(bytes, reader, name)
  await expectEnd(reader, name)
  return async (at, into) => {
    const found = bytes.subarray(at, at + into.length)
    into.set(found)
    return found.length
  }
}
