/**
 * Brightness as ImageDataGenerator changes it, by way of a picture of bytes (keras/src/legacy/preprocessing/image.py,
 * `apply_brightness_shift`; Pillow's `ImageEnhance.Brightness`).
 */
import type { Picture } from './augmentation.js'
import { zeros } from './scratch.js'
import { boundsOf, clip } from './values.js'

/**
 * Multiplies values from 0 to 255 by a factor and cuts off their fractions, before and after. Values beyond this range
 * are scaled to it first, and back in the end. The fourth channel, which is opacity, stays.
 */
export function brightened({ shape, values }: Picture, factor: number): Picture {
  const [least, largest] = boundsOf(values)
  const isBeyond = least < 0 || largest > 255
  const bytes = isBeyond ? scaled(values, least) : values
  const made = zeros(values.length)
  const by = Math.fround(factor)
  for (let at = 0; at < made.length; at++) {
    const byte = Math.trunc(bytes[at]!)
    const isOpacity = shape[2] === 4 && at % 4 === 3
    const bright = isOpacity ? byte : Math.trunc(clip(Math.fround(by * byte), 0, 255))
    made[at] = isBeyond ? Math.fround(Math.fround(bright / 255) * Math.fround(largest - least)) + least : bright
  }
  return { shape, values: made }
}

/** The least value becomes 0, and the largest 255. */
function scaled(values: Float32Array, least: number): Float32Array {
  const made = values.map((value) => value - least)
  const [, largest] = boundsOf(made)
  return made.map((value) => Math.fround(largest === 0 ? value : value / largest) * 255)
}
