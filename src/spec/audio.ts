/**
 * Sounds: the arguments of Keras' audio_dataset_from_directory (keras/src/utils/audio_dataset_utils.py), and the steps
 * that make spectrograms (keras/src/layers/preprocessing/{stft_spectrogram,mel_spectrogram}.py).
 */
import { z } from 'zod'
import { type DeepReadonly, member, nameIn, type RuleIssue } from './family.js'
import { MOST_COLUMNS, whole } from './whole.js'

/** Limit on samples in a sound. */
const MOST_SAMPLES = 2 ** 26
/** Limit on samples per second. */
export const MOST_RATE = 1_000_000

export const audioFields = {
  sampling_rate: whole(1, MOST_RATE)
    .nullable()
    .default(null)
    .describe('Samples per second; files of another rate are resampled. null: the rate that all files must have.'),
  output_sequence_length: whole(1, MOST_SAMPLES)
    .nullable()
    .default(null)
    .describe(
      'Number of samples that sounds are brought to, at sampling_rate: longer ones are cut, zeros follow shorter ones. null: that of the longest of the source.',
    ),
  mono: z
    .boolean()
    .default(true)
    .describe('Whether several channels become one, their mean: (samples). Else (samples, channels), as in Keras.'),
}

/** Limit on the samples that are transformed together. */
const MOST_TRANSFORMED = 2 ** 20
const transformed = (least: number) => whole(least, MOST_TRANSFORMED)

const window = z
  .union([
    z.null(),
    nameIn({ hann: 'A raised cosine.', hamming: 'A raised cosine that does not end in 0.' }),
    z.array(z.number()).min(1).max(MOST_TRANSFORMED),
  ])
  .default('hann')
  .describe('Weights of the samples of a frame: a name, or a number for each sample. null: all weigh 1.')

const MODES = {
  log: 'The logarithm of the magnitude.',
  magnitude: 'The magnitude.',
  psd: 'The power spectral density.',
  real: 'The real part.',
  imag: 'The imaginary part.',
  angle: 'The phase.',
  stft: 'The real parts, then the imaginary parts.',
} as const

export const SPECTROGRAMS = [
  member('STFTSpectrogram', 'Turns a sound into the frequencies of its frames: (time, channels * frequencies).', {
    mode: nameIn(MODES).default('log').describe('Number that stands for a frequency.'),
    frame_length: transformed(2).default(256).describe('Samples in a frame.'),
    frame_step: transformed(1)
      .nullable()
      .default(null)
      .describe('Samples from a frame to the next, at most frame_length. null: half of frame_length.'),
    fft_length: transformed(2)
      .nullable()
      .default(null)
      .describe('Length of the Fourier transform, at least frame_length. null: the next power of two.'),
    window,
    periodic: z.boolean().default(false).describe('Whether the window continues from its end to its beginning.'),
    scaling: nameIn({
      density: 'The root of the sum of squares of the window.',
      spectrum: 'The sum of the window.',
    })
      .nullable()
      .default('density')
      .describe('Number by which the window is divided. null: none.'),
    padding: nameIn({
      valid: 'Frames lie within the sound.',
      same: 'Zeros surround the sound, so that there is a frame for every step.',
    })
      .default('valid')
      .describe('How frames at the ends are made.'),
    expand_dims: z
      .boolean()
      .default(false)
      .describe('Whether channels are an axis of their own: (time, frequencies, channels).'),
  }),
  member('MelSpectrogram', 'Turns a sound of one channel into the energies of bands of pitch: (num_mel_bins, time).', {
    fft_length: transformed(2).default(2048).describe('Length of the Fourier transform.'),
    sequence_stride: transformed(1).default(512).describe('Samples from a frame to the next.'),
    sequence_length: transformed(2)
      .nullable()
      .default(null)
      .describe('Samples in a frame, at most fft_length. null: fft_length.'),
    window,
    sampling_rate: whole(1, MOST_RATE).default(16000).describe('Samples per second of the sound.'),
    num_mel_bins: whole(1, MOST_COLUMNS).default(128).describe('Number of bands.'),
    min_freq: z.number().min(0).default(20).describe('Lowest frequency of the bands, in Hz.'),
    max_freq: z
      .number()
      .gt(0)
      .nullable()
      .default(null)
      .describe('Highest frequency of the bands, in Hz. null: half of sampling_rate.'),
    power_to_db: z.boolean().default(true).describe('Whether energies are in decibels.'),
    top_db: z
      .number()
      .min(0)
      .default(80)
      .describe('Decibels below the largest value of a sound at which smaller ones are cut.'),
    mag_exp: z.number().default(2).describe('Exponent of the magnitude: 1 for magnitudes, 2 for energies.'),
    min_power: z.number().gt(0).default(1e-10).describe('Smallest energy.'),
    ref_power: z.number().default(1).describe('Energy of 0 decibels.'),
  }),
] as const

type Of<Type extends string> = Extract<DeepReadonly<z.output<(typeof SPECTROGRAMS)[number]>>, { readonly type: Type }>

/** Lists what is wrong in a step by itself, as its constructor does in Keras. */
export function* spectrogramRules(step: Of<'STFTSpectrogram'> | Of<'MelSpectrogram'>): Iterable<RuleIssue> {
  const [frame, key] =
    step.type === 'STFTSpectrogram'
      ? [step.frame_length, 'frame_length']
      : [step.sequence_length ?? step.fft_length, 'sequence_length']
  if (step.fft_length !== null && step.fft_length < frame) {
    const message = `found ${step.fft_length}, must be at least ${frame}, the value of ${key}`
    yield { code: 'range', path: ['fft_length'], message }
  }
  if (Array.isArray(step.window) && step.window.length !== frame) {
    const message = `found ${step.window.length} numbers, must be ${frame}, as many as samples in a frame`
    yield { code: 'shape', path: ['window'], message }
  }
  if (step.type === 'STFTSpectrogram' && step.frame_step !== null && step.frame_step > frame) {
    const message = `found ${step.frame_step}, must be at most ${frame}, the value of frame_length`
    yield { code: 'range', path: ['frame_step'], message }
  }
  if (step.type === 'MelSpectrogram') {
    const highest = step.max_freq ?? Math.floor(step.sampling_rate / 2)
    if (step.min_freq >= highest) {
      const message = `found ${step.min_freq}, must be below ${highest}, the highest frequency`
      yield { code: 'range', path: ['min_freq'], message }
    }
  }
}
