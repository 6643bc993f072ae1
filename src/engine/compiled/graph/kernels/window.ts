/**
 * Windows of convolutions and pools that slide over the inner axes of (batch, ...space, channels), for any number of
 * these. In the normal form of their attributes there is one number per axis, and two for padding: before and after.
 */
import type { NamedAttrMap } from '@tensorflow/tfjs-core'
import type { Shape } from '../../../../base/shape.js'
import type { Attributes } from '../value.js'

export interface Window {
  readonly strides: readonly number[]
  /** Distance between neighbouring elements of a window. */
  readonly dilations: readonly number[]
  /** Padding before and after each axis: [top, bottom, left, right]. */
  readonly pads: readonly number[]
}

/** The inner axes of (batch, ...space, channels). */
export const spaceOf = (shape: Shape): Shape => shape.slice(1, -1)

/** One number per axis; tfjs allows a single number for all. */
export const perAxis = (given: unknown, rank: number): number[] =>
  typeof given === 'number' ? Array(rank).fill(given) : [...(given as number[])]

/**
 * Makes a window from tfjs' `strides`, `dilations` and `pad`, or from attributes in normal form (conv_util.ts,
 * getPadAndOutInfo).
 */
export function windowOf(given: NamedAttrMap, space: Shape, size: Shape) {
  const { dataFormat = 'NHWC', dimRoundingMode = 'floor' } = given
  if (dataFormat !== 'NHWC' || (dimRoundingMode ?? 'floor') !== 'floor') {
    throw new Error(`internal: windows of format ${dataFormat}, rounding ${dimRoundingMode}`)
  }
  const strides = perAxis(given.strides, space.length)
  const dilations = perAxis(given.dilations ?? 1, space.length)
  const pads = given.pads ? [...(given.pads as number[])] : padsOf(given.pad, space, size, { strides, dilations })
  return { strides, dilations, pads }
}

export function padsOf(
  pad: unknown,
  space: Shape,
  size: Shape,
  { strides, dilations }: Omit<Window, 'pads'>,
): number[] {
  if (pad === 'same') {
    return space.flatMap((length, axis) => {
      const stride = strides[axis]!
      const count = Math.ceil(length / stride)
      const both = Math.max(0, (count - 1) * stride + reach(size[axis]!, dilations[axis]!) - length)
      return [Math.floor(both / 2), Math.ceil(both / 2)]
    })
  }
  if (pad === 'valid') return space.flatMap(() => [0, 0])
  if (typeof pad === 'number') return space.flatMap(() => [pad, pad])
  return (pad as number[][]).slice(1, -1).flat()
}

/** Length of a window along an axis, gaps of dilation included. */
export const reach = (size: number, dilation: number): number => (size - 1) * dilation + 1

/** Number of windows along each axis. */
export function countsOf(space: Shape, size: Shape, { strides, dilations, pads }: Window): number[] {
  const counts = space.map(
    (_, axis) => 1 + Math.floor(leftOver(space, size, { strides, dilations, pads }, axis) / strides[axis]!),
  )
  if (counts.some((count) => count < 1)) throw new Error(`internal: a window of (${size}) in (${space})`)
  return counts
}

/** Number of elements along a padded axis beyond the first window. */
const leftOver = (space: Shape, size: Shape, { dilations, pads }: Window, axis: number): number =>
  space[axis]! + pads[2 * axis]! + pads[2 * axis + 1]! - reach(size[axis]!, dilations[axis]!)

/** Number of elements along each padded axis beyond the last window. */
export const remaindersOf = (space: Shape, size: Shape, window: Window): number[] =>
  space.map((_, axis) => leftOver(space, size, window, axis) % window.strides[axis]!)

/** The window of a node, with its size. */
export const windowIn = (attributes: Attributes) => attributes as unknown as Window & { readonly size: Shape }
