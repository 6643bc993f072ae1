/** Decodes a sound for a model: its channels, its rate, its length. */
import { resampledLength, resampler } from './resample.js'
import { type Problem, type WavFormat, wavFormat, wavSamples } from './wav.js'

/** The form that all sounds get. */
export interface SoundForm {
  /** Samples per second. */
  readonly sampling_rate: number
  readonly output_sequence_length: number
  /** Null: the mean of all channels. */
  readonly channels: number | null
  /** True if a file of another rate is resampled; else it is refused. */
  readonly resamples: boolean
}

/** Ending of the names of files that can be read. */
export const SOUND_ENDING = '.wav'

export const isSoundName = (name: string): boolean => name.toLowerCase().endsWith(SOUND_ENDING)

/** Samples after the change of the rate, before sounds are brought to one length. */
export const lengthAt = (rate: number, { samples, sampling_rate }: WavFormat): number =>
  resampledLength(samples, sampling_rate, rate)

/**
 * Returns a function that writes the samples of a file, (samples) or (samples, channels), zeros after them, and returns a
 * problem, or null.
 */
export function soundDecoder(form: SoundForm): (bytes: Uint8Array, into: Float32Array) => Problem | null {
  // files mostly have one rate, and its filter may take longer to make than a sound takes to be resampled
  let last: { readonly rate: number; readonly resample: ReturnType<typeof resampler> } | undefined
  return (bytes, into) => {
    const found = channelsIn(bytes, form)
    if ('problem' in found) return found
    const { rate, values, width } = found
    if (last?.rate !== rate) last = { rate, resample: resampler(rate, form.sampling_rate) }
    into.fill(0)
    into.set(last.resample(values, width).subarray(0, into.length))
    return null
  }
}

/** The samples of a file at its own rate, with the channels of the form. */
function channelsIn(
  bytes: Uint8Array,
  form: SoundForm,
): { readonly rate: number; readonly values: Float32Array; readonly width: number } | Problem {
  const format = wavFormat(bytes)
  if ('problem' in format) return format
  const { channels, sampling_rate } = format
  if (sampling_rate !== form.sampling_rate && !form.resamples) {
    return {
      problem: `has ${sampling_rate} samples a second, the first file ${form.sampling_rate}; "sampling_rate" in its feature resamples them`,
    }
  }
  if (form.channels !== null && channels !== form.channels) {
    return { problem: `has ${channels} channels, the first file ${form.channels}; "mono": true takes their mean` }
  }
  const values = wavSamples(bytes, format)
  if ('problem' in values) return values
  const mixed = form.channels === null ? meanOf(values, channels) : values
  return { rate: sampling_rate, values: mixed, width: form.channels ?? 1 }
}

function meanOf(values: Float32Array, channels: number): Float32Array {
  if (channels === 1) return values
  return Float32Array.from({ length: values.length / channels }, (_, sample) => {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += values[sample * channels + channel]!
    return sum / channels
  })
}
