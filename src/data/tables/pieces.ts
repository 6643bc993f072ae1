/** Reads the bytes of a file in pieces, and unpacks those of a `.gz` file, which are checked by length and CRC. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UserError } from '../../base/issue.js'

const PIECE = 1 << 18

export const isGzip = (path: string): boolean => path.toLowerCase().endsWith('.gz')

/** Throws a UserError if a `.gz` file is cut short, or damaged. */
export async function* pieces(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: PIECE })
  if (!isGzip(path)) return yield* file
  const unpacked = pipeline(file, createGunzip({ chunkSize: PIECE }), () => {})
  try {
    yield* unpacked
  } catch (error) {
    const problem = GZIP_PROBLEMS[(error as NodeJS.ErrnoException).code ?? '']
    throw problem === undefined ? error : new UserError(`${path}: ${problem}; fetch or pack it anew`)
  }
}

const GZIP_PROBLEMS: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: 'the file is cut short',
  Z_DATA_ERROR: 'the file is no whole gzip file, or it is damaged',
}

/** Reads a `.gz` file to its end, because DuckDB takes one that is cut short for whole. */
export async function checkGzip(path: string): Promise<void> {
  if (!isGzip(path)) return
  for await (const _ of pieces(path));
}

/** Returns the first bytes, at least `most` of them or all. */
export async function headOf(path: string, most: number): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const head: Buffer[] = []
  let length = 0
  for await (const piece of pieces(path)) {
    head.push(piece)
    length += piece.length
    if (length > most) return { bytes: Buffer.concat(head), isWhole: false }
  }
  return { bytes: Buffer.concat(head), isWhole: true }
}
