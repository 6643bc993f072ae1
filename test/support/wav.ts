/** Makes WAV files. */

export interface WavOptions {
  readonly sampling_rate?: number
  readonly channels?: number
  readonly bits?: number
  readonly isFloat?: boolean
  /** True if the format stands in a header of the kind WAVE_FORMAT_EXTENSIBLE. */
  readonly isExtensible?: boolean
  /** Number of the format, such as 17 for IMA ADPCM. */
  readonly tag?: number
  /** True if a chunk of odd length stands before the samples. */
  readonly hasNotes?: boolean
}

/** A file with these samples, from -1 to 1, those of all channels one after another. */
export function wavFile(samples: readonly number[], options: WavOptions = {}): Uint8Array {
  const {
    sampling_rate = 16000,
    channels = 1,
    bits = 16,
    isFloat = false,
    isExtensible = false,
    hasNotes = false,
  } = options
  const tag = options.tag ?? (isFloat ? 3 : 1)
  const format = Buffer.alloc(isExtensible ? 40 : 16)
  format.writeUInt16LE(isExtensible ? 0xfffe : tag, 0)
  format.writeUInt16LE(channels, 2)
  format.writeUInt32LE(sampling_rate, 4)
  format.writeUInt32LE((sampling_rate * channels * bits) / 8, 8)
  format.writeUInt16LE((channels * bits) / 8, 12)
  format.writeUInt16LE(bits, 14)
  if (isExtensible) {
    format.writeUInt16LE(22, 16)
    format.writeUInt16LE(bits, 18)
    format.writeUInt16LE(tag, 24)
    Buffer.from('000000001000800000aa00389b71', 'hex').copy(format, 26)
  }
  const data = Buffer.alloc((samples.length * bits) / 8)
  for (const [index, sample] of samples.entries()) write(data, index, sample, bits, isFloat)
  const notes = hasNotes ? [chunk('LIST', Buffer.from('abc')), Buffer.alloc(1)] : []
  const body = Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', format), ...notes, chunk('data', data)])
  return chunk('RIFF', body)
}

function chunk(name: string, bytes: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(name, 'latin1')
  head.writeUInt32LE(bytes.length, 4)
  return Buffer.concat([head, bytes])
}

function write(data: Buffer, index: number, sample: number, bits: number, isFloat: boolean): void {
  const at = (index * bits) / 8
  if (isFloat) {
    if (bits === 32) data.writeFloatLE(sample, at)
    else data.writeDoubleLE(sample, at)
  } else if (bits === 8) data.writeUInt8(Math.min(255, Math.round(sample * 128) + 128), at)
  else data.writeIntLE(Math.min(2 ** (bits - 1) - 1, Math.round(sample * 2 ** (bits - 1))), at, bits / 8)
}
