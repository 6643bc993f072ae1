/**
 * Windows over volumes, (batch, depth, height, width, channels), by way of windows over planes, because these have fast
 * kernels on every engine: a step along the depth is a sample, and the planes of a window along the depth are channels.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import { innerOf } from './space.js'

/** Windows over the depth. */
export interface DepthWindow {
  readonly size: number
  readonly stride: number
  /** Distance between neighbouring elements of a window. */
  readonly dilation: number
  /** Elements before the input at which the first window begins; elements outside the input are 0. */
  readonly before: number
  readonly count: number
}

/**
 * Gathers the planes of each window: (batch * count, height, width, size * channels). Channel c of plane k is channel k *
 * channels + c.
 */
export function planesOfWindows(x: tf.Tensor, window: DepthWindow): tf.Tensor4D {
  const [batch, depth, height, width, channels] = x.shape as [number, number, number, number, number]
  const { size, stride, dilation, before, count } = window
  const row = height * width * channels
  const shape: [number, number, number, number] = [batch * count, height, width, channels]
  if (size === 1 && stride === 1 && before === 0 && count === depth) return tf.reshape(x, shape)
  const last = (count - 1) * stride + (size - 1) * dilation
  const groups = Math.floor(last / stride) + 1
  const rows = fitted(tf.reshape(x, [batch, depth, row]), before, groups * stride)
  // element i of the depth is element i % stride of group i / stride
  const grouped = tf.reshape(rows, [batch, groups, stride, row])
  const planes = Array.from({ length: size }, (_, index) => {
    const at = index * dilation
    const begin = [0, Math.floor(at / stride), at % stride, 0]
    return tf.reshape(tf.slice(grouped, begin, [batch, count, 1, row]), shape)
  })
  return (planes.length === 1 ? planes[0]! : tf.concat(planes, -1)) as tf.Tensor4D
}

/** Makes the second of three axes `length` long: with zeros before it, and zeros after it or without its end. */
function fitted(x: tf.Tensor3D, before: number, length: number): tf.Tensor3D {
  const [batch, given, row] = x.shape
  const kept = Math.min(given, length - before)
  const cut = kept === given ? x : tf.slice(x, [0, 0, 0], [batch, kept, row])
  const after = length - before - kept
  if (before === 0 && after === 0) return cut
  return tf.pad(cut, [
    [0, 0],
    [before, after],
    [0, 0],
  ])
}

/** Puts `stride - 1` planes of zeros after each plane. */
export function spread(x: tf.Tensor, stride: number): tf.Tensor {
  if (stride === 1) return x
  const [batch, depth, ...plane] = x.shape as [number, number, ...number[]]
  const apart = tf.pad(tf.reshape(x, [batch, depth, 1, -1]), [
    [0, 0],
    [0, 0],
    [0, stride - 1],
    [0, 0],
  ])
  return tf.reshape(apart, [batch, depth * stride, ...plane])
}

/**
 * The kernel (height, width, channels in of all planes, channels out) for `planesOfWindows`, of a kernel (depth, height,
 * width, channels in, channels out).
 */
export function kernelOfPlanes(kernel: tf.Tensor): tf.Tensor4D {
  const [depth, height, width, channels, filters] = kernel.shape as [number, number, number, number, number]
  const shape: [number, number, number, number] = [height, width, depth * channels, filters]
  return tf.reshape(depth === 1 ? kernel : tf.transpose(kernel, [1, 2, 0, 3, 4]), shape)
}

/**
 * The kernel (height, width, channels out, channels in of all planes) for the planes of a transposed convolution, of a
 * kernel (depth, height, width, channels out, channels in): from its last plane to its first.
 */
export function kernelOfPlanesTransposed(kernel: tf.Tensor): tf.Tensor4D {
  const [depth, height, width, filters, channels] = kernel.shape as [number, number, number, number, number]
  const shape: [number, number, number, number] = [height, width, filters, depth * channels]
  return tf.reshape(depth === 1 ? kernel : tf.transpose(tf.reverse(kernel, 0), [1, 2, 3, 0, 4]), shape)
}

/** Pools each plane, then along the depth. `pool` takes planes and the sizes and strides over their two axes. */
export function pooledVolume(
  x: tf.Tensor,
  size: Shape,
  strides: Shape,
  pool: (x: tf.Tensor4D, size: [number, number], strides: [number, number]) => tf.Tensor,
): tf.Tensor {
  const [batch, depth, ...plane] = x.shape as [number, number, number, number, number]
  const over = (lengths: Shape): [number, number] => [lengths[1]!, lengths[2]!]
  const small = pool(tf.reshape(x, [batch * depth, ...plane]), over(size), over(strides))
  const [height, width] = innerOf(small) as [number, number]
  const channels = plane[2]
  const deep = pool(tf.reshape(small, [batch, depth, height * width, channels]), [size[0]!, 1], [strides[0]!, 1])
  return tf.reshape(deep, [batch, deep.shape[1]!, height, width, channels])
}
