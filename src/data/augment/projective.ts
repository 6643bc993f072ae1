/**
 * Moves pixels by a projective transform, as TensorFlow's ImageProjectiveTransformV3, on which Keras' `affine_transform`
 * and `perspective_transform` are built (keras/src/backend/tensorflow/image.py; tensorflow/core/kernels/image/image_ops.h).
 * Places are computed in float32, step by step, because a rounded place decides which pixel is nearest, and what is outside.
 */
import type { Picture } from './augmentation.js'
import { type Edge, type Sampling, sampled } from './sampler.js'

/**
 * The eight numbers a0, a1, a2, b0, b1, b2, c0, c1: the pixel at (x, y) of the result is that of the picture at
 * ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1.
 */
export type Transform = readonly [number, number, number, number, number, number, number, number]

export function projected(picture: Picture, transform: Transform, sampling: Sampling): Picture {
  const [a0, a1, a2, b0, b1, b2, c0, c1] = transform
  const [height, width] = picture.shape
  return sampled(picture, sampling, EDGES[sampling.fill_mode], (kernels, { x, y }) => {
    kernels.fill_places(x, height, width, a0, a1, a2)
    kernels.fill_places(y, height, width, b0, b1, b2)
    if (c0 !== 0 || c1 !== 0) kernels.divide_places(x, y, height, width, c0, c1)
  })
}

const EDGES: Readonly<Record<Sampling['fill_mode'], Edge>> = {
  constant: { fold: 'fold_constant' },
  reflect: { fold: 'fold_reflect' },
  wrap: { fold: 'fold_wrap' },
  nearest: { fold: 'fold_nearest' },
}
