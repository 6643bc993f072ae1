/**
 * Checks that Linux libraries are complete. The loader does not, and the process would crash on reading a missing
 * part.
 */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isLibraryFile } from './contents.js'

/** Returns the first file that is cut short: the library, or one beside it that it links to. */
export const cutShort = (library: string): string | undefined =>
  readdirSync(dirname(library))
    .filter(isLibraryFile)
    .map((name) => join(dirname(library), name))
    .find((file) => statSync(file).size < bytesNeeded(file))

const MAGIC = '\x7fELF'
const CLASS_64 = 2
const HEADER_BYTES = 64
const LOAD = 1

/**
 * Returns the end of the last part that is loaded (elf(5)); 0 for a file that is not 64-bit ELF, which the loader
 * rejects.
 */
function bytesNeeded(path: string): number {
  const file = openSync(path, 'r')
  try {
    const header = bytesAt(file, 0, HEADER_BYTES)
    if (header.toString('latin1', 0, MAGIC.length) !== MAGIC || header[4] !== CLASS_64) return 0
    const [offset, size, count] = [Number(header.readBigUInt64LE(32)), header.readUInt16LE(54), header.readUInt16LE(56)]
    const table = bytesAt(file, offset, size * count)
    const ends = Array.from({ length: count }, (_, index) => {
      const part = table.subarray(index * size)
      return part.readUInt32LE(0) === LOAD ? Number(part.readBigUInt64LE(8) + part.readBigUInt64LE(32)) : 0
    })
    return Math.max(offset + size * count, ...ends)
  } finally {
    closeSync(file)
  }
}

/** Reads bytes; zeros stand for those beyond the end of the file. */
function bytesAt(file: number, position: number, count: number): Buffer {
  const bytes = Buffer.alloc(count)
  readSync(file, bytes, 0, count, position)
  return bytes
}
