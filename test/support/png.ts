/** PNG files, byte by byte. */
import { crc32, deflateSync } from 'node:zlib'

export const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

/** A part of a file. */
export function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  crc.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, crc])
}

export interface Look {
  readonly width: number
  readonly height: number
  readonly depth?: number
  readonly color?: number
  readonly interlace?: number
}

export function header({ width, height, depth = 8, color = 0, interlace = 0 }: Look): Buffer {
  const data = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, color, 0, 0, interlace])
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  return chunk('IHDR', data)
}

/** A file; `rows` have their filter bytes. */
export const png = (look: Look, rows: Uint8Array, ...between: Uint8Array[]): Buffer =>
  Buffer.concat([SIGNATURE, header(look), ...between, chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])

export const PALETTE = chunk('PLTE', Uint8Array.of(0, 0, 0, 255, 0, 0, 255, 255, 255))

/** A mask with a palette: the numbers of its pixels, row by row, from 0 to 3. */
export function maskPng(width: number, numbers: readonly number[]): Buffer {
  const height = numbers.length / width
  const rows = Array.from({ length: height }, (_, row) => [0, ...numbers.slice(row * width, (row + 1) * width)])
  return png({ width, height, color: 3 }, Uint8Array.from(rows.flat()), chunk('PLTE', Buffer.alloc(12, 99)))
}

/** A grey picture of one value. */
export const greyPng = (width: number, height: number, value: number): Buffer =>
  png(
    { width, height },
    Uint8Array.from({ length: height * (width + 1) }, (_, at) => (at % (width + 1) === 0 ? 0 : value)),
  )
