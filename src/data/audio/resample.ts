/** Changes the sampling rate of sounds. */

/** Periods of the filter on each side (scipy.signal.resample_poly). */
const HALF_PERIODS = 10
const BETA = 5

/**
 * Returns a function that resamples (samples, channels) by the factor `to / from`, as scipy.signal.resample_poly does:
 * zeros between samples, a low-pass filter with a Kaiser window, and every so many samples of the result.
 */
export function resampler(from: number, to: number): (values: Float32Array, channels: number) => Float32Array {
  const divisor = greatestDivisor(from, to)
  const [up, down] = [to / divisor, from / divisor]
  if (up === 1 && down === 1) return (values) => values
  const half = HALF_PERIODS * Math.max(up, down)
  const filter = lowPass(half, 1 / Math.max(up, down)).map((value) => value * up)
  return (values, channels) => {
    const samples = values.length / channels
    const made = new Float32Array(resampledLength(samples, from, to) * channels)
    for (let at = 0, place = 0; at < made.length; at += channels, place += down) {
      // input sample s lies at place s * up, and its part of the filter at half + place - s * up
      const first = Math.max(0, Math.ceil((place - half) / up))
      const last = Math.min(samples - 1, Math.floor((place + half) / up))
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let sample = first; sample <= last; sample++) {
          sum += values[sample * channels + channel]! * filter[half + place - sample * up]!
        }
        made[at + channel] = sum
      }
    }
    return made
  }
}

/** Number of samples after a change of the rate. */
export const resampledLength = (samples: number, from: number, to: number): number => Math.ceil((samples * to) / from)

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}

/** A filter that lets frequencies below a share of the highest pass, with sum 1 (scipy.signal.firwin). */
function lowPass(half: number, cutoff: number): Float64Array {
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, index) => {
    const at = index - half
    const sinc = at === 0 ? cutoff : Math.sin(Math.PI * cutoff * at) / (Math.PI * at)
    return (sinc * bessel(BETA * Math.sqrt(1 - (at / half) ** 2))) / bessel(BETA)
  })
  const sum = taps.reduce((total, value) => total + value, 0)
  return taps.map((value) => value / sum)
}

/** The modified Bessel function of the first kind, of order 0, by its series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1]
  for (let index = 1; term > sum * 1e-17; index++) {
    term *= (x / 2 / index) ** 2
    sum += term
  }
  return sum
}
