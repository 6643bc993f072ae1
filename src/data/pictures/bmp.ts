/**
 * Decodes pictures in BMP without compression: 8 bits per pixel with a palette, 24 and 32 bits (Microsoft,
 * BITMAPINFOHEADER). Others are refused, as TensorFlow does.
 */
import type { FilePixels, Problem } from './file-pixels.js'
import { MOST_PIXELS } from './sharp.js'

const HEADERS = 54

export function decodeBmp(bytes: Uint8Array): FilePixels | Problem {
  if (bytes.length < HEADERS) return { problem: 'is cut off: it has no whole header' }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = view.getUint32(10, true)
  const headerBytes = view.getUint32(14, true)
  const [width, rows] = [view.getInt32(18, true), view.getInt32(22, true)]
  const [bits, compression] = [view.getUint16(28, true), view.getUint32(30, true)]
  const height = Math.abs(rows)
  if (headerBytes < 40 || width < 1 || height < 1)
    return { problem: 'is a damaged BMP file: its header makes no sense' }
  if (width * height > MOST_PIXELS) return { problem: `has more than ${MOST_PIXELS.toLocaleString('en')} pixels` }
  if (![8, 24, 32].includes(bits) || (compression !== 0 && !hasUsualFields(view, bits, compression))) {
    return {
      problem: `is BMP with ${bits} bits per pixel and compression ${compression}, must have 8, 24 or 32 and none`,
    }
  }
  const rowBytes = Math.ceil((width * bits) / 32) * 4
  if (start + rowBytes * height > bytes.length) {
    return { problem: `is cut off: it has ${bytes.length} bytes, must have ${start + rowBytes * height}` }
  }
  const palette = 14 + headerBytes
  const colours = view.getUint32(46, true) || 256
  if (bits === 8 && palette + 4 * colours > bytes.length) return { problem: 'is cut off within its palette' }
  const given = bits === 32 ? 4 : 3
  const samples = new Uint8Array(width * height * given)
  for (let y = 0, to = 0; y < height; y++) {
    // rows begin at the bottom, unless their number is negative
    let from = start + rowBytes * (rows < 0 ? y : height - 1 - y)
    for (let x = 0; x < width; x++, to += given) {
      let blue = from
      if (bits === 8) {
        if (bytes[from]! >= colours) {
          return { problem: `is a damaged BMP file: colour ${bytes[from]} of a palette of ${colours}` }
        }
        blue = palette + 4 * bytes[from]!
      }
      samples[to] = bytes[blue + 2]!
      samples[to + 1] = bytes[blue + 1]!
      samples[to + 2] = bytes[blue]!
      if (given === 4) samples[to + 3] = bytes[blue + 3]!
      from += bits >> 3
    }
  }
  return { width, height, given, samples, turned: false }
}

/** True for 32 bits that are declared as fields, as programs write them that know opacity, in the order of plain pixels. */
const hasUsualFields = (view: DataView, bits: number, compression: number): boolean =>
  compression === BIT_FIELDS &&
  bits === 32 &&
  view.byteLength >= HEADERS + 12 &&
  [0xff0000, 0xff00, 0xff].every((mask, index) => view.getUint32(HEADERS + 4 * index, true) === mask)

const BIT_FIELDS = 3
