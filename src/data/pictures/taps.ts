/**
 * Weights with which the pixels of one axis make the pixels of a resized one, as in tf.image.resize: positions are
 * centres of pixels, weights of places outside of the picture are dropped, and the rest are scaled to a sum of 1.
 * (TensorFlow's kernels: resize_bilinear_op, resize_bicubic_op, scale_and_translate_op, resize_area_op and
 * resize_nearest_neighbor_op.) Positions are rounded to float32 as there, because far from 0 that moves them.
 */
import type { Interpolation } from '../../spec/interpolations.js'

/** Output `x` is the sum over k < `count` of `weights[x * count + k]` times input `starts[x] + k`. */
export interface Taps {
  readonly count: number
  readonly starts: Int32Array
  readonly weights: Float32Array
}

/** The input pixels that make an output pixel: at most `count` from `first` on, with weights of any sum. */
interface Reach {
  readonly count: number
  first(x: number): number
  weight(x: number, pixel: number): number
}

/** Returns the weights that make `to` pixels of `from`. `antialias` widens a kernel that makes fewer pixels. */
export function tapsOf(from: number, to: number, interpolation: Interpolation, antialias: boolean): Taps {
  const reach = REACHES[interpolation](from, to, antialias)
  const count = Math.min(reach.count, from)
  const [starts, weights] = [new Int32Array(to), new Float32Array(to * count)]
  for (let x = 0; x < to; x++) {
    const start = Math.max(0, Math.min(reach.first(x), from - count))
    starts[x] = start
    let sum = 0
    for (let k = 0; k < count; k++) sum += weights[x * count + k] = reach.weight(x, start + k)
    for (let k = 0; k < count; k++) weights[x * count + k]! /= sum
  }
  return { count, starts, weights }
}

type ReachOf = (from: number, to: number, antialias: boolean) => Reach

/** A kernel is 0 outside of -radius ... radius. */
const kernelReach =
  (radius: number, kernel: (distance: number) => number, placeOf: PlaceOf): ReachOf =>
  (from, to, antialias) => {
    const place = placeOf(from, to, antialias)
    const wide = antialias ? Math.max(1, from / to) : 1
    return {
      count: Math.ceil(2 * radius * wide),
      first: (x) => Math.floor(place(x) - radius * wide) + 1,
      weight: (x, pixel) => kernel(Math.abs(pixel - place(x)) / wide),
    }
  }

const { fround } = Math

/** Returns where the centre of output pixel x lies among the centres of input pixels. */
type PlaceOf = (from: number, to: number, antialias: boolean) => (x: number) => number

const placeOf: PlaceOf = (from, to) => {
  const step = fround(1 / fround(to / from))
  return (x) => fround((x + 0.5) * step) - 0.5
}

/** Without antialias, bilinear and bicubic have kernels of their own in TensorFlow, which divide in another way. */
const plainPlaceOf: PlaceOf = (from, to, antialias) => {
  if (antialias) return placeOf(from, to, antialias)
  const step = fround(from / to)
  return (x) => fround(fround((x + 0.5) * step) - 0.5)
}

/** TensorFlow has a table of the bicubic kernel for 1,024 places between two pixels. */
const bicubicPlaceOf: PlaceOf = (from, to, antialias) => {
  const position = plainPlaceOf(from, to, antialias)
  if (antialias) return position
  return (x) => {
    const at = position(x)
    const whole = Math.floor(at)
    return whole + roundedHalfToEven((at - whole) * 1024) / 1024
  }
}

function roundedHalfToEven(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 ? 2 * Math.floor(rounded / 2) : rounded
}

const triangle = (x: number) => Math.max(0, 1 - x)

/** Keys, "Cubic convolution interpolation for digital image processing" (1981), with a = -0.5. */
function keysCubic(x: number): number {
  if (x >= 2) return 0
  return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1
}

/** Mitchell and Netravali, "Reconstruction filters in computer graphics" (1988). */
function mitchellCubic(x: number): number {
  if (x >= 2) return 0
  return x >= 1 ? (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9 : ((7 / 6) * x - 2) * x * x + 8 / 9
}

const lanczos = (radius: number) => (x: number) => {
  if (x > radius) return 0
  if (x <= 1e-3) return 1
  return (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * x) ** 2
}

/** The radius is three standard deviations. */
const gaussian = (x: number) => (x >= 1.5 ? 0 : Math.exp(-2 * x * x))

/** Each output pixel is the mean of the area of the input that it covers. */
const areaReach: ReachOf = (from, to) => {
  const step = fround(from / to)
  const left = (x: number) => fround(x * step)
  return {
    count: Math.ceil(step) + 1,
    first: (x) => Math.floor(left(x)),
    weight: (x, pixel) => Math.max(0, Math.min(pixel + 1, left(x + 1)) - Math.max(pixel, left(x))),
  }
}

const nearestReach: ReachOf = (from, to) => {
  const step = fround(from / to)
  return { count: 1, first: (x) => Math.floor(fround((x + 0.5) * step)), weight: () => 1 }
}

const REACHES: Readonly<Record<Interpolation, ReachOf>> = {
  bilinear: kernelReach(1, triangle, plainPlaceOf),
  nearest: nearestReach,
  bicubic: kernelReach(2, keysCubic, bicubicPlaceOf),
  lanczos3: kernelReach(3, lanczos(3), placeOf),
  lanczos5: kernelReach(5, lanczos(5), placeOf),
  area: areaReach,
  gaussian: kernelReach(1.5, gaussian, placeOf),
  mitchellcubic: kernelReach(2, mitchellCubic, placeOf),
}
