/** Decodes files of text. */
import { firstBad, wideEncodingOf } from '../../base/utf8.js'
import type { Encoding } from '../../spec/encodings.js'

export type DecodedText = { readonly text: string } | { readonly problem: string }

/** Returns the text without a byte order mark, or what is wrong, to continue a sentence beginning with the file name. */
export function decodeText(bytes: Uint8Array, encoding: Encoding): DecodedText {
  switch (encoding) {
    case 'latin-1':
      return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1') }
    case 'utf-16': {
      const isBigEndian = bytes[0] === 0xfe && bytes[1] === 0xff
      const text = decoded(bytes, isBigEndian ? 'utf-16be' : 'utf-16le')
      return text === null ? { problem: 'is not UTF-16 text of whole characters' } : { text }
    }
    case 'utf-8': {
      const text = decoded(bytes, 'utf-8')
      if (text !== null) return { text }
      if (wideEncodingOf(bytes) === 'UTF-16')
        return { problem: 'is UTF-16 text; "encoding": "utf-16" in its feature reads it' }
      const at = firstBad(bytes)
      const byte = `0x${bytes[at]!.toString(16).padStart(2, '0')}`
      return {
        problem: `is not UTF-8 text: the byte ${byte} after ${at.toLocaleString('en')} bytes; "encoding": "latin-1" in its feature reads any bytes`,
      }
    }
  }
}

function decoded(bytes: Uint8Array, label: string): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch (error) {
    // a text that is too long for a string is another error
    if (!(error instanceof TypeError)) throw error
    return null
  }
}
