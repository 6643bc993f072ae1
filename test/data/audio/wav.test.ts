/** WAV files of every kind, whole and damaged. */
import { describe, expect, test } from 'vitest'
import { soundDecoder } from '../../../src/data/audio/decode.js'
import { wavFormat, wavHeader, wavSamples } from '../../../src/data/audio/wav.js'
import { forDamaged } from '../../support/damaged.js'
import { kerasFixture } from '../../support/keras.js'
import { type WavOptions, wavFile } from '../../support/wav.js'

const read = (bytes: Uint8Array) => {
  const format = wavFormat(bytes)
  if ('problem' in format) return format
  const samples = wavSamples(bytes, format)
  return 'problem' in samples ? samples : { ...format, values: [...samples] }
}

const SAMPLES = [0, 0.5, -0.5, 0.25, -1, 0.75]

describe.each([1, 2, 3])('%i channels', (channels) => {
  test.each<[WavOptions]>([
    [{ bits: 8 }],
    [{ bits: 16 }],
    [{ bits: 24 }],
    [{ bits: 32 }],
    [{ bits: 32, isFloat: true }],
    [{ bits: 64, isFloat: true }],
    [{ bits: 24, isExtensible: true }],
    [{ bits: 32, isFloat: true, isExtensible: true }],
    [{ hasNotes: true }],
  ])('%j', (options) => {
    const { bits = 16, isFloat = false } = options
    expect(read(wavFile(SAMPLES, { ...options, channels, sampling_rate: 44100 }))).toMatchObject({
      ...{ sampling_rate: 44100, channels, bits, isFloat, samples: 6 / channels, values: SAMPLES },
    })
  })
})

test.each(kerasFixture('audio').decoded)(
  'equal to audio_dataset_from_directory, $length samples',
  ({ length, sounds, x }) => {
    const longest = length ?? 8
    const form = { sampling_rate: 16000, output_sequence_length: longest, channels: 2, resamples: false }
    const made = sounds.flatMap((whole) => {
      const into = new Float32Array(2 * longest).fill(9)
      const bytes = wavFile(
        whole.map((one) => one / 2 ** 15),
        { channels: 2 },
      )
      expect(soundDecoder(form)(bytes, into)).toBeNull()
      return [...into]
    })
    expect(made).toEqual(x.map(Math.fround))
  },
)

test('channels are mixed before the rate changes, and the length is that at the new rate', () => {
  const bytes = wavFile([0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0], { channels: 2, sampling_rate: 8000 })
  const into = new Float32Array(10)
  const form = { sampling_rate: 16000, output_sequence_length: 10, channels: null, resamples: true }
  expect(soundDecoder(form)(bytes, into)).toBeNull()
  expect(into[2]).toBeCloseTo(0.25, 3)
  expect([...into.subarray(8)]).toEqual([0, 0])
})

test('files of several rates, one after another', () => {
  const form = { sampling_rate: 16000, output_sequence_length: 12, channels: null, resamples: true }
  const files = [8000, 8000, 16000, 8000].map((sampling_rate) => wavFile(SAMPLES, { sampling_rate }))
  const decode = soundDecoder(form)
  const made = files.map((bytes) => {
    const [into, alone] = [new Float32Array(12), new Float32Array(12)]
    expect(decode(bytes, into)).toBeNull()
    soundDecoder(form)(bytes, alone)
    expect(into).toEqual(alone)
    return into
  })
  expect([...made[2]!]).toEqual([...SAMPLES, 0, 0, 0, 0, 0, 0])
})

test('the beginning of a file says if its header may follow', () => {
  const isCut = (bytes: Uint8Array) => {
    const found = wavHeader(bytes, 1e10)
    return 'problem' in found && found.isCut === true
  }
  const whole = wavFile(SAMPLES, { hasNotes: true })
  for (const end of [20, 36, 50]) expect(isCut(whole.subarray(0, end))).toBe(true)
  expect(isCut(Buffer.alloc(4096))).toBe(false)
  expect(isCut(wavFile(SAMPLES, { tag: 17 }))).toBe(false)
})

describe('what is refused', () => {
  const whole = wavFile(SAMPLES)
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(whole)
    change(bytes)
    return bytes
  }
  test.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(), 'is empty'],
    ['another file', Buffer.from('<html><body>not found</body></html>'), 'is no WAV file: it does not begin with RIFF'],
    ['big-endian numbers', changed((bytes) => bytes.write('RIFX')), 'is a WAV file of the kind RIFX, which is not'],
    ['samples that are cut', whole.subarray(0, -3), 'is cut short: it has 9 bytes of sound, must have 12'],
    ['a header that is cut', whole.subarray(0, 30), 'has a header that is cut short'],
    ['only a header', whole.subarray(0, 36), 'has no samples: it is cut short, or has no chunk "data"'],
    ['no format', changed((bytes) => bytes.write('abcd', 12)), 'has samples before their format'],
    ['no samples', wavFile([]), 'has no samples'],
    ['ADPCM', wavFile(SAMPLES, { tag: 17 }), 'has samples compressed as IMA ADPCM; must be whole or floating-point'],
    ['mu-law', wavFile(SAMPLES, { tag: 7, bits: 8, isExtensible: true }), 'has samples compressed as mu-law; must be'],
    ['MP3', wavFile(SAMPLES, { tag: 85 }), 'has samples compressed as MP3; must be'],
    ['an unknown format', wavFile(SAMPLES, { tag: 999 }), 'has samples of the unknown format 999; must be'],
    ['12 bits', changed((bytes) => bytes.writeUInt16LE(12, 34)), 'has samples of 12 bits, must have 8, 16, 24, 32'],
    ['no channels', changed((bytes) => bytes.writeUInt16LE(0, 22)), 'has 0 channels, must have 1 to 64'],
    ['no rate', changed((bytes) => bytes.writeUInt32LE(0, 24)), 'has 0 samples a second, must have 1 to 1000000'],
    [
      'a wrong size of samples',
      changed((bytes) => bytes.writeUInt16LE(4, 32)),
      'says that samples of 1 channels of 16',
    ],
    [
      'half a sample',
      changed((bytes) => bytes.writeUInt32LE(11, 40)),
      'has 11 bytes of sound, which is no multiple of 2',
    ],
    ['NaN', wavFile([0, Number.NaN], { bits: 32, isFloat: true }), 'has NaN as sample 2'],
    ['infinity', wavFile([0, 1e300], { bits: 64, isFloat: true }), 'has Infinity as sample 2'],
  ])('%s', (_, bytes, problem) => {
    expect(read(bytes)).toEqual({ problem: expect.stringContaining(problem) })
  })
})

test('damaged files are read, or refused in words', async () => {
  let refused = 0
  await forDamaged(wavFile(SAMPLES, { channels: 2, hasNotes: true }), async (bytes) => {
    const found = read(bytes)
    if ('problem' in found) refused++
    else expect(found.values.length).toBe(found.samples * found.channels)
  })
  expect(refused).toBeGreaterThan(20)
})
