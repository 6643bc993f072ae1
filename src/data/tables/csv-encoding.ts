/** Encodings of CSV files. */
import { wideEncodingOf } from '../../base/utf8.js'
import type { TableOptions } from './options.js'

type Encoding = TableOptions['encoding']

const LABELS: Readonly<Record<Encoding, string>> = { 'utf-8': 'utf-8', 'latin-1': 'latin1', 'utf-16': 'utf-16le' }

/** Returns a decoder that removes a byte order mark, and replaces bytes that are no characters. */
export const decoderOf = (encoding: Encoding) => new TextDecoder(LABELS[encoding])

/** Returns words for an encoding that the first bytes of a file show not to be the right one. */
export function encodingProblem(bytes: Uint8Array, encoding: Encoding): string | undefined {
  const wide = wideEncodingOf(bytes)
  if (wide === undefined) return encoding === 'utf-16' ? 'it is not UTF-16 text; leave the "encoding" out' : undefined
  const isBigEndian = bytes[0] === 0xfe || bytes[0] === 0
  if (wide === 'UTF-32' || isBigEndian) return `it is ${isBigEndian ? 'big-endian ' : ''}${wide} text; save it as UTF-8`
  return encoding === 'utf-16' ? undefined : 'it is UTF-16 text; set "csv": {"encoding": "utf-16"}, or save it as UTF-8'
}
