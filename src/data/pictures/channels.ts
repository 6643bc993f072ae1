/** Turns the channels of decoded pixels into those that a model gets, as TensorFlow does (tf.io.decode_image). */

export type Samples = Uint8Array | Uint16Array

/** Pixels as they are in a file: grey, grey with opacity, colours, colours with opacity. */
export type GivenChannels = 1 | 2 | 3 | 4

/** `whole`: greys are rounded, as in JPEG; else cut off, as in PNG. */
export function withChannels(samples: Samples, given: GivenChannels, wanted: 1 | 3 | 4, whole: boolean): Samples {
  if (given === wanted) return samples
  const count = samples.length / given
  const made = samples instanceof Uint16Array ? new Uint16Array(count * wanted) : new Uint8Array(count * wanted)
  const opaque = samples instanceof Uint16Array ? 65_535 : 255
  const isGrey = given < 3
  for (let pixel = 0, from = 0, to = 0; pixel < count; pixel++, from += given, to += wanted) {
    if (wanted === 1) made[to] = isGrey ? samples[from]! : greyOf(samples, from, whole)
    else {
      made[to] = samples[from]!
      made[to + 1] = samples[isGrey ? from : from + 1]!
      made[to + 2] = samples[isGrey ? from : from + 2]!
      if (wanted === 4) made[to + 3] = given % 2 === 0 ? samples[from + given - 1]! : opaque
    }
  }
  return made
}

/** 0.299 red + 0.587 green + 0.114 blue, in units of 1 / 32768 as in libpng. */
function greyOf(samples: Samples, at: number, whole: boolean): number {
  const sum = 9797 * samples[at]! + 19_234 * samples[at + 1]! + 3737 * samples[at + 2]!
  return (sum + (whole ? 16_384 : 0)) >>> 15
}

/** Cyan, magenta, yellow and black become red, green and blue, as in TensorFlow's reader of JPEG. */
export function fromInks(samples: Uint8Array): Uint8Array {
  const made = new Uint8Array((samples.length / 4) * 3)
  for (let from = 0, to = 0; from < samples.length; from += 4) {
    const light = 255 - samples[from + 3]!
    for (let ink = 0; ink < 3; ink++) made[to++] = Math.floor(((255 - samples[from + ink]!) * light) / 255)
  }
  return made
}
