/** Pooling (keras/src/layers/pooling): the maximum or the mean of each window, or of the whole space. */
import * as tf from '@tensorflow/tfjs-core'
import { type Shape, sizeOf } from '../../base/shape.js'
import { largest } from '../kinks.js'
import type { LayerRule, SpecOf } from './layer.js'
import { sameRange } from './range.js'
import { sameInTfjs } from './saved.js'
import { innerOf, onPlane, padded, padsOf, plane, spaceOf, unplane, type Window, windowCounts } from './space.js'

type PoolSpec = SpecOf<'MaxPooling1D' | 'MaxPooling2D' | 'AveragePooling1D' | 'AveragePooling2D'>

const windowOf = ({ pool_size, strides, padding }: PoolSpec): Window => ({
  size: pool_size,
  strides: strides ?? pool_size,
  padding,
})

const pooling = <Spec extends PoolSpec>(pool: (x: tf.Tensor, window: Window) => tf.Tensor): LayerRule<Spec> => ({
  outputShape(spec, [given]) {
    const { space, channels } = spaceOf(given!, spec.pool_size.length)
    return [...windowCounts(space, windowOf(spec)), channels]
  },
  call: (spec, [x]) => pool(x!, windowOf(spec)),
  range: sameRange,
  saved: (spec) => sameInTfjs(spec),
})

type Padding = 'valid' | 'same'

/** Elements beyond the input are never the maximum. */
export const maxPooling = pooling<SpecOf<'MaxPooling1D' | 'MaxPooling2D'>>((x, { size, strides, padding }) =>
  unplane(tf.maxPool(plane(x), onPlane(size), onPlane(strides), padding as Padding), size.length),
)

/**
 * Elements beyond the input do not count. Zeros are padded first and the mean is corrected, because tfjs' own gradient
 * counts them.
 */
export const averagePooling = pooling<SpecOf<'AveragePooling1D' | 'AveragePooling2D'>>((x, window) => {
  const { size, strides } = window
  const space = innerOf(x)
  const pads = padsOf(space, window)
  const means = tf.avgPool(plane(padded(x, pads)), onPlane(size), onPlane(strides), 'valid')
  const pooled = unplane(means, size.length)
  return pads.flat().every((count) => count === 0) ? pooled : tf.mul(pooled, shareThatCounts(space, window))
})

/** For each window, its size divided by the number of its elements that lie in the input: (1, ...counts, 1). */
function shareThatCounts(space: Shape, window: Window): tf.Tensor {
  const { size, strides } = window
  const counts = windowCounts(space, window)
  const pads = padsOf(space, window)
  const within = counts.map((count, axis) =>
    Array.from({ length: count }, (_, index) => {
      const from = index * strides[axis]! - pads[axis]![0]
      return Math.min(space[axis]!, from + size[axis]!) - Math.max(0, from)
    }),
  )
  const elements = within.reduce<number[]>((products, axis) => products.flatMap((p) => axis.map((n) => p * n)), [1])
  return tf.tensor(
    elements.map((count) => sizeOf(size) / count),
    [1, ...counts, 1],
  )
}

type GlobalSpec = SpecOf<
  'GlobalMaxPooling1D' | 'GlobalMaxPooling2D' | 'GlobalAveragePooling1D' | 'GlobalAveragePooling2D'
>

const overSpace = <Spec extends GlobalSpec>(
  axes: number,
  reduce: (x: tf.Tensor, axes: number[], keepDims: boolean, mask: tf.Tensor | undefined) => tf.Tensor,
): LayerRule<Spec> => ({
  outputShape({ keepdims }, [given]) {
    const { space, channels } = spaceOf(given!, axes)
    return keepdims ? [...space.map(() => 1), channels] : [channels]
  },
  call: ({ keepdims }, [x], { masks: [mask] }) =>
    reduce(
      x!,
      innerOf(x!).map((_, axis) => axis + 1),
      keepdims,
      mask,
    ),
  range: sameRange,
  /** tfjs has no keepdims. */
  saved: (spec) => (spec.keepdims ? null : sameInTfjs(spec)),
})

export const globalMaxPooling1D = overSpace<SpecOf<'GlobalMaxPooling1D'>>(1, largest)
export const globalMaxPooling2D = overSpace<SpecOf<'GlobalMaxPooling2D'>>(2, largest)
export const globalAveragePooling1D: LayerRule<SpecOf<'GlobalAveragePooling1D'>> = {
  ...overSpace<SpecOf<'GlobalAveragePooling1D'>>(1, mean),
  readsMask: 'steps',
  keepsMasks: true,
}
export const globalAveragePooling2D = overSpace<SpecOf<'GlobalAveragePooling2D'>>(2, tf.mean)

/** Mean over the steps that the mask lets through. */
function mean(x: tf.Tensor, axes: number[], keepDims: boolean, mask: tf.Tensor | undefined): tf.Tensor {
  if (!mask) return tf.mean(x, axes, keepDims)
  const kept = tf.expandDims(mask, -1)
  const count = tf.sum(tf.cast(kept, 'float32'), axes, keepDims)
  return tf.div(tf.sum(tf.where(kept, x, tf.zerosLike(x)), axes, keepDims), count)
}
