/**
 * Moves a picture by an affine map of its pixels, with values between pixels by splines: `scipy.ndimage.affine_transform`
 * (scipy 1.17).
 */
import type { FillMode } from '../../spec/augmentation/generator.js'
import type { Picture } from './augmentation.js'
import { BOUNDARIES, type Boundary } from './boundary.js'
import { zeros } from './scratch.js'
import { type Coefficients, filterSpline } from './spline-filter.js'
import { clip } from './values.js'

/** The pixel (y, x) of the result has the value of the picture at `matrix` (y, x) + `offset`. */
export interface AffineMap {
  readonly matrix: readonly [yy: number, yx: number, xy: number, xx: number]
  readonly offset: readonly [y: number, x: number]
}

export interface Interpolation {
  /** Order of the spline, 0 (the nearest pixel) to 5. */
  readonly order: number
  readonly mode: FillMode
  /** The value outside, with mode `constant` or `grid-constant`. */
  readonly cval: number
}

const square = (value: number): number => value * value

/** B-splines by their order, of the distance from their middle. */
const SPLINES: Readonly<Record<number, (distance: number) => number>> = {
  2: (d) => (d < 0.5 ? 0.75 - d * d : square(1.5 - d) / 2),
  3: (d) => (d < 1 ? 2 / 3 - d * d * (1 - d / 2) : square(2 - d) * ((2 - d) / 6)),
  4: (d) =>
    d < 0.5
      ? 115 / 192 - d * d * (5 / 8 - (d * d) / 4)
      : d < 1.5
        ? 55 / 96 + d * (5 / 24 - d * (5 / 4 - d * (5 / 6 - d / 6)))
        : square(square(2.5 - d)) / 24,
  5: (d) =>
    d < 1
      ? 11 / 20 - d * d * (1 / 2 - d * d * (1 / 4 - d / 12))
      : d < 2
        ? 17 / 40 + d * (5 / 8 - d * (7 / 4 - d * (5 / 4 - d * (3 / 8 - d / 24))))
        : square(square(3 - d)) * ((3 - d) / 120),
}

/** Pixels around the picture if its boundary needs padding; a spline hardly depends on values farther away. */
const PADDING = 12

export function affineTransform(picture: Picture, map: AffineMap, interpolation: Interpolation): Picture {
  const { shape } = picture
  const [height, width, channels] = shape
  const { order, mode, cval } = interpolation
  const boundary = BOUNDARIES[mode]
  const margin = order > 1 && boundary.padding ? PADDING : 0
  const from = order > 1 ? coefficientsOf(picture, margin, boundary, interpolation) : { height, width, ...picture }
  const rows = axisOf(from.height, from.width * channels, order, boundary)
  const columns = axisOf(from.width, channels, order, boundary)
  const [yy, yx, xy, xx] = map.matrix
  const [top, left] = [map.offset[0] + margin, map.offset[1] + margin]
  const made = zeros(picture.values.length)
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += channels) {
      const [row, column] = [y * yy + x * yx + top, y * xy + x * xx + left]
      if (order === 1 && row >= 0 && row < height - 1 && column >= 0 && column < width - 1) {
        between(picture, row, column, made, to)
      } else if (look(rows, row) && look(columns, column)) mix(from.values, rows, columns, cval, made, to, channels)
      else made.fill(cval, to, to + channels)
    }
  }
  return { shape, values: made }
}

/** Writes linear interpolations of four pixels, for all channels. */
function between({ shape, values }: Picture, row: number, column: number, made: Float32Array, to: number): void {
  const [, width, channels] = shape
  const [top, left] = [Math.floor(row), Math.floor(column)]
  const [down, right] = [row - top, column - left]
  const below = width * channels
  const first = top * below + left * channels
  for (let channel = 0; channel < channels; channel++) {
    const at = first + channel
    const above = (1 - right) * values[at]! + right * values[at + channels]!
    const under = (1 - right) * values[at + below]! + right * values[at + below + channels]!
    made[to + channel] = (1 - down) * above + down * under
  }
}

/** Writes the sums of coefficients for all channels of a pixel. */
function mix(
  values: ArrayLike<number>,
  rows: Axis,
  columns: Axis,
  cval: number,
  made: Float32Array,
  to: number,
  channels: number,
): void {
  const taps = rows.weights.length
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0
    for (let i = 0; i < taps; i++) {
      const row = rows.places[i]! + channel
      let part = 0
      for (let j = 0; j < taps; j++) {
        const column = columns.places[j]!
        part += columns.weights[j]! * (row < 0 || column < 0 ? cval : values[row + column]!)
      }
      sum += rows.weights[i]! * part
    }
    made[to + channel] = sum
  }
}

/** An axis of the coefficients; after a call of `look`, those at a coordinate. */
interface Axis {
  readonly size: number
  readonly stride: number
  readonly order: number
  readonly boundary: Boundary
  /** Places of coefficients in the array; below 0 for the constant value. */
  readonly places: Int32Array
  readonly weights: Float64Array
}

const axisOf = (size: number, stride: number, order: number, boundary: Boundary): Axis => ({
  size,
  stride,
  order,
  boundary,
  places: new Int32Array(order + 1),
  weights: new Float64Array(order + 1),
})

/** A channel is less than this. */
const NOWHERE = -(2 ** 31)

/** Finds the coefficients at a coordinate. Returns false if the value there is the constant one. */
function look({ size, stride, order, boundary, places, weights }: Axis, at: number): boolean {
  const place = at >= 0 && at <= size - 1 ? at : boundary.place(at, size)
  if (Number.isNaN(place)) return false
  const first = Math.floor(order % 2 === 1 ? place : place + 0.5) - (order >> 1)
  for (let i = 0; i <= order; i++) {
    const index = first + i
    const found = index >= 0 && index < size ? index : boundary.index(index, size)
    places[i] = found < 0 ? NOWHERE : found * stride
  }
  weigh(weights, order, place - first)
  return true
}

/** Computes the weights of the coefficients at 0, 1, ... for a coordinate. */
function weigh(weights: Float64Array, order: number, place: number): void {
  if (order === 0) weights[0] = 1
  else if (order === 1) {
    weights[0] = 1 - place
    weights[1] = place
  } else {
    const spline = SPLINES[order]!
    for (let i = 0; i <= order; i++) weights[i] = spline(Math.abs(place - i))
  }
}

function coefficientsOf(
  { shape: [height, width, channels], values }: Picture,
  margin: number,
  { extension, padding }: Boundary,
  { order, cval }: Interpolation,
): Coefficients {
  const [rows, columns] = [height + 2 * margin, width + 2 * margin]
  const made = { height: rows, width: columns, values: new Float64Array(rows * columns * channels) }
  for (let y = 0, to = 0; y < rows; y++) {
    const row = clip(y - margin, 0, height - 1)
    for (let x = 0; x < columns; x++) {
      const column = clip(x - margin, 0, width - 1)
      const outside = padding === 'constant' && (row !== y - margin || column !== x - margin)
      for (let channel = 0; channel < channels; channel++, to++) {
        made.values[to] = outside ? cval : values[(row * width + column) * channels + channel]!
      }
    }
  }
  filterSpline(made, channels, order, extension)
  return made
}
