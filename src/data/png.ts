/** Reads pictures in PNG (https://www.w3.org/TR/png-3). All sizes are checked before anything is unpacked. */
import { inflateSync } from 'node:zlib'
import { type DecodedPng, decode } from 'fast-png'
import { reasonOf } from '../base/reason.js'
import type { NumberArray } from './number-array.js'

type Problem = { readonly problem: string }

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** 4,096 by 4,096 pixels: far more than a sample of any data set has. */
const MOST_PIXELS = 2 ** 24

/**
 * For each colour type, the numbers per pixel and the bits that each may have. A palette needs one number, an index.
 */
const COLORS: Readonly<Record<number, { readonly channels: number; readonly depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
}
const PALETTE = 3
/** First column and row, and strides, of each of the seven passes of an interlaced picture (section 8.1). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

/**
 * Returns the brightness of each pixel, 0 to 1: for a colour, the mean of red, green and blue. Or returns a message.
 */
export function parsePng(bytes: Uint8Array): NumberArray | Problem {
  const found = read(bytes)
  return 'problem' in found ? { problem: `the picture cannot be read: ${found.problem}` } : found
}

/** The numbers of a PNG picture: indices of a palette, or samples of its depth, row by row. */
export interface PngNumbers {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly depth: number
  /** Colours of the palette, if it has one. */
  readonly palette: readonly (readonly number[])[] | undefined
  readonly numbers: DecodedPng['data']
}

/** Returns the numbers as they are in the file, or a message. */
export function pngNumbers(bytes: Uint8Array): PngNumbers | Problem {
  const plain = essence(bytes)
  if ('problem' in plain) return plain
  try {
    const picture = decode(plain.bytes, { checkCrc: true })
    const { width, height, channels, depth, palette } = picture
    return { width, height, channels, depth, palette, numbers: unpacked(picture) }
  } catch (error) {
    return { problem: reasonOf(error).replace(/:$/, '') }
  }
}

function read(bytes: Uint8Array): NumberArray | Problem {
  const picture = pngNumbers(bytes)
  if ('problem' in picture) return picture
  const { width, height, channels, depth, palette, numbers } = picture
  const values = new Float32Array(width * height)
  if (palette) {
    const brightness = palette.map(([red, green, blue]) => (red! + green! + blue!) / 3 / 255)
    for (const at of values.keys()) {
      const color = numbers[at]!
      if (color >= brightness.length) {
        const place = `row ${Math.floor(at / width) + 1}, column ${(at % width) + 1}`
        return { problem: `${place} has colour ${color} of a palette of ${brightness.length}` }
      }
      values[at] = brightness[color]!
    }
    return { shape: [height, width], values }
  }
  const colors = channels < 3 ? 1 : 3
  const white = colors * (2 ** depth - 1)
  for (const at of values.keys()) {
    let sum = 0
    for (let color = 0; color < colors; color++) sum += numbers[at * channels + color]!
    values[at] = sum / white
  }
  return { shape: [height, width], values }
}

/**
 * Returns only the chunks that are needed for the pixels. Checks that there are as many pixels as the header states.
 */
function essence(bytes: Uint8Array): { readonly bytes: Uint8Array } | Problem {
  if (!SIGNATURE.every((byte, at) => bytes[at] === byte)) return { problem: 'it is not a PNG file' }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks = {
    IHDR: [] as Uint8Array[],
    PLTE: [] as Uint8Array[],
    IDAT: [] as Uint8Array[],
    IEND: [] as Uint8Array[],
  }
  for (let at = SIGNATURE.length; chunks.IEND.length === 0; ) {
    const end = at + 12 <= bytes.length ? at + 12 + view.getUint32(at) : Number.POSITIVE_INFINITY
    if (end > bytes.length) return { problem: 'it is cut off' }
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (Object.hasOwn(chunks, type)) chunks[type as keyof typeof chunks].push(bytes.subarray(at, end))
    else if (/^[A-Z]/.test(type)) return { problem: `it has a part ${JSON.stringify(type)} of unknown meaning` }
    at = end
  }
  const [header, ...more] = chunks.IHDR
  if (header?.length !== 25 || more.length > 0) return { problem: 'it has no header, or more than one' }
  const { IHDR, PLTE, IDAT, IEND } = chunks
  const expected = pixelBytes(header)
  if (typeof expected !== 'number') return expected
  if (header[17] === PALETTE && PLTE.length !== 1) return { problem: 'it has no palette, or more than one' }
  const packed = Buffer.concat(IDAT.map((chunk) => chunk.subarray(8, -4)))
  let found: number
  try {
    found = inflateSync(packed, { maxOutputLength: expected + 1 }).length
  } catch (error) {
    const isMore = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    return { problem: isMore ? 'it has more pixels than its header states' : 'its pixels cannot be unpacked' }
  }
  if (found !== expected) return { problem: `it has ${found} bytes of pixels, must have ${expected}` }
  const palette = header[17] === PALETTE ? PLTE : []
  return { bytes: Buffer.concat([Uint8Array.from(SIGNATURE), ...IHDR, ...palette, ...IDAT, ...IEND]) }
}

/** Returns the size of the unpacked pixels in bytes. A row has a byte for its filter, then whole bytes of pixels. */
function pixelBytes(header: Uint8Array): number | Problem {
  const view = new DataView(header.buffer, header.byteOffset + 8)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth, color, compression, filter, interlace] = header.subarray(16, 21) as unknown as number[]
  if (width === 0 || height === 0) return { problem: `it has ${width} x ${height} pixels, must have at least one` }
  if (width * height > MOST_PIXELS) {
    return { problem: `it has ${width} x ${height} pixels, must have at most ${MOST_PIXELS.toLocaleString('en')}` }
  }
  const { channels, depths } = COLORS[color!] ?? { channels: 0, depths: [] }
  if (!depths.includes(depth!) || compression !== 0 || filter !== 0 || interlace! > 1) {
    return { problem: 'its header has values that PNG does not allow' }
  }
  const rows = (columns: number, count: number) =>
    columns === 0 ? 0 : count * (1 + Math.ceil((columns * channels * depth!) / 8))
  if (interlace === 0) return rows(width, height)
  return ADAM7.reduce(
    (sum, [x, y, acrossStep, downStep]) =>
      sum + rows(Math.ceil(Math.max(0, width - x) / acrossStep), Math.ceil(Math.max(0, height - y) / downStep)),
    0,
  )
}

/**
 * Unpacks pixels of fewer than eight bits, several of which share a byte, highest bits first. A row begins with a new
 * byte.
 */
function unpacked({ width, height, depth, data }: DecodedPng): DecodedPng['data'] {
  if (depth >= 8) return data
  const rowBytes = Math.ceil((width * depth) / 8)
  return Uint8Array.from({ length: width * height }, (_, at) => {
    const bit = (at % width) * depth
    const byte = data[Math.floor(at / width) * rowBytes + (bit >> 3)]!
    return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
  })
}
