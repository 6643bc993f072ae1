/**
 * NumPy's file format for one array, version 1.0 (numpy/lib/format.py): a header that is a Python dict, then the
 * elements.
 */
import type { Shape } from './shape.js'

/** The first bytes of a file, in Latin-1. */
export const MAGIC = '\x93NUMPY'
/** The data begins at a multiple of this. */
const ALIGNMENT = 64
const LENGTH_END = 10

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
