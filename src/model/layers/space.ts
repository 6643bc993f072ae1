/**
 * Samples in space, (...space, channels): (steps, channels), (height, width, channels), and windows that slide over
 * them. All arithmetic is axis by axis, in as many as there are.
 */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape, type Shape } from '../../base/shape.js'
import { ShapeProblem } from './layer.js'

export interface Window {
  readonly size: Shape
  readonly strides: Shape
  /** Steps between the elements of a window; 1 where it does not say. */
  readonly dilations?: Shape
  /** `same`: windows begin at every stride of the input. `causal`: a window ends where it stands. */
  readonly padding: 'valid' | 'same' | 'causal'
}

/** Number of elements before and after, axis by axis. */
export type Pairs = readonly (readonly [before: number, after: number])[]

const AXES: Readonly<Record<number, string>> = { 1: 'steps', 2: 'height, width', 3: 'depth, height, width' }

/** Space and channels of a sample with this many axes in space; throws ShapeProblem. */
export function spaceOf(sample: Shape, axes: number): { readonly space: Shape; readonly channels: number } {
  if (sample.length !== axes + 1) {
    throw new ShapeProblem(`takes samples of (${AXES[axes]}, channels), found ${formatShape(sample)}`)
  }
  return { space: sample.slice(0, -1), channels: sample.at(-1)! }
}

/** The inner axes of (batch, ...space, channels). */
export const innerOf = ({ shape }: tf.Tensor): Shape => shape.slice(1, -1)

/** Elements from the first to the last of a window. */
export const reachOf = ({ size, dilations }: Pick<Window, 'size' | 'dilations'>): Shape =>
  size.map((length, axis) => (length - 1) * (dilations?.[axis] ?? 1) + 1)

/** How many windows there are along each axis (keras/src/ops/operation_utils.py, compute_conv_output_shape); throws ShapeProblem. */
export function windowCounts(space: Shape, window: Window): Shape {
  if (window.padding !== 'valid') return space.map((length, axis) => Math.ceil(length / window.strides[axis]!))
  const reach = reachOf(window)
  const counts = space.map((length, axis) => Math.floor((length - reach[axis]!) / window.strides[axis]!) + 1)
  if (counts.some((count) => count < 1)) {
    throw new ShapeProblem(`cannot place a window of ${formatShape(reach)} in ${formatShape(space)}`)
  }
  return counts
}

/** The zeros around the space: for `same` half of them before, and the odd one after. */
export function padsOf(space: Shape, window: Window): Pairs {
  const reach = reachOf(window)
  const counts = windowCounts(space, window)
  return space.map((length, axis) => {
    if (window.padding === 'causal') return [reach[axis]! - 1, 0]
    const needed = Math.max(0, (counts[axis]! - 1) * window.strides[axis]! + reach[axis]! - length)
    return [Math.floor(needed / 2), Math.ceil(needed / 2)]
  })
}

/** Zeros around (batch, ...space, channels). */
export const padded = (x: tf.Tensor, pads: Pairs): tf.Tensor =>
  pads.flat().every((count) => count === 0)
    ? x
    : tf.pad(x, [[0, 0], ...pads.map(([before, after]) => [before, after] as [number, number]), [0, 0]])

/** `lengths` elements of (batch, ...space, channels), after those that are left out before. */
export const sliced = (x: tf.Tensor, before: Shape, lengths: Shape): tf.Tensor =>
  innerOf(x).join() === lengths.join() ? x : tf.slice(x, [0, ...before, 0], [x.shape[0]!, ...lengths, x.shape.at(-1)!])

/** tfjs has windows over planes: steps are a plane of height 1. */
export const plane = (x: tf.Tensor): tf.Tensor4D => (x.rank === 3 ? tf.expandDims(x, 1) : x) as tf.Tensor4D

/** What was made of `plane`, with as many axes as were there before. */
export const unplane = (y: tf.Tensor, axes: number): tf.Tensor => (axes === 1 ? tf.squeeze(y, [1]) : y)

/** Sizes or strides along the axes of a plane. */
export const onPlane = (lengths: Shape): [number, number] =>
  lengths.length === 1 ? [1, lengths[0]!] : [lengths[0]!, lengths[1]!]
