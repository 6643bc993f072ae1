/**
 * Moves pixels by a projective transform, as TensorFlow's ImageProjectiveTransformV3, on which Keras' `affine_transform`
 * and `perspective_transform` are built (keras/src/backend/tensorflow/image.py; tensorflow/core/kernels/image/image_ops.h).
 * Places are computed in float32, step by step, because a rounded place decides which pixel is nearest, and what is outside.
 */
import type { Picture, PictureShape } from './augmentation.js'
import { type Places, type Sampling, sampled } from './sampler.js'
import { zeros } from './scratch.js'

/**
 * The eight numbers a0, a1, a2, b0, b1, b2, c0, c1: the pixel at (x, y) of the result is that of the picture at
 * ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1.
 */
export type Transform = readonly number[]

export const projected = (picture: Picture, transform: Transform, sampling: Sampling): Picture =>
  sampled(picture, placesOf(picture.shape, transform, FOLDS[sampling.fill_mode]), sampling, none)

/** Folding has brought the places inside, or a constant fills what is outside. */
const none = () => -1

const { fround } = Math

function placesOf([height, width]: PictureShape, transform: Transform, fold: Fold | null): Places {
  const [a0, a1, a2, b0, b1, b2, c0, c1] = transform.map(fround) as unknown as Eight
  const x = zeros(height * width)
  const y = zeros(height * width)
  fill(x, width, a0, a1, a2)
  fill(y, width, b0, b1, b2)
  if (c0 !== 0 || c1 !== 0) divide(x, y, width, c0, c1)
  if (fold) {
    foldAll(x, width, fold)
    foldAll(y, height, fold)
  }
  return { x, y }
}

type Eight = readonly [number, number, number, number, number, number, number, number]

/** Writes a x + b y + c for each pixel. */
function fill(places: Float32Array, width: number, a: number, b: number, c: number): void {
  const across = zeros(width)
  for (let column = 0; column < width; column++) across[column] = a * column
  for (let row = 0, to = 0; to < places.length; row++) {
    const down = fround(b * row)
    for (let column = 0; column < width; column++) places[to++] = fround(across[column]! + down) + c
  }
}

/** Divides by c0 x + c1 y + 1. A place at infinity is outside of the picture. */
function divide(x: Float32Array, y: Float32Array, width: number, c0: number, c1: number): void {
  for (let row = 0, at = 0; at < x.length; row++) {
    const down = fround(c1 * row)
    for (let column = 0; column < width; column++, at++) {
      const k = fround(fround(fround(c0 * column) + down) + 1)
      x[at] = k === 0 ? FAR_OUTSIDE : x[at]! / k
      y[at] = k === 0 ? FAR_OUTSIDE : y[at]! / k
    }
  }
}

const FAR_OUTSIDE = -2

function foldAll(places: Float32Array, size: number, fold: Fold): void {
  for (let pixel = 0; pixel < places.length; pixel++) {
    const place = places[pixel]!
    if (!(place >= 0 && place <= size - 1)) places[pixel] = Math.max(0, Math.min(fold(place, size), size - 1))
  }
}

/** Brings a place outside of 0 ... size - 1 inside; the result may be half a pixel outside. */
type Fold = (place: number, size: number) => number

/** `d c b a | a b c d | d c b a` */
function reflect(place: number, size: number): number {
  if (size <= 1) return 0
  const period = 2 * size
  if (place < 0) {
    const moved = place < period ? fround(period * Math.trunc(fround(-place / period)) + place) : place
    return moved < -size ? fround(moved + period) : fround(-moved) - 1
  }
  const moved = fround(place - period * Math.trunc(fround(place / period)))
  return moved >= size ? fround(period - moved) - 1 : moved
}

/** `a b c d | a b c d | a b c d` */
function wrap(place: number, size: number): number {
  if (size <= 1) return 0
  const steps = Math.trunc(fround(Math.abs(place) / (size - 1)))
  return place < 0 ? place + size * (steps + 1) : place - size * steps
}

const FOLDS: Readonly<Record<Sampling['fill_mode'], Fold | null>> = {
  constant: null,
  reflect,
  wrap,
  nearest: (place) => place,
}
