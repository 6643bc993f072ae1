/** Reads facts about a JPEG in its header, without a decoder (ITU T.81, annex B; EXIF 2.3, section 4.5). */
import type { Metadata } from 'sharp'

/** The facts that say how a picture is decoded. */
export type PictureFacts = Pick<Metadata, 'space' | 'depth' | 'hasAlpha' | 'orientation'>

/** Returns the same facts as sharp's `metadata`; null for a header that is not like those of most files. */
export function jpegFacts(bytes: Uint8Array): PictureFacts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let space: PictureFacts['space'] | undefined
  let exif: DataView | undefined
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = view.getUint16(at)
    const [from, length] = [at + 4, view.getUint16(at + 2) - 2]
    if (length < 0 || from + length > bytes.length) return null
    const segment = new DataView(bytes.buffer, bytes.byteOffset + from, length)
    if (marker === START_OF_SCAN) break
    if (FRAMES.includes(marker)) {
      if (space !== undefined || length < 6 || segment.getUint8(0) !== 8) return null
      space = SPACES[segment.getUint8(5)]
    } else if (marker === APP1 && isExif(segment)) {
      if (exif) return null
      exif = segment
    } else if (!isApplication(marker) && !TABLES.includes(marker)) return null
    at = from + length
  }
  const orientation = exif ? orientationIn(exif) : undefined
  if (space === undefined || orientation === null) return null
  return { space, depth: 'uchar', hasAlpha: false, ...(orientation !== undefined && { orientation }) }
}

const START_OF_SCAN = 0xffda
/** Start of a frame: baseline, extended and progressive, with Huffman codes. */
const FRAMES = [0xffc0, 0xffc1, 0xffc2]
/** Tables of codes and of quantities, the interval of restarts, a comment. */
const TABLES = [0xffc4, 0xffdb, 0xffdd, 0xfffe]
const APP1 = 0xffe1
const isApplication = (marker: number): boolean => marker >= 0xffe0 && marker <= 0xffef

/** Colours by the number of components. */
const SPACES: Readonly<Record<number, NonNullable<PictureFacts['space']>>> = { 1: 'b-w', 3: 'srgb', 4: 'cmyk' }

const isExif = (segment: DataView): boolean =>
  segment.byteLength >= TIFF && segment.getUint32(0) === 0x45786966 && segment.getUint16(4) === 0

/** The place in the segment from which offsets count. */
const TIFF = 6
const ORIENTATION = 0x0112
const SHORT = 3
const ENTRY = 12

/** Orientation from 1 to 8; undefined if none is given, null if that is not certain. */
function orientationIn(exif: DataView): number | null | undefined {
  if (exif.byteLength < TIFF + 8) return null
  const order = exif.getUint16(TIFF)
  if (order !== 0x4949 && order !== 0x4d4d) return null
  const isLittle = order === 0x4949
  const first = TIFF + exif.getUint32(TIFF + 4, isLittle)
  if (exif.getUint16(TIFF + 2, isLittle) !== 42 || first + 2 > exif.byteLength) return null
  const count = exif.getUint16(first, isLittle)
  if (first + 2 + count * ENTRY > exif.byteLength) return null
  let found: number | undefined
  for (let at = first + 2, entry = 0; entry < count; entry++, at += ENTRY) {
    if (exif.getUint16(at, isLittle) !== ORIENTATION) continue
    const [type, values] = [exif.getUint16(at + 2, isLittle), exif.getUint32(at + 4, isLittle)]
    const value = exif.getUint16(at + 8, isLittle)
    if (found !== undefined || type !== SHORT || values !== 1 || value < 1 || value > 8) return null
    found = value
  }
  return found
}
