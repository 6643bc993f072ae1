/** WAV files: RIFF files of the type WAVE (Microsoft, Multimedia Data Standards Update, 1994). */
import { MOST_RATE } from '../../spec/audio.js'

/** How the samples of a file are stored. */
export interface WavFormat {
  /** Samples per second. */
  readonly sampling_rate: number
  readonly channels: number
  /** Bits of a sample: 8, 16, 24 or 32 of a whole number, 32 or 64 of a floating-point number. */
  readonly bits: number
  readonly isFloat: boolean
  /** Samples of each channel. */
  readonly samples: number
  /** Place of the first one, in bytes. */
  readonly at: number
}

/** A fault of a file, to continue a sentence beginning with its name. */
export interface Problem {
  readonly problem: string
}

const WHOLE = 1
const FLOAT = 3
const EXTENSIBLE = 0xfffe

/** Formats that other programs write, by their numbers (RFC 2361). */
const COMPRESSED: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  6: 'A-law',
  7: 'mu-law',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  80: 'MPEG',
  85: 'MP3',
  255: 'AAC',
  352: 'Windows Media Audio',
  353: 'Windows Media Audio',
}

/** The last 14 bytes of the identifier of a format, whose first 2 are its number. */
const SUBFORMAT = '000000001000800000aa00389b71'

const MOST_CHANNELS = 64

/** Reads the header of a whole file. */
export function wavFormat(bytes: Uint8Array): WavFormat | Problem {
  const found = wavHeader(bytes, bytes.length)
  return 'problem' in found ? { problem: found.problem } : found
}

/** Reads the header of a file that has these bytes at its beginning. `size` is the size of the whole file. */
export function wavHeader(
  bytes: Uint8Array,
  size: number,
): WavFormat | (Problem & { /** True if the header may go on after these bytes. */ readonly isCut?: boolean }) {
  if (size === 0) return { problem: 'is empty' }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const word = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
  const kind = word(0)
  if (kind === 'RIFX' || kind === 'RF64' || kind === 'BW64') {
    return { problem: `is a WAV file of the kind ${kind}, which is not supported; must be RIFF` }
  }
  if (kind !== 'RIFF' || word(8) !== 'WAVE') return { problem: 'is no WAV file: it does not begin with RIFF and WAVE' }
  let format: Omit<WavFormat, 'samples' | 'at'> | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [name, length, start] = [word(at), view.getUint32(at + 4, true), at + 8]
    if (name === 'fmt ') {
      const isCut = start + length > bytes.length
      if (length < 16 || isCut) return { problem: 'has a header that is cut short', isCut }
      const found = formatIn(new DataView(bytes.buffer, bytes.byteOffset + start, length))
      if ('problem' in found) return found
      format = found
    } else if (name === 'data') {
      if (!format) return { problem: 'has samples before their format' }
      const frame = format.channels * (format.bits / 8)
      if (start + length > size) {
        return { problem: `is cut short: it has ${size - start} bytes of sound, must have ${length}` }
      }
      if (length % frame !== 0) {
        return { problem: `has ${length} bytes of sound, which is no multiple of ${frame}, the bytes of a sample` }
      }
      if (length === 0) return { problem: 'has no samples' }
      return { ...format, samples: length / frame, at: start }
    }
    // chunks have even lengths
    at = start + length + (length % 2)
  }
  return {
    problem: format ? 'has no samples: it is cut short, or has no chunk "data"' : 'has no chunk "fmt "',
    isCut: true,
  }
}

function formatIn(view: DataView): Omit<WavFormat, 'samples' | 'at'> | Problem {
  let tag = view.getUint16(0, true)
  const channels = view.getUint16(2, true)
  const sampling_rate = view.getUint32(4, true)
  const [block, bits] = [view.getUint16(12, true), view.getUint16(14, true)]
  if (tag === EXTENSIBLE) {
    if (view.byteLength < 40) return { problem: 'has a header that is cut short' }
    const rest = Array.from({ length: 14 }, (_, at) =>
      view
        .getUint8(26 + at)
        .toString(16)
        .padStart(2, '0'),
    ).join('')
    if (rest !== SUBFORMAT) return { problem: 'has samples of an unknown format' }
    tag = view.getUint16(24, true)
  }
  if (tag !== WHOLE && tag !== FLOAT) {
    const name = COMPRESSED[tag]
    const what = name === undefined ? `of the unknown format ${tag}` : `compressed as ${name}`
    return { problem: `has samples ${what}; must be whole or floating-point numbers (PCM)` }
  }
  const isFloat = tag === FLOAT
  const known = isFloat ? [32, 64] : [8, 16, 24, 32]
  if (!known.includes(bits)) {
    return { problem: `has ${isFloat ? 'floating-point ' : ''}samples of ${bits} bits, must have ${known.join(', ')}` }
  }
  if (channels < 1 || channels > MOST_CHANNELS) {
    return { problem: `has ${channels} channels, must have 1 to ${MOST_CHANNELS}` }
  }
  if (sampling_rate < 1 || sampling_rate > MOST_RATE) {
    return { problem: `has ${sampling_rate} samples a second, must have 1 to ${MOST_RATE}` }
  }
  if (block !== channels * (bits / 8)) {
    return { problem: `says that samples of ${channels} channels of ${bits} bits have ${block} bytes` }
  }
  return { sampling_rate, channels, bits, isFloat }
}

/** The samples, (samples, channels), from -1 to 1; whole numbers as `tf.audio.decode_wav` scales those of 16 bits. */
export function wavSamples(bytes: Uint8Array, format: WavFormat): Float32Array | Problem {
  const { channels, samples, bits, isFloat, at } = format
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, samples * channels * (bits / 8))
  const values = new Float32Array(samples * channels)
  const read = READERS[`${isFloat ? 'float' : 'int'}${bits}`]!
  for (let index = 0; index < values.length; index++) values[index] = read(view, index)
  if (isFloat) {
    const odd = values.findIndex((value) => !Number.isFinite(value))
    if (odd >= 0) return { problem: `has ${values[odd]} as sample ${Math.floor(odd / channels) + 1}` }
  }
  return values
}

/** Bytes are from 0 to 255, larger whole numbers have a sign. */
const READERS: Readonly<Record<string, (view: DataView, index: number) => number>> = {
  int8: (view, index) => (view.getUint8(index) - 128) / 128,
  int16: (view, index) => view.getInt16(2 * index, true) / 2 ** 15,
  int24: (view, index) => (view.getUint16(3 * index, true) + view.getInt8(3 * index + 2) * 2 ** 16) / 2 ** 23,
  int32: (view, index) => view.getInt32(4 * index, true) / 2 ** 31,
  float32: (view, index) => view.getFloat32(4 * index, true),
  float64: (view, index) => view.getFloat64(8 * index, true),
}
