/** Decodes a picture to the pixels that a model gets. */
import type { Numbers } from '../../base/field.js'
import { type Attempts, decodePicture } from './decode.js'
import type { Problem } from './file-pixels.js'
import { type Fitting, fitted } from './fit.js'

/** Facts about a picture that was written. */
export interface Written {
  /** Height and width of its file in pixels. */
  readonly size: readonly [height: number, width: number]
  /** True if it was turned as its EXIF orientation says. */
  readonly turned: boolean
}

/** Writes the pixels of a picture after it got its size. */
export async function writePicture(
  bytes: Uint8Array,
  channels: 1 | 3 | 4,
  fitting: Fitting,
  into: Numbers,
  attempts: Attempts,
): Promise<Written | Problem> {
  const picture = await decodePicture(bytes, channels, attempts)
  if ('problem' in picture) return picture
  const { shape, samples, turned } = picture
  const isDeep = samples instanceof Uint16Array
  const pixels = fitted(samples, shape, fitting, isDeep || into instanceof Int32Array ? undefined : into)
  // 16 bits are brought to the range of 8
  const values = isDeep ? Float32Array.from(pixels, (value) => value / 257) : pixels
  if (values !== into) {
    if (into instanceof Uint8Array) bytesOf(into).set(values)
    else into.set(values)
  }
  return { size: [shape[0], shape[1]], turned }
}

/** Rounds what is written, and cuts off what some kernels make beyond the range. */
const bytesOf = ({ buffer, byteOffset, length }: Uint8Array): Uint8ClampedArray =>
  new Uint8ClampedArray(buffer, byteOffset, length)
