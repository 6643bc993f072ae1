/** Types of the elements of an array, by NumPy's names: `<f4` is float32 in little-endian order. */
import { isUtf8 } from 'node:buffer'
import { halves } from '../../base/half.js'

export type Kind = 'float' | 'integer' | 'boolean' | 'text'

export interface ElementType {
  /** NumPy's name without the order of bytes: `f4`; `U` for any text. */
  readonly type: string
  readonly kind: Kind
  readonly bytes: number
  /** Returns the elements that these bytes hold, which may be a view of them. Changes the order of the bytes. */
  decode(bytes: Uint8Array): Elements
}

/** Elements one after another. */
export type Elements = NumericArray | Texts
export type NumericArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array
/** An empty text is a gap: null. Bytes that are no text are undefined. */
export type Texts = readonly (string | null | undefined)[]

type Decode = (bytes: Uint8Array) => Elements

const view =
  (Type: new (buffer: ArrayBufferLike, at: number, length: number) => NumericArray, size: number): Decode =>
  (given) => {
    const bytes = given.byteOffset % size === 0 ? given : given.slice()
    return new Type(bytes.buffer, bytes.byteOffset, bytes.length / size)
  }

const NUMBERS: Readonly<Record<string, { readonly kind: Kind; readonly decode: Decode }>> = {
  b1: { kind: 'boolean', decode: (bytes) => bytes.map((byte) => +(byte !== 0)) },
  u1: { kind: 'integer', decode: view(Uint8Array, 1) },
  i1: { kind: 'integer', decode: view(Int8Array, 1) },
  u2: { kind: 'integer', decode: view(Uint16Array, 2) },
  i2: { kind: 'integer', decode: view(Int16Array, 2) },
  u4: { kind: 'integer', decode: view(Uint32Array, 4) },
  i4: { kind: 'integer', decode: view(Int32Array, 4) },
  u8: { kind: 'integer', decode: view(BigUint64Array, 8) },
  i8: { kind: 'integer', decode: view(BigInt64Array, 8) },
  f2: { kind: 'float', decode: (bytes) => halves(view(Uint16Array, 2)(bytes) as Uint16Array) },
  f4: { kind: 'float', decode: view(Float32Array, 4) },
  f8: { kind: 'float', decode: view(Float64Array, 8) },
}

/** Elements that are refused: why, and what to do instead. */
const REFUSED: Readonly<Record<string, string>> = {
  O: 'Python objects (pickles), which are never run; save numbers, or text with astype("U")',
  c: 'complex numbers; save the real and the imaginary part as two arrays',
  M: 'times; save numbers with astype("int64"), or text with astype("U")',
  m: 'spans of time; save numbers with astype("int64")',
  V: 'bytes without a type',
}

/** Longest text of an element, in bytes. */
const MOST_TEXT = 1 << 24

/** Returns the type with one of NumPy's names, or the end of a sentence that begins with the name of the array. */
export function elementType(name: string): ElementType | { readonly problem: string } {
  const [, order, letter, digits] = /^([<>|=]?)([a-zA-Z?])(\d*)(?:\[.*\])?$/.exec(name) ?? []
  if (letter === undefined) return { problem: `has elements of unknown type ${JSON.stringify(name)}` }
  if (Object.hasOwn(REFUSED, letter)) return { problem: `holds ${REFUSED[letter]}` }
  const swapped = order === '>'
  if (letter === 'U' || letter === 'S') return textType(letter, Number(digits), swapped) ?? unknown(name)
  const number = NUMBERS[`${letter}${digits}`]
  if (number === undefined) return unknown(name)
  const bytes = Number(digits)
  const { kind, decode } = number
  return {
    type: `${letter}${digits}`,
    kind,
    bytes,
    decode: swapped ? (given) => decode(swappedBytes(given, bytes)) : decode,
  }
}

const unknown = (name: string) => ({
  problem: `has elements of type ${name}, must be one of ${Object.keys(NUMBERS).join(', ')}, U, S`,
})

/** Reverses the bytes of each element, in place. */
function swappedBytes(bytes: Uint8Array, size: number): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (size === 2) buffer.swap16()
  else if (size === 4) buffer.swap32()
  else if (size === 8) buffer.swap64()
  return bytes
}

/** Text of at most `length` characters, filled up with zeros: `U` has four bytes each (UTF-32), `S` has UTF-8. */
function textType(letter: 'U' | 'S', length: number, swapped: boolean): ElementType | undefined {
  const bytes = letter === 'U' ? 4 * length : length
  if (bytes === 0 || bytes > MOST_TEXT) return undefined
  const textAt = letter === 'U' ? wideText(swapped) : utf8Text
  return {
    type: 'U',
    kind: 'text',
    bytes,
    decode: (given) =>
      Array.from({ length: given.length / bytes }, (_, index) =>
        textAt(given.subarray(index * bytes, (index + 1) * bytes)),
      ),
  }
}

/** Bytes in UTF-8, with zeros after them: the text, null if it is empty, undefined if it is none. */
export function utf8Text(bytes: Uint8Array): string | null | undefined {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  if (end === 0) return null
  const text = bytes.subarray(0, end)
  return isUtf8(text) ? Buffer.from(text.buffer, text.byteOffset, end).toString() : undefined
}

const wideText = (swapped: boolean) => (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let end = bytes.length / 4
  while (end > 0 && view.getUint32(4 * (end - 1)) === 0) end--
  let text = ''
  for (let at = 0; at < end; at++) {
    const code = view.getUint32(4 * at, !swapped)
    // half of a pair of UTF-16, or beyond Unicode
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined
    text += String.fromCodePoint(code)
  }
  return text === '' ? null : text
}

/** Returns the elements as doubles. Whole numbers of 64 bits are rounded. */
export function doublesOf(elements: NumericArray): Float64Array {
  if (elements instanceof Float64Array) return elements
  if (!isBig(elements)) return Float64Array.from(elements)
  // two halves of 32 bits: much faster than a BigInt for each
  const low = new Uint32Array(elements.buffer, elements.byteOffset, 2 * elements.length)
  const high = elements instanceof BigInt64Array ? new Int32Array(low.buffer, low.byteOffset, low.length) : low
  const doubles = new Float64Array(elements.length)
  for (let at = 0; at < doubles.length; at++) doubles[at] = high[2 * at + 1]! * 2 ** 32 + low[2 * at]!
  return doubles
}

/** Returns the elements as float32: each is the double nearest to it, rounded. */
export const floatsOf = (elements: NumericArray): Float32Array =>
  elements instanceof Float32Array
    ? elements
    : new Float32Array(isBig(elements) ? doublesOf(elements) : (elements as Float64Array))

const isBig = (elements: Elements): elements is BigInt64Array | BigUint64Array =>
  elements instanceof BigInt64Array || elements instanceof BigUint64Array
