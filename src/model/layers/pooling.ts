/** Pooling (keras/src/layers/pooling): the maximum or the mean of each window, or of the whole space. */
import * as tf from '@tensorflow/tfjs-core'
import { type Shape, sizeOf } from '../../base/shape.js'
import { largest } from '../kinks.js'
import type { LayerRule, SpecOf } from './layer.js'
import { sameRange } from './range.js'
import { sameInTfjs } from './saved.js'
import { innerOf, onPlane, padded, padsOf, plane, spaceOf, unplane, type Window, windowCounts } from './space.js'
import { pooledVolume } from './volume.js'

type MaxSpec = SpecOf<'MaxPooling1D' | 'MaxPooling2D' | 'MaxPooling3D'>
type AverageSpec = SpecOf<'AveragePooling1D' | 'AveragePooling2D' | 'AveragePooling3D'>
type PoolSpec = MaxSpec | AverageSpec

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

type PoolPlanes = (x: tf.Tensor4D, size: [number, number], strides: [number, number]) => tf.Tensor

const pooled = (x: tf.Tensor, { size, strides }: Pick<Window, 'size' | 'strides'>, pool: PoolPlanes): tf.Tensor =>
  size.length === 3
    ? pooledVolume(x, size, strides, pool)
    : unplane(pool(plane(x), onPlane(size), onPlane(strides)), size.length)

/** Elements beyond the input are never the maximum. */
export const maxPooling = pooling<MaxSpec>((x, window) =>
  pooled(x, window, (x, size, strides) => tf.maxPool(x, size, strides, window.padding as Padding)),
)

/**
 * Elements beyond the input do not count. Zeros are padded first and the mean is corrected, because tfjs' own gradient
 * counts them.
 */
export const averagePooling = pooling<AverageSpec>((x, window) => {
  const space = innerOf(x)
  const pads = padsOf(space, window)
  const means = pooled(padded(x, pads), window, meanPool)
  return pads.flat().every((count) => count === 0) ? means : tf.mul(means, shareThatCounts(space, window))
})

const meanPool: PoolPlanes = (x, size, strides) => tf.avgPool(x, size, strides, 'valid')

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

type GlobalSpec = SpecOf<`Global${'Max' | 'Average'}Pooling${1 | 2 | 3}D`>

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
  /** tfjs has no keepdims, and no layers for volumes. */
  saved: (spec) => (spec.keepdims || axes === 3 ? null : sameInTfjs(spec)),
})

export const globalMaxPooling1D = overSpace<SpecOf<'GlobalMaxPooling1D'>>(1, largest)
export const globalMaxPooling2D = overSpace<SpecOf<'GlobalMaxPooling2D'>>(2, largest)
export const globalMaxPooling3D = overSpace<SpecOf<'GlobalMaxPooling3D'>>(3, largest)
export const globalAveragePooling1D: LayerRule<SpecOf<'GlobalAveragePooling1D'>> = {
  ...overSpace<SpecOf<'GlobalAveragePooling1D'>>(1, mean),
  readsMask: 'steps',
  keepsMasks: true,
}
export const globalAveragePooling2D = overSpace<SpecOf<'GlobalAveragePooling2D'>>(2, tf.mean)
export const globalAveragePooling3D = overSpace<SpecOf<'GlobalAveragePooling3D'>>(3, tf.mean)

/** Mean over the steps that the mask lets through. */
function mean(x: tf.Tensor, axes: number[], keepDims: boolean, mask: tf.Tensor | undefined): tf.Tensor {
  if (!mask) return tf.mean(x, axes, keepDims)
  const kept = tf.expandDims(mask, -1)
  const count = tf.sum(tf.cast(kept, 'float32'), axes, keepDims)
  return tf.div(tf.sum(tf.where(kept, x, tf.zerosLike(x)), axes, keepDims), count)
}
