/** Padding, cropping and upsampling (keras/src/layers/reshaping). */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape, type Shape, sizeOf } from '../../base/shape.js'
import { type LayerRule, ShapeProblem, type SpecOf } from './layer.js'
import { sameRange } from './range.js'
import { sameInTfjs } from './saved.js'
import { alongAxis, innerOf, type Pairs, padded, sliced, spaceOf } from './space.js'

/** A spec gives one pair for one axis, and a list of pairs for several axes. */
const pairsOf = (given: readonly number[] | readonly (readonly number[])[]): Pairs =>
  (typeof given[0] === 'number' ? [given] : given) as Pairs

const lengthsOf = (space: Shape, pairs: Pairs, sign: 1 | -1): Shape =>
  space.map((length, axis) => length + sign * (pairs[axis]![0] + pairs[axis]![1]))

export const zeroPadding: LayerRule<SpecOf<`ZeroPadding${1 | 2 | 3}D`>> = {
  outputShape(spec, [given]) {
    const pairs = pairsOf(spec.padding)
    const { space, channels } = spaceOf(given!, pairs.length)
    return [...lengthsOf(space, pairs, 1), channels]
  },
  call: (spec, [x]) => padded(x!, pairsOf(spec.padding)),
  range: sameRange,
  saved: (spec) => (spec.type === 'ZeroPadding2D' ? sameInTfjs(spec) : null),
}

export const cropping: LayerRule<SpecOf<`Cropping${1 | 2 | 3}D`>> = {
  outputShape(spec, [given]) {
    const pairs = pairsOf(spec.cropping)
    const { space, channels } = spaceOf(given!, pairs.length)
    const lengths = lengthsOf(space, pairs, -1)
    if (lengths.some((length) => length < 1)) throw new ShapeProblem(`leaves nothing of ${formatShape(space)}`)
    return [...lengths, channels]
  },
  call(spec, [x]) {
    const pairs = pairsOf(spec.cropping)
    return sliced(
      x!,
      pairs.map(([before]) => before),
      lengthsOf(innerOf(x!), pairs, -1),
    )
  },
  range: sameRange,
  saved: (spec) => (spec.type === 'Cropping2D' ? sameInTfjs(spec) : null),
}

const factorsOf = ({ size }: SpecOf<`UpSampling${1 | 2 | 3}D`>): Shape => (typeof size === 'number' ? [size] : size)

export const upSampling: LayerRule<SpecOf<`UpSampling${1 | 2 | 3}D`>> = {
  outputShape(spec, [given]) {
    const factors = factorsOf(spec)
    const { space, channels } = spaceOf(given!, factors.length)
    return [...space.map((length, axis) => length * factors[axis]!), channels]
  },
  call: (spec, [x]) =>
    'interpolation' in spec && spec.interpolation === 'bilinear'
      ? interpolated(x!, factorsOf(spec))
      : repeatedInSpace(x!, factorsOf(spec)),
  range: sameRange,
  /** tfjs interpolates at other positions. */
  saved: (spec) => (spec.type === 'UpSampling2D' && spec.interpolation === 'nearest' ? sameInTfjs(spec) : null),
}

/** Repeats each element along the axes of space. */
function repeatedInSpace(x: tf.Tensor, factors: Shape): tf.Tensor {
  if (factors.length < 3) return repeated(x, [1, ...factors, 1])
  // the depth by itself, because tfjs has arrays of at most six axes
  const [batch, depth, ...plane] = x.shape as [number, number, number, number, number]
  const [first, ...rest] = factors as [number, number, number]
  const deep = repeated(tf.reshape(x, [batch, depth, sizeOf(plane)]), [1, first, 1])
  const large = repeated(tf.reshape(deep, [batch * depth * first, ...plane]), [1, ...rest, 1])
  return tf.reshape(large, [batch, depth * first, ...large.shape.slice(1)])
}

/** Repeats each element along each axis. Its gradient is written as one sum; tfjs' gradient of tile has many slices. */
export function repeated(x: tf.Tensor, times: Shape): tf.Tensor {
  const apart = x.shape.flatMap((length, axis) => (times[axis] === 1 ? [length] : [length, 1]))
  const reps = times.flatMap((count) => (count === 1 ? [1] : [1, count]))
  const copies = reps.flatMap((count, axis) => (count === 1 ? [] : [axis]))
  const { shape } = x
  return tf.customGrad((...given) => {
    const [x] = given as tf.Tensor[]
    const tiled = tf.tile(tf.reshape(x!, apart), reps)
    const value = tf.reshape(
      tiled,
      shape.map((length, axis) => length * times[axis]!),
    )
    const gradFunc = (dy: tf.Tensor) => tf.reshape(tf.sum(tf.reshape(dy, tiled.shape), copies), shape)
    return { value, gradFunc }
  })(x)
}

/**
 * Interpolates linearly between the centres of the elements, along each axis in turn (tf.image.resize,
 * half_pixel_centers).
 */
function interpolated(x: tf.Tensor, factors: Shape): tf.Tensor {
  return factors.reduce((y, factor, index) => {
    if (factor === 1) return y
    const length = y.shape[index + 1]!
    return alongAxis(y, index + 1, tf.tensor2d(interpolation(length, factor), [length * factor, length]))
  }, x)
}

/**
 * Interpolation matrix (length * factor, length), row-major. Positions beyond the outermost centres take the outermost
 * element.
 */
function interpolation(length: number, factor: number): Float32Array {
  const weights = new Float32Array(length * factor * length)
  for (let index = 0; index < length * factor; index++) {
    const place = (index + 0.5) / factor - 0.5
    const before = Math.floor(place)
    for (const [element, weight] of [
      [before, 1 - (place - before)],
      [before + 1, place - before],
    ] as const) {
      weights[index * length + Math.min(length - 1, Math.max(0, element))]! += weight
    }
  }
  return weights
}
