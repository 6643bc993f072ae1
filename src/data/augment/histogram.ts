/** `Equalization` and `AutoContrast` (keras/src/layers/preprocessing/image_preprocessing), which draw nothing. */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation } from './augmentation.js'
import { BYTES, between, clip, type Range, rangeOf } from './values.js'

const { fround } = Math

/** Keras makes one histogram for all pictures of a batch (equalization.py); here each picture has its own. */
export function equalization({ value_range, bins }: ArgumentsOf<'Equalization'>): Augmentation<null> {
  const range = rangeOf(value_range)
  const [toByte, fromByte] = [scaling(range, BYTES), scaling(BYTES, range)]
  return {
    shape: (given) => given,
    draw: () => null,
    apply({ shape, values }) {
      const channels = shape[2]
      const bytes = values.map(toByte)
      const made = new Float32Array(values.length)
      for (let channel = 0; channel < channels; channel++) {
        const counts = new Uint32Array(bins)
        for (let at = channel; at < bytes.length; at += channels) {
          counts[binOf(fround(fround(bytes[at]! * (bins - 1)) / 255), bins)]!++
        }
        const table = evenly(counts)
        for (let at = channel; at < bytes.length; at += channels) {
          const byte = bytes[at]!
          made[at] = fromByte(table ? table[binOf(fround(fround(byte / 255) * (bins - 1)), bins)]! : byte)
        }
      }
      return { shape, values: made }
    },
  }
}

const binOf = (place: number, bins: number): number => Math.trunc(clip(place, [0, bins - 1]))

/** For each bin the value from 0 to 255 that spreads all values evenly; null if all values are in one bin. */
function evenly(counts: Uint32Array): Float32Array | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const first = counts.find((count) => count > 0)!
  if (first === total) return null
  let below = 0
  return Float32Array.from(counts, (count) => {
    below += count
    return halfToEven(clip(((below - first) * 255) / (total - first), BYTES))
  })
}

/** Rounds as Keras does: a half to the even number. */
function halfToEven(value: number): number {
  const down = Math.floor(value)
  const rest = value - down
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down
}

/** From one range to another one in the operations of `_scale_values`, which round otherwise than `between`. */
function scaling([least, largest]: Range, [low, high]: Range): (value: number) => number {
  const factor = (high - low) / (largest - least)
  const [scale, offset] = [fround(factor), fround(low - least * factor)]
  return (value) => fround(fround(value * scale) + offset)
}

/** auto_contrast.py: a channel with one value stays as it is. Works in validation and test too. */
export function autoContrast({ value_range }: ArgumentsOf<'AutoContrast'>): Augmentation<null> {
  const range = rangeOf(value_range)
  const [toByte, fromByte] = [between(range, BYTES), between(BYTES, range)]
  return {
    shape: (given) => given,
    draw: () => null,
    inference: () => null,
    apply({ shape, values }) {
      const channels = shape[2]
      const made = new Float32Array(values.length)
      for (let channel = 0; channel < channels; channel++) {
        let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
        for (let at = channel; at < values.length; at += channels) {
          low = Math.min(low, values[at]!)
          high = Math.max(high, values[at]!)
        }
        const [from, to] = [toByte(low), toByte(high)]
        const scale = 255 / (to - from)
        for (let at = channel; at < values.length; at += channels) {
          made[at] = to > from ? fromByte(clip((toByte(values[at]!) - from) * scale, BYTES)) : values[at]!
        }
      }
      return { shape, values: made }
    },
  }
}
