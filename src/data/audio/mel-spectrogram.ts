/** The step `MelSpectrogram` (keras/src/layers/preprocessing/mel_spectrogram.py). */
import type { Field, Numbers } from '../../base/field.js'
import type { StepOf } from '../../spec/steps.js'
import { numbersOf, realField } from '../steps/numbers.js'
import { StepProblem } from '../steps/problem.js'
import type { Step } from '../steps/step.js'
import { fourier } from './fourier.js'
import { windowOf } from './window.js'

type Spec = StepOf<'MelSpectrogram'>

/** The largest value, from which `top_db` counts, is that of each sound; in Keras it is that of the batch. */
export function melSpectrogram(spec: Spec): Step<null> {
  const { fft_length: length, sequence_stride: stride, num_mel_bins: bands, mag_exp } = spec
  const frame = spec.sequence_length ?? length
  const half = Math.floor(length / 2)
  const weights = windowOf(spec.window, frame, true)
  let prepared: { readonly transform: ReturnType<typeof fourier>; readonly filters: readonly Filter[] } | undefined

  const samplesOf = ({ shape }: Field): number => {
    const [samples] = shape
    if (samples === undefined || shape.length > 1) {
      throw new StepProblem('"MelSpectrogram" needs sounds of one channel: "mono": true')
    }
    if (samples <= half) {
      throw new StepProblem(`found ${samples} samples, must be more than ${half}, half of "fft_length"`)
    }
    return samples
  }
  const timesOf = (samples: number) => Math.floor((samples + 2 * half - length) / stride) + 1
  return {
    column: (given) => realField([bands, timesOf(samplesOf(given as Field))]),
    apply(values, column) {
      const given = column as Field
      const samples = samplesOf(given)
      const [times, signals] = [timesOf(samples), numbersOf(values as Numbers, given)]
      prepared ??= { transform: fourier(length), filters: filtersOf(spec) }
      const { transform, filters } = prepared
      const made = new Float32Array((signals.length / samples) * bands * times)
      const [folded, powers] = [new Float64Array(length), new Float64Array(half + 1)]
      const before = Math.floor((length - frame) / 2)
      for (let from = 0, to = 0; from < signals.length; from += samples, to += bands * times) {
        for (let time = 0; time < times; time++) {
          folded.fill(0)
          for (let at = 0; at < frame; at++) {
            const sample = reflected(time * stride + before + at - half, samples)
            folded[before + at] = weights[at]! * signals[from + sample]!
          }
          const { real, imaginary } = transform(folded)
          for (let bin = 0; bin <= half; bin++) {
            powers[bin] = (real[bin]! ** 2 + imaginary[bin]! ** 2) ** (mag_exp / 2)
          }
          for (const [band, { first, shares }] of filters.entries()) {
            let sum = 0
            for (let index = 0; index < shares.length; index++) sum += shares[index]! * powers[first + index]!
            made[to + band * times + time] = sum
          }
        }
        if (spec.power_to_db) toDecibels(made.subarray(to, to + bands * times), spec)
      }
      return made
    },
  }
}

/** The place in a signal that is reflected at its first and last sample. */
const reflected = (at: number, samples: number): number => (at < 0 ? -at : at >= samples ? 2 * (samples - 1) - at : at)

function toDecibels(values: Float32Array, { min_power, ref_power, top_db }: Spec): void {
  const reference = 10 * Math.log10(Math.max(Math.abs(ref_power), min_power))
  let largest = Number.NEGATIVE_INFINITY
  for (let at = 0; at < values.length; at++) {
    values[at] = 10 * Math.log10(Math.max(values[at]!, min_power)) - reference
    largest = Math.max(largest, values[at]!)
  }
  for (let at = 0; at < values.length; at++) values[at] = Math.max(values[at]!, largest - top_db)
}

/** Shares of consecutive frequencies in a band. */
interface Filter {
  readonly first: number
  readonly shares: Float64Array
}

/** Triangles in the scale of pitch by the Hidden Markov Model Toolkit, with a peak of 1. */
function filtersOf({ num_mel_bins, fft_length, sampling_rate, min_freq, max_freq }: Spec): Filter[] {
  const mel = (hertz: number) => 1127 * Math.log(1 + hertz / 700)
  const bins = Math.floor(fft_length / 2) + 1
  const pitches = Array.from({ length: bins }, (_, bin) => mel((bin * sampling_rate) / 2 / (bins - 1)))
  const [lowest, highest] = [mel(min_freq), mel(max_freq ?? Math.floor(sampling_rate / 2))]
  const edge = (index: number) => lowest + ((highest - lowest) * index) / (num_mel_bins + 1)
  return Array.from({ length: num_mel_bins }, (_, band) => {
    const [lower, center, upper] = [edge(band), edge(band + 1), edge(band + 2)]
    // the first frequency, 0, belongs to no band
    const shares = pitches.map((pitch, bin) =>
      bin === 0 ? 0 : Math.max(0, Math.min((pitch - lower) / (center - lower), (upper - pitch) / (upper - center))),
    )
    const first = shares.findIndex((share) => share > 0)
    const last = shares.findLastIndex((share) => share > 0)
    return first < 0
      ? { first: 0, shares: new Float64Array() }
      : { first, shares: Float64Array.from(shares.slice(first, last + 1)) }
  })
}
