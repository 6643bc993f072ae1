/** Brings pictures to the size that a model gets, as Keras' image_dataset_from_directory does. */
import type { PictureSpec } from '../../spec/pictures.js'
import type { PictureShape } from '../augment/augmentation.js'
import { type Pixels, place, resize, type Size } from './resize.js'

/** How the size of a picture changes. */
export type Fitting = Pick<PictureSpec, 'image_size' | 'interpolation' | 'crop_to_aspect_ratio' | 'pad_to_aspect_ratio'>

/**
 * Returns the picture in its new size: the same array if nothing changes, else in `made` if it is given. Bytes there are
 * rounded.
 */
export function fitted(
  pixels: Pixels,
  shape: PictureShape,
  fitting: Fitting,
  made?: Float32Array | Uint8Array,
): Pixels {
  const { image_size, interpolation, crop_to_aspect_ratio, pad_to_aspect_ratio } = fitting
  const size = image_size as unknown as Size
  if (shape[0] === size[0] && shape[1] === size[1]) return pixels
  if (pad_to_aspect_ratio) return padded(pixels, shape, size, interpolation)
  return resize(pixels, shape, size, { interpolation, crop_to_aspect_ratio }, made)
}

const { fround } = Math

/** Resizes first, and puts zeros around the result, as tf.image.resize_with_pad does, in float32. */
function padded(
  pixels: Pixels,
  shape: PictureShape,
  size: Size,
  interpolation: Fitting['interpolation'],
): Float32Array {
  const [height, width, channels] = shape
  const ratio = Math.max(fround(width / size[1]), fround(height / size[0]))
  const exact = [fround(height / ratio), fround(width / ratio)] as const
  const inner: PictureShape = [Math.max(1, Math.floor(exact[0])), Math.max(1, Math.floor(exact[1])), channels]
  const border = (axis: 0 | 1) => Math.max(0, Math.floor(fround(size[axis] - exact[axis]) / 2))
  const resized = resize(pixels, shape, [inner[0], inner[1]], { interpolation })
  return place(resized, inner, [size[0], size[1], channels], { top: border(0), left: border(1) }, 0)
}
