/** Spectrograms and resampled sounds, against Keras and scipy. */
import { describe, expect, test } from 'vitest'
import { resampler } from '../../../src/data/audio/resample.js'
import { expectClose } from '../../support/close.js'
import { evenly } from '../../support/hashed.js'
import { kerasFixture } from '../../support/keras.js'
import { type ColumnRows, learnFrom, make, resolved } from '../../support/steps.js'

const { stft, mel, resampled } = kerasFixture('audio')

/** Sounds of some rows, as in test/fixtures/keras/make_audio.py. */
const sounds = (rows: number, shape: number[]): ColumnRows => ({
  column: { shape, dtype: 'float32', divisor: 1, values: 'real' },
  count: rows,
  values: Float32Array.from(
    evenly(
      'sound',
      shape.reduce((a, b) => a * b, rows),
    ),
    (value) => value / 2,
  ),
})

const CLOSELY = { relative: 1e-5, absolute: 1e-5 }

const made = async (step: { type: string }, rows: ColumnRows) => make([step], rows, await learnFrom([step], rows))

test.each(stft)('STFTSpectrogram of $samples samples, $channels channels, $arguments', async (one) => {
  const shape = one.channels === 1 ? [one.samples] : [one.samples, one.channels]
  const found = await made({ type: 'STFTSpectrogram', ...one.arguments }, sounds(2, shape))
  expect(found.field.shape).toEqual(one.shape)
  // an angle of pi is one of -pi
  const turned = (values: Iterable<number>, of: (angle: number) => number) =>
    'mode' in one.arguments && one.arguments.mode === 'angle' ? Array.from(values, of) : [...values]
  for (const of of [Math.cos, Math.sin]) {
    expectClose(turned(found.values, of), turned(one.values, of), 'values', CLOSELY)
  }
})

test('STFTSpectrogram of one channel with an axis of its own', async () => {
  const [{ samples, arguments: given, values }] = stft as [(typeof stft)[number]]
  const found = await made({ type: 'STFTSpectrogram', ...given }, sounds(2, [samples, 1]))
  expectClose(found.values, values, 'values', CLOSELY)
})

test.each(mel)('MelSpectrogram of $samples samples, $arguments', async (one) => {
  const found = await made({ type: 'MelSpectrogram', ...one.arguments }, sounds(2, [one.samples]))
  expect(found.field.shape).toEqual(one.shape)
  // 1e-5 of an energy, in decibels
  expectClose(found.values, one.values, 'values', { ...CLOSELY, absolute: 10 * Math.log10(1 + 1e-5) })
})

test.each(resampled)('$samples samples from $from to $to a second', ({ samples, from, to, values }) => {
  const { values: given } = sounds(1, [samples])
  expectClose(resampler(from, to)(given as Float32Array, 1), values, 'values', CLOSELY)
  // each channel by itself
  const twice = Float32Array.from({ length: 2 * samples }, (_, at) => (given[at >> 1] as number) * (at & 1 ? -1 : 1))
  const made = resampler(from, to)(twice, 2)
  expectClose(
    made,
    values.flatMap((value) => [value, -value]),
    'values',
    CLOSELY,
  )
})

describe('what is refused', () => {
  test.each([
    [{ type: 'STFTSpectrogram', fft_length: 128 }, 'found 128, must be at least 256, the value of frame_length'],
    [{ type: 'STFTSpectrogram', frame_step: 257 }, 'found 257, must be at most 256, the value of frame_length'],
    [{ type: 'STFTSpectrogram', window: [1, 2] }, 'found 2 numbers, must be 256, as many as samples in a frame'],
    [
      { type: 'MelSpectrogram', sequence_length: 4096 },
      'found 2048, must be at least 4096, the value of sequence_length',
    ],
    [{ type: 'MelSpectrogram', min_freq: 9000 }, 'found 9000, must be below 8000, the highest frequency'],
  ])('%j', (step, message) => {
    expect(() => resolved(step)).toThrow(message)
  })

  test('sounds that are too short, or have several channels', async () => {
    await expect(made({ type: 'STFTSpectrogram' }, sounds(1, [255]))).rejects.toThrow(
      'column "x": found 255 samples, but "frame_length" of "STFTSpectrogram" is 256',
    )
    await expect(made({ type: 'MelSpectrogram' }, sounds(1, [1024]))).rejects.toThrow(
      'column "x": found 1024 samples, must be more than 1024, half of "fft_length"',
    )
    await expect(made({ type: 'MelSpectrogram' }, sounds(1, [3000, 2]))).rejects.toThrow(
      'column "x": "MelSpectrogram" needs sounds of one channel: "mono": true',
    )
  })
})
