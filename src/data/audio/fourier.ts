/** Fourier transforms of real signals. */

/** Real and imaginary parts of the frequencies 0 to half of the length. */
export interface Spectrum {
  readonly real: Float64Array
  readonly imaginary: Float64Array
}

/**
 * Returns a function that transforms signals of this length: sum over t of x[t] exp(-2 pi i t k / length). The
 * result is reused for the next signal.
 */
export function fourier(length: number): (signal: Float64Array) => Spectrum {
  const bins = Math.floor(length / 2) + 1
  const [cosines, sines] = [Math.cos, Math.sin].map((of) =>
    Float64Array.from({ length }, (_, turn) => of((-2 * Math.PI * turn) / length)),
  ) as [Float64Array, Float64Array]
  const isPowerOfTwo = (length & (length - 1)) === 0
  const [real, imaginary] = [new Float64Array(length), new Float64Array(length)]
  const found = { real: real.subarray(0, bins), imaginary: imaginary.subarray(0, bins) }

  function directly(signal: Float64Array): Spectrum {
    for (let bin = 0; bin < bins; bin++) {
      let [a, b] = [0, 0]
      for (let at = 0, turn = 0; at < length; at++) {
        a += signal[at]! * cosines[turn]!
        b += signal[at]! * sines[turn]!
        // a division with rest would take longer
        turn += bin
        if (turn >= length) turn -= length
      }
      real[bin] = a
      imaginary[bin] = b
    }
    return found
  }

  const order = isPowerOfTwo ? bitReversed(length) : new Uint32Array()
  /** Cooley and Tukey, 1965, in place. */
  function fast(signal: Float64Array): Spectrum {
    imaginary.fill(0)
    for (let at = 0; at < length; at++) real[at] = signal[order[at]!]!
    for (let size = 2; size <= length; size *= 2) {
      const [half, step] = [size / 2, length / size]
      for (let start = 0; start < length; start += size) {
        for (let at = start, turn = 0; at < start + half; at++, turn += step) {
          // no lists of values here: taking them apart takes most of the time
          const other = at + half
          const c = cosines[turn]!
          const s = sines[turn]!
          const a = real[other]! * c - imaginary[other]! * s
          const b = real[other]! * s + imaginary[other]! * c
          real[other] = real[at]! - a
          imaginary[other] = imaginary[at]! - b
          real[at]! += a
          imaginary[at]! += b
        }
      }
    }
    return found
  }
  return isPowerOfTwo ? fast : directly
}

/** The numbers below a power of two, in the order of their bits from the last to the first. */
function bitReversed(length: number): Uint32Array {
  const order = new Uint32Array(length)
  for (let at = 1, half = length / 2; at < length; at++) order[at] = order[at >> 1]! / 2 + (at & 1 ? half : 0)
  return order
}
