/** Makes a picture of the pixels at given places of another one. All augmentations that move pixels go through here. */
import type { SamplingSpec } from '../../spec/augmentation/geometry.js'
import type { Picture, PictureShape } from './augmentation.js'
import { zeros } from './scratch.js'

/** How the pixel at a place between pixels is computed, and that outside of a picture. */
export type Sampling = SamplingSpec

/** How masks are sampled, whose values are class numbers: a place that a constant fills has class 0. */
export const forMask = (sampling: Sampling): Sampling => ({ ...sampling, interpolation: 'nearest', fill_value: 0 })

/** For each pixel of a picture, row by row, the place in another picture, in pixels from the centre of its first one. */
export interface Places {
  readonly x: Float32Array
  readonly y: Float32Array
}

/** Returns the index along an axis that is read for one outside of 0 ... size - 1; -1 for none, the fill value. */
export type Outside = (index: number, size: number) => number

/** Returns the picture of the same shape with the pixels at these places. */
export function sampled(
  { values, shape }: Picture,
  places: Places,
  { interpolation, fill_value }: Pick<Sampling, 'interpolation' | 'fill_value'>,
  outside: Outside,
): Picture {
  const made = zeros(values.length)
  const source = { values, shape, fill: fill_value, outside }
  if (interpolation === 'nearest') sampleNearest(source, places, made)
  else sampleBilinear(source, places, made)
  return { shape, values: made }
}

interface Source extends Picture {
  readonly fill: number
  readonly outside: Outside
}

function sampleNearest(source: Source, places: Places, made: Float32Array): void {
  const { values, shape, fill, outside } = source
  const [height, width, channels] = shape
  for (let pixel = 0, to = 0; pixel < places.x.length; pixel++) {
    const x = insideOf(rounded(places.x[pixel]!), width, outside)
    const y = insideOf(rounded(places.y[pixel]!), height, outside)
    const from = (y * width + x) * channels
    for (let channel = 0; channel < channels; channel++, to++) {
      made[to] = x < 0 || y < 0 ? fill : values[from + channel]!
    }
  }
}

/** Halves are rounded away from 0, as in C. */
const rounded = (value: number) => (value < 0 ? Math.ceil(value - 0.5) : Math.floor(value + 0.5))

const insideOf = (index: number, size: number, outside: Outside) =>
  index >= 0 && index < size ? index : outside(index, size)

function sampleBilinear(source: Source, { x, y }: Places, made: Float32Array): void {
  const { values, shape } = source
  const inside = sampleInside(values, shape[0], shape[1], shape[2], x, y, made)
  if (inside === x.length) return
  for (let pixel = 0; pixel < x.length; pixel++) {
    if (!liesInside(x[pixel]!, y[pixel]!, shape)) sampleAtBorder(source, x[pixel]!, y[pixel]!, made, pixel * shape[2])
  }
}

const liesInside = (x: number, y: number, [height, width]: PictureShape) =>
  x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1

/**
 * Samples the places that lie inside, and returns their number. Arguments by themselves and whole numbers marked by `| 0`
 * halve the time of this loop.
 */
function sampleInside(
  values: Float32Array,
  height: number,
  width: number,
  channels: number,
  columns: Float32Array,
  rows: Float32Array,
  made: Float32Array,
): number {
  const last = (width - 1) | 0
  const bottom = (height - 1) | 0
  const line = (width * channels) | 0
  let inside = 0
  for (let pixel = 0, to = 0; pixel < columns.length; pixel++, to = (to + channels) | 0) {
    const x = columns[pixel]!
    const y = rows[pixel]!
    if (!(x >= 0 && y >= 0 && x <= last && y <= bottom)) continue
    inside++
    const left = x | 0
    const top = y | 0
    const a = x - left
    const b = y - top
    const ofOpposite = a * b
    const ofRight = a - ofOpposite
    const ofBelow = b - ofOpposite
    const ofOne = 1 - a - ofBelow
    let one = ((top * width + left) * channels) | 0
    // beyond the last pixel the weight is 0
    let right = (left < last ? one + channels : one) | 0
    let below = (top < bottom ? one + line : one) | 0
    let opposite = (right + below - one) | 0
    for (let at = to; at < to + channels; at++, one++, right++, below++, opposite++) {
      made[at] =
        ofOne * values[one]! + ofRight * values[right]! + ofBelow * values[below]! + ofOpposite * values[opposite]!
    }
  }
  return inside
}

/** Samples a place of which some of the four pixels around are outside. */
function sampleAtBorder(
  { values, shape, fill, outside }: Source,
  x: number,
  y: number,
  made: Float32Array,
  to: number,
): void {
  const [height, width, channels] = shape
  const [left, top] = [Math.floor(x), Math.floor(y)]
  for (let corner = 0; corner < 4; corner++) {
    const [across, down] = [corner & 1, corner >> 1]
    const weight = (across ? x - left : 1 - x + left) * (down ? y - top : 1 - y + top)
    const column = insideOf(left + across, width, outside)
    const row = insideOf(top + down, height, outside)
    const from = (row * width + column) * channels
    for (let channel = 0; channel < channels; channel++) {
      made[to + channel]! += weight * (column < 0 || row < 0 ? fill : values[from + channel]!)
    }
  }
}
