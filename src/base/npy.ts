/**
 * NumPy's file format for one array, version 1.0 (numpy/lib/format.py): a header that is a Python dict, then the
 * elements.
 */
import { type Shape, sizeOf } from './shape.js'

const MAGIC = '\x93NUMPY'
/** The data begins at a multiple of this. */
const ALIGNMENT = 64
const LENGTH_END = 10
/** Characters of a header that a message shows. */
const MOST_SHOWN = 60

/** Returns the header of a file with float32 elements in row-major (C) order, little-endian. */
export function npyHeader(shape: Shape): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`
  const room = ALIGNMENT - ((LENGTH_END + dict.length + 1) % ALIGNMENT)
  const text = `${dict}${' '.repeat(room % ALIGNMENT)}\n`
  const header = Buffer.from(`${MAGIC}\x01\x00\x00\x00${text}`, 'latin1')
  header.writeUInt16LE(text.length, LENGTH_END - 2)
  return header
}

export interface NumberArray {
  readonly shape: Shape
  /** Row-major. */
  readonly values: Float32Array
}

/** Types of elements that can be read, all little-endian. They become float32. */
const READERS: Readonly<Record<string, { readonly bytes: number; read(view: DataView, at: number): number }>> = {
  '<f4': { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  '<f8': { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  '|b1': { bytes: 1, read: (view, at) => view.getUint8(at) },
  '|u1': { bytes: 1, read: (view, at) => view.getUint8(at) },
  '|i1': { bytes: 1, read: (view, at) => view.getInt8(at) },
  '<i4': { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  '<i8': { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
}

/** Parses the bytes of a file. Returns the array, or a message for the middle of a sentence. */
export function parseNpy(bytes: Uint8Array): NumberArray | { readonly problem: string } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('latin1')
  if (text(0, MAGIC.length) !== MAGIC || bytes.length < LENGTH_END + 2) return { problem: 'it is not a .npy file' }
  // from version 2 on, the length has four bytes
  const isFirst = bytes[MAGIC.length] === 1
  const begin = isFirst ? LENGTH_END : LENGTH_END + 2
  const end = begin + (isFirst ? view.getUint16(LENGTH_END - 2, true) : view.getUint32(LENGTH_END - 2, true))
  const header = text(begin, end)
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1]
  const tuple = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1]
  if (descr === undefined || tuple === undefined) return { problem: 'its header has no type or no shape' }
  const reader = READERS[descr]
  if (reader === undefined) {
    return { problem: `its elements are ${descr}, must be one of ${Object.keys(READERS).join(', ')}` }
  }
  const dims = tuple.split(',').map((dim) => dim.trim())
  if (dims.at(-1) === '') dims.pop() // (3,), and () of no axis
  const shape = dims.map(Number)
  const count = sizeOf(shape)
  if (!dims.every((dim) => /^\d+$/.test(dim)) || !Number.isSafeInteger(count * reader.bytes)) {
    return { problem: `its shape is (${tuple.slice(0, MOST_SHOWN)}), must be whole numbers separated by commas` }
  }
  if (shape.length > 1 && /'fortran_order': *True/.test(header)) {
    return { problem: 'it is stored in column-major order; numpy.ascontiguousarray converts it' }
  }
  const found = bytes.length - end
  if (found !== count * reader.bytes) {
    return { problem: `it has ${Math.max(0, found)} bytes of data, must have ${count * reader.bytes}` }
  }
  const values = new Float32Array(count)
  for (let at = 0; at < count; at++) values[at] = reader.read(view, end + at * reader.bytes)
  return { shape, values }
}
