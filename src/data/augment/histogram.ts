/** `Equalization` and `AutoContrast` (keras/src/layers/preprocessing/image_preprocessing), which draw nothing. */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation } from './augmentation.js'
import { zeros } from './scratch.js'
import { BYTES, clip, type Range, rangeOf, rescaled } from './values.js'

const { fround } = Math

/** Keras makes one histogram for all pictures of a batch (equalization.py); here each picture has its own. */
export function equalization({ value_range, bins }: ArgumentsOf<'Equalization'>): Augmentation<null> {
  const range = rangeOf(value_range)
  return {
    shape: (given) => given,
    draw: () => null,
    apply({ shape, values }) {
      const channels = shape[2]
      const bytes = scaled(values, range, BYTES)
      const made = zeros(values.length)
      for (let channel = 0; channel < channels; channel++) {
        const table = evenly(countsOf(bytes, channel, channels, bins))
        for (let at = channel; at < bytes.length; at += channels) {
          const bin = Math.trunc(clip(fround(fround(bytes[at]! / 255) * (bins - 1)), 0, bins - 1))
          made[at] = table ? table[bin]! : bytes[at]!
        }
      }
      return { shape, values: scaled(made, BYTES, range) }
    },
  }
}

/** The histogram of a channel. */
function countsOf(bytes: Float32Array, channel: number, channels: number, bins: number): Uint32Array {
  const counts = new Uint32Array(bins)
  for (let at = channel; at < bytes.length; at += channels) {
    counts[Math.trunc(clip(fround(fround(bytes[at]! * (bins - 1)) / 255), 0, bins - 1))]!++
  }
  return counts
}

/** For each bin the value from 0 to 255 that spreads all values evenly; null if all values are in one bin. */
function evenly(counts: Uint32Array): Float32Array | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const first = counts.find((count) => count > 0)!
  if (first === total) return null
  let below = 0
  return Float32Array.from(counts, (count) => {
    below += count
    return halfToEven(clip(((below - first) * 255) / (total - first), 0, 255))
  })
}

/** Rounds as Keras does: a half to the even number. */
function halfToEven(value: number): number {
  const down = Math.floor(value)
  const rest = value - down
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down
}

/** Like `rescaled`, in the operations of `_scale_values`, which round otherwise. */
function scaled(values: Float32Array, [least, largest]: Range, [low, high]: Range): Float32Array {
  if (least === low && largest === high) return values
  const factor = (high - low) / (largest - least)
  const [scale, offset] = [fround(factor), fround(low - least * factor)]
  const made = zeros(values.length)
  for (let at = 0; at < made.length; at++) made[at] = fround(values[at]! * scale) + offset
  return made
}

/** auto_contrast.py: a channel with one value stays as it is. Works in validation and test too. */
export function autoContrast({ value_range }: ArgumentsOf<'AutoContrast'>): Augmentation<null> {
  const range = rangeOf(value_range)
  return {
    shape: (given) => given,
    draw: () => null,
    inference: () => null,
    apply({ shape, values }) {
      const channels = shape[2]
      const bytes = rescaled(values, range, BYTES)
      const made = zeros(values.length)
      for (let channel = 0; channel < channels; channel++) {
        let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
        for (let at = channel; at < bytes.length; at += channels) {
          low = Math.min(low, bytes[at]!)
          high = Math.max(high, bytes[at]!)
        }
        const scale = 255 / (high - low)
        for (let at = channel; at < bytes.length; at += channels) {
          made[at] = high > low ? clip((bytes[at]! - low) * scale, 0, 255) : Number.NaN
        }
      }
      const stretched = rescaled(made, BYTES, range)
      for (let at = 0; at < made.length; at++) if (Number.isNaN(made[at]!)) stretched[at] = values[at]!
      return { shape, values: stretched }
    },
  }
}
