/** Whether libraries of Linux are whole: the loader does not look, and the process dies where it reads what is missing. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isLibraryFile } from './contents.js'

/** The first file that is cut short: the library, or what it links to beside it. */
export const cutShort = (library: string): string | undefined =>
  readdirSync(dirname(library))
    .filter(isLibraryFile)
    .map((name) => join(dirname(library), name))
    .find((file) => statSync(file).size < bytesNeeded(file))

const MAGIC = '\x7fELF'
const CLASS_64 = 2
const HEADER_BYTES = 64
const LOAD = 1

/** Where the last part that is loaded ends (elf(5)); 0 for what is no ELF file of 64 bits, which the loader refuses. */
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

/** Zeros where the file has ended. */
function bytesAt(file: number, position: number, count: number): Buffer {
  const bytes = Buffer.alloc(count)
  readSync(file, bytes, 0, count, position)
  return bytes
}
