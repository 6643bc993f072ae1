/**
 * Samples with axes of space, (...space, channels), such as (steps, channels) or (height, width, channels), and windows
 * that slide over them. All arithmetic is axis by axis, for any number of axes.
 */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape, type Shape, sizeOf } from '../../base/shape.js'
import { ShapeProblem } from './layer.js'

export interface Window {
  readonly size: Shape
  readonly strides: Shape
  /** Distance between neighbouring elements of a window; 1 by default. */
  readonly dilations?: Shape
  /** `same`: one window for every stride of the input. `causal`: a window ends at its own position. */
  readonly padding: 'valid' | 'same' | 'causal'
}

/** Number of elements before and after, for each axis. */
export type Pairs = readonly (readonly [before: number, after: number])[]

const AXES: Readonly<Record<number, string>> = { 1: 'steps', 2: 'height, width', 3: 'depth, height, width' }

/** Splits the shape of a sample with this many axes of space. Throws ShapeProblem if it has another number of axes. */
export function spaceOf(sample: Shape, axes: number): { readonly space: Shape; readonly channels: number } {
  if (sample.length !== axes + 1) {
    throw new ShapeProblem(`takes samples of (${AXES[axes]}, channels), found ${formatShape(sample)}`)
  }
  return { space: sample.slice(0, -1), channels: sample.at(-1)! }
}

/** The inner axes of (batch, ...space, channels). */
export const innerOf = ({ shape }: tf.Tensor): Shape => shape.slice(1, -1)

/** Length of a window along each axis, gaps of dilation included. */
const reachOf = ({ size, dilations }: Pick<Window, 'size' | 'dilations'>): Shape =>
  size.map((length, axis) => (length - 1) * (dilations?.[axis] ?? 1) + 1)

/**
 * Number of windows along each axis (keras/src/ops/operation_utils.py, compute_conv_output_shape). Throws ShapeProblem
 * if no window fits.
 */
export function windowCounts(space: Shape, window: Window): Shape {
  if (window.padding !== 'valid') return space.map((length, axis) => Math.ceil(length / window.strides[axis]!))
  const reach = reachOf(window)
  const counts = space.map((length, axis) => Math.floor((length - reach[axis]!) / window.strides[axis]!) + 1)
  if (counts.some((count) => count < 1)) {
    throw new ShapeProblem(`cannot place a window of ${formatShape(reach)} in ${formatShape(space)}`)
  }
  return counts
}

/** Number of zeros around the space. For `same` half of them come before; an odd one comes after. */
export function padsOf(space: Shape, window: Window): Pairs {
  const reach = reachOf(window)
  const counts = windowCounts(space, window)
  return space.map((length, axis) => {
    if (window.padding === 'causal') return [reach[axis]! - 1, 0]
    const needed = Math.max(0, (counts[axis]! - 1) * window.strides[axis]! + reach[axis]! - length)
    return [Math.floor(needed / 2), Math.ceil(needed / 2)]
  })
}

/** Pads (batch, ...space, channels) with zeros. */
export const padded = (x: tf.Tensor, pads: Pairs): tf.Tensor =>
  pads.flat().every((count) => count === 0)
    ? x
    : tf.pad(x, [[0, 0], ...pads.map(([before, after]) => [before, after] as [number, number]), [0, 0]])

/** Slices (batch, ...space, channels): `lengths` elements of each axis of space, starting at `before`. */
export const sliced = (x: tf.Tensor, before: Shape, lengths: Shape): tf.Tensor =>
  innerOf(x).join() === lengths.join() ? x : tf.slice(x, [0, ...before, 0], [x.shape[0]!, ...lengths, x.shape.at(-1)!])

/** Multiplies a matrix (after, before) with the elements along an axis, of which there are `before`. */
export function alongAxis(x: tf.Tensor, axis: number, matrix: tf.Tensor2D): tf.Tensor {
  const rows = tf.reshape(x, [sizeOf(x.shape.slice(0, axis)), x.shape[axis]!, sizeOf(x.shape.slice(axis + 1))])
  return tf.reshape(tf.matMul(matrix as tf.Tensor, rows), x.shape.with(axis, matrix.shape[0]))
}

/**
 * Makes (batch, height, width, channels) of x, because tfjs has windows over two axes only; steps become a plane of
 * height 1.
 */
export const plane = (x: tf.Tensor): tf.Tensor4D => (x.rank === 3 ? tf.expandDims(x, 1) : x) as tf.Tensor4D

/** Undoes `plane`: gives y the original number of axes of space. */
export const unplane = (y: tf.Tensor, axes: number): tf.Tensor => (axes === 1 ? tf.squeeze(y, [1]) : y)

/** Sizes or strides along the axes of a plane. */
export const onPlane = (lengths: Shape): [number, number] =>
  lengths.length === 1 ? [1, lengths[0]!] : [lengths[0]!, lengths[1]!]
