/** Decodes text files. All text that the program reads must be UTF-8; another encoding is named in the message. */

/** The text without a byte order mark, or a message that continues a sentence beginning with the file name. */
export type Decoded = { readonly text: string } | { readonly problem: string }

export function decodeUtf8(bytes: Uint8Array): Decoded {
  const wide = wideEncodingOf(bytes)
  if (wide !== undefined) return { problem: `is ${wide} text, must be UTF-8` }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    // a text that is too long for a string is another error
    if (!(error instanceof TypeError)) throw error
    return { problem: problemOf(bytes) }
  }
}

/** Looks for a byte order mark, or for a zero beside the first character: JSON, CSV and JSON Lines begin with ASCII. */
export function wideEncodingOf([a, b, c, d]: Uint8Array): string | undefined {
  if (a === 0 && b === 0) return 'UTF-32'
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16'
  if (a === 0xfe && b === 0xff) return 'UTF-16'
  if (a === 0 && b !== undefined) return 'UTF-16'
  if (a !== undefined && a !== 0 && b === 0) return c === 0 ? 'UTF-32' : 'UTF-16'
  return undefined
}

const LINE_FEED = 0x0a

function problemOf(bytes: Uint8Array): string {
  const at = firstBad(bytes)
  const line = bytes.subarray(0, at).reduce((lines, byte) => lines + (byte === LINE_FEED ? 1 : 0), 1)
  const byte = `0x${bytes[at]!.toString(16).padStart(2, '0')}`
  return `is not UTF-8 text: line ${line} has the byte ${byte}; save the file as UTF-8`
}

/** Returns the position of the first byte that cannot be decoded, by binary search for the longest valid beginning. */
export function firstBad(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length]
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1
    if (decodes(bytes.subarray(0, middle), { stream: true })) good = middle
    else bad = middle
  }
  // the decoder waits for the rest of a character of up to four bytes
  while (!decodes(bytes.subarray(0, good))) good--
  return good
}

function decodes(bytes: Uint8Array, options?: { readonly stream: boolean }): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, options)
    return true
  } catch {
    return false
  }
}
