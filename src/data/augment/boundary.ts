/**
 * The outside of an axis, as in scipy.ndimage: https://docs.scipy.org/doc/scipy/reference/ndimage.html,
 * "Interpolation boundary handling".
 */
import type { FillMode } from '../../spec/augmentation/generator.js'
import { clip } from './values.js'

export interface Boundary {
  /** The place where a spline has the value of a coordinate outside of 0 to size - 1; NaN if that has the constant value. */
  place(at: number, size: number): number
  /** The index of the coefficient that a spline reads at this one; -1 for the constant value. */
  index(at: number, size: number): number
  /** How coefficients of a spline go on outside. */
  readonly extension: Extension
  /** Pixels that surround a picture before coefficients are computed, if no extension describes the boundary. */
  readonly padding?: 'edge' | 'constant'
}

/** `mirror`: dcb|abcd|cba. `reflect`: cba|abcd|dcb. `wrap`: bcd|abcd|abc. */
export type Extension = 'mirror' | 'reflect' | 'wrap'

const remainder = (at: number, period: number): number => at - period * Math.floor(at / period)

function mirrored(at: number, size: number): number {
  if (size === 1) return 0
  const within = remainder(at, 2 * size - 2)
  return within > size - 1 ? 2 * size - 2 - within : within
}

function reflected(at: number, size: number): number {
  if (size === 1) return 0
  const within = remainder(at, 2 * size)
  return within >= size ? 2 * size - 1 - within : within
}

const clipped = (at: number, size: number): number => clip(at, 0, size - 1)

/** scipy's `wrap` goes on after size - 1 steps, so the first and the last value are one. */
function wrapped(at: number, size: number): number {
  if (size === 1) return 0
  const period = size - 1
  if (at < 0) return at + period * (Math.trunc(-at / period) + 1)
  return at > period ? at - period * Math.trunc(at / period) : at
}

const wrappedByGrid = (at: number, size: number): number => (size === 1 ? 0 : remainder(at, size))

const reflect: Boundary = { place: reflected, index: reflected, extension: 'reflect' }

export const BOUNDARIES: { readonly [Mode in FillMode]: Boundary } = {
  constant: {
    place: (at, size) => (at < 0 || at > size - 1 ? Number.NaN : at),
    index: mirrored,
    extension: 'mirror',
  },
  nearest: { place: (at) => at, index: clipped, extension: 'reflect', padding: 'edge' },
  reflect,
  wrap: { place: wrapped, index: mirrored, extension: 'mirror' },
  mirror: { place: mirrored, index: mirrored, extension: 'mirror' },
  'grid-mirror': reflect,
  'grid-wrap': { place: wrappedByGrid, index: wrappedByGrid, extension: 'wrap' },
  'grid-constant': {
    place: (at) => at,
    index: (at, size) => (at < 0 || at >= size ? -1 : at),
    extension: 'mirror',
    padding: 'constant',
  },
}
