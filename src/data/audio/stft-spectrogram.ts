/** The step `STFTSpectrogram` (keras/src/layers/preprocessing/stft_spectrogram.py, initializers.STFT). */
import type { Field, Numbers } from '../../base/field.js'
import type { StepOf } from '../../spec/steps.js'
import { numbersOf, realField } from '../steps/numbers.js'
import { StepProblem } from '../steps/problem.js'
import type { Step } from '../steps/step.js'
import { fourier, type Spectrum } from './fourier.js'
import { windowOf } from './window.js'

type Spec = StepOf<'STFTSpectrogram'>

/** Numbers below it are taken for it (keras.backend.epsilon). */
const EPSILON = 1e-7

export function stftSpectrogram(spec: Spec): Step<null> {
  const { frame_length: frame, mode, expand_dims } = spec
  const step = spec.frame_step ?? Math.floor(frame / 2)
  // the bins of an odd length are those of the even number below it
  const turns = 2 * Math.floor((spec.fft_length ?? 2 ** Math.ceil(Math.log2(frame))) / 2)
  const bins = turns / 2 + 1
  const width = mode === 'stft' ? 2 * bins : bins
  const weights = scaledWindow(spec)
  const write = WRITERS[mode]
  let transform: ReturnType<typeof fourier> | undefined

  const shapeOf = (given: Field) => {
    const [samples = 0, channels = 1] = given.shape
    if (given.shape.length === 0 || given.shape.length > 2) {
      throw new StepProblem(`"STFTSpectrogram" needs sounds of shape (samples) or (samples, channels)`)
    }
    const before = spec.padding === 'same' ? Math.ceil(samples / step) : Math.floor((samples - frame) / step) + 1
    if (before < 1) {
      throw new StepProblem(`found ${samples} samples, but "frame_length" of "STFTSpectrogram" is ${frame}`)
    }
    return { samples, channels, times: before }
  }
  return {
    column(given) {
      const { channels, times } = shapeOf(given as Field)
      return realField(expand_dims ? [times, width, channels] : [times, channels * width])
    },
    apply(values, column) {
      const given = column as Field
      const { samples, channels, times } = shapeOf(given)
      const signals = numbersOf(values as Numbers, given)
      const rows = signals.length / (samples * channels)
      const made = new Float32Array(rows * times * channels * width)
      const left = spec.padding === 'same' ? Math.floor(Math.max(0, (times - 1) * step + frame - samples) / 2) : 0
      const folded = new Float64Array(turns)
      const found = new Float64Array(width)
      transform ??= fourier(turns)
      for (let row = 0; row < rows; row++) {
        for (let channel = 0; channel < channels; channel++) {
          for (let time = 0; time < times; time++) {
            folded.fill(0)
            for (let at = 0; at < frame; at++) {
              const sample = time * step + at - left
              if (sample < 0 || sample >= samples) continue
              folded[at % turns]! += weights[at]! * signals[(row * samples + sample) * channels + channel]!
            }
            write(transform(folded), found)
            const first = (row * times + time) * channels * width
            const [start, apart] = expand_dims ? [first + channel, channels] : [first + channel * width, 1]
            for (let bin = 0; bin < width; bin++) made[start + bin * apart] = found[bin]!
          }
        }
      }
      return made
    },
  }
}

function scaledWindow({ window, frame_length, periodic, scaling }: Spec): Float64Array {
  const weights = windowOf(window, frame_length, periodic)
  if (window === null || scaling === null) return weights
  const sum = weights.reduce((total, one) => total + (scaling === 'density' ? one * one : Math.abs(one)), 0)
  return weights.map((one) => one / (scaling === 'density' ? Math.sqrt(sum) : sum))
}

/** Writes the numbers that stand for a spectrum. */
type Writer = (spectrum: Spectrum, into: Float64Array) => void

const ofEach =
  (of: (a: number, b: number, bin: number, last: number) => number): Writer =>
  ({ real, imaginary }, into) => {
    const last = real.length - 1
    for (let bin = 0; bin <= last; bin++) into[bin] = of(real[bin]!, imaginary[bin]!, bin, last)
  }

const magnitude = (a: number, b: number): number => Math.sqrt(Math.max(a * a + b * b, EPSILON))

const WRITERS: { readonly [Mode in Spec['mode']]: Writer } = {
  log: ofEach((a, b) => Math.log(Math.max(magnitude(a, b), EPSILON))),
  magnitude: ofEach(magnitude),
  psd: ofEach((a, b, bin, last) => (a * a + b * b) * (bin === 0 || bin === last ? 1 : 2)),
  real: ofEach((a) => a),
  imag: ofEach((_, b) => b),
  angle: ofEach((a, b) => Math.atan2(b, a)),
  stft: ({ real, imaginary }, into) => {
    into.set(real)
    into.set(imaginary, real.length)
  },
}
