/**
 * Adaptive pooling (keras/src/layers/pooling/base_adaptive_pooling.py): a given number of windows. Window i of n over l
 * elements goes from floor(i l / n) to ceil((i + 1) l / n), along each axis by itself.
 */
import * as tf from '@tensorflow/tfjs-core'
import { sizeOf } from '../../base/shape.js'
import type { LayerRule, SpecOf } from './layer.js'
import { sameRange } from './range.js'
import { alongAxis, innerOf, spaceOf } from './space.js'

type AdaptiveSpec = SpecOf<`Adaptive${'Max' | 'Average'}Pooling${1 | 2 | 3}D`>

/** Pools x along an axis into `count` windows. */
type PoolAxis = (x: tf.Tensor, axis: number, count: number) => tf.Tensor

const adaptive = <Spec extends AdaptiveSpec>(pool: PoolAxis): LayerRule<Spec> => ({
  outputShape({ output_size }, [given]) {
    const { channels } = spaceOf(given!, output_size.length)
    return [...output_size, channels]
  },
  call: ({ output_size }, [x]) => output_size.reduce((y, count, index) => pool(y, index + 1, count), x!),
  range: sameRange,
  saved: () => null,
})

/** The first and the last element, exclusive, of each window over `length` elements. */
const windowsOf = (length: number, count: number): readonly (readonly [from: number, to: number])[] =>
  Array.from({ length: count }, (_, index) => [
    Math.floor((index * length) / count),
    Math.ceil(((index + 1) * length) / count),
  ])

/** As in Keras, each axis is pooled by itself; of equal elements the first one along the axis has the gradient. */
export const adaptiveMaxPooling = adaptive<SpecOf<`AdaptiveMaxPooling${1 | 2 | 3}D`>>((x, axis, count) => {
  const length = x.shape[axis]!
  if (count === length) return x
  const shape = x.shape.with(axis, count)
  // the axis as the height of a plane
  const [before, beside, channels] = [x.shape.slice(0, axis), innerOf(x).slice(axis), x.shape.slice(-1)].map(sizeOf)
  const ofHeight = (height: number): [number, number, number, number] => [before!, height, beside!, channels!]
  const plane: tf.Tensor4D = tf.reshape(x, ofHeight(length))
  const most = (part: tf.Tensor4D, size: number): tf.Tensor => tf.maxPool(part, [size, 1], [size, 1], 'valid')
  if (length % count === 0) return tf.reshape(most(plane, length / count), shape)
  const each = windowsOf(length, count).map(([from, to]) =>
    most(tf.slice(plane, [0, from, 0, 0], ofHeight(to - from)), to - from),
  )
  return tf.reshape(tf.concat(each, 1), shape)
})

export const adaptiveAveragePooling = adaptive<SpecOf<`AdaptiveAveragePooling${1 | 2 | 3}D`>>((x, axis, count) => {
  const length = x.shape[axis]!
  if (count === length) return x
  const shape = x.shape.with(axis, count)
  if (length % count === 0) {
    const apart = [sizeOf(x.shape.slice(0, axis)) * count, length / count, sizeOf(x.shape.slice(axis + 1))]
    return tf.reshape(tf.mean(tf.reshape(x, apart), 1), shape)
  }
  const shares = windowsOf(length, count).flatMap(([from, to]) =>
    Array.from({ length }, (_, element) => (element >= from && element < to ? 1 / (to - from) : 0)),
  )
  return alongAxis(x, axis, tf.tensor2d(shares, [count, length]))
})
