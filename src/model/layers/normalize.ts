/**
 * Normalization to mean 0 and variance 1 with hand-written gradients, which need fewer kernels. The order of kernels in
 * `normalizeBatch` is part of its contract: engine tensorflow finds them in the graph and replaces them by its own
 * (engine/compiled/tensorflow/batch-norm.ts).
 */
import * as tf from '@tensorflow/tfjs-core'
import { type Shape, sizeOf } from '../../base/shape.js'
import { EPSILON } from '../normalized.js'

/** Scale and offset after normalization; either may be missing. */
export interface Affine {
  readonly gamma?: tf.Tensor | undefined
  readonly beta?: tf.Tensor | undefined
}

export interface Moments {
  readonly mean: tf.Tensor
  readonly variance: tf.Tensor
}

type Save = (tensors: tf.Tensor[]) => void

/** All axes but that of the channels: the axes over which batch normalization takes moments. */
const allBut = (x: tf.Tensor, channels: number) => x.shape.map((_, axis) => axis).filter((axis) => axis !== channels)

/** Reshapes one number per channel so that it is broadcast along the channel axis of the tensor. */
function spread(values: tf.Tensor, { rank }: tf.Tensor, channels: number): tf.Tensor {
  if (channels === rank - 1) return values
  const shape = Array<number>(rank).fill(1)
  return tf.reshape(values, shape.with(channels, values.size))
}

/**
 * Normalizes each channel over the batch: `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with the biased
 * variance. `gamma`, `beta` and the moments have one number per channel. A `mask` (batch, ...) is broadcast to x: only
 * elements with mask 1 count in the moments, and sums are divided by the number of these + 1e-7, as in Keras. The
 * moments that are returned pass no gradient on.
 *
 * With c = x - mean, i = 1 / sqrt(variance + epsilon), s = gamma i, and n elements per channel, the gradients are dbeta
 * = sum(dy), dgamma = i sum(dy c), dx = s dy - (s i / n) dgamma c - (s / n) dbeta (Ioffe and Szegedy, 2015).
 * Kernels in the graph, forward: Sum(x) Multiply(1/n) Sub, Square, Sum Multiply(1/n) Add(epsilon) Rsqrt,
 * Multiply(gamma), Multiply(c), Add(beta); backward: Sum(dy), Multiply(dy, c) Sum Multiply(i), then Multiply(dy, s),
 * Multiply(c), Add, Sub.
 */
export function normalizeBatch(
  x: tf.Tensor,
  { gamma, beta }: Affine,
  { channels, epsilon, mask }: { channels: number; epsilon: number; mask?: tf.Tensor | undefined },
): Moments & { readonly output: tf.Tensor } {
  const axes = allBut(x, channels)
  const weigh = (value: tf.Tensor, mask: tf.Tensor | undefined) => (mask ? tf.mul(value, mask) : value)
  const counted = mask && tf.reciprocal(tf.add(tf.sum(tf.mul(mask, tf.onesLike(x)), axes), EPSILON))
  const evenly = x.shape[channels]! / x.size
  const perChannel = (values: tf.Tensor) => spread(values, x, channels)
  const meanOf = (values: tf.Tensor) => tf.mul(tf.sum(weigh(values, mask), axes), counted ?? evenly)
  const mean = meanOf(x)
  const variance = meanOf(tf.square(tf.sub(x, perChannel(mean))))
  const output = tf.customGrad((...given) => {
    const save = given.at(-1) as unknown as Save
    const centered = tf.sub(x, perChannel(mean))
    const inverse = tf.rsqrt(tf.add(variance, epsilon))
    const scale = gamma ? tf.mul(inverse, gamma) : inverse
    save([centered, inverse, scale, ...present(mask, counted)])
    const scaled = tf.mul(centered, perChannel(scale))
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [centered, inverse, scale, mask, counted] = saved as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor?,
        tf.Tensor?,
      ]
      const dBeta = tf.sum(dy, axes)
      const dGamma = tf.mul(tf.sum(tf.mul(dy, centered), axes), inverse)
      const each = tf.mul(scale, counted ?? evenly)
      const along = tf.mul(centered, perChannel(tf.mul(tf.mul(each, inverse), dGamma)))
      const moved = weigh(tf.add(along, perChannel(tf.mul(each, dBeta))), mask)
      const dx = tf.sub(tf.mul(dy, perChannel(scale)), moved)
      return [dx, ...(gamma ? [dGamma] : []), ...(beta ? [dBeta] : [])]
    }
    return { value: beta ? tf.add(scaled, perChannel(beta)) : scaled, gradFunc }
  })(...present(x, gamma, beta))
  return { output, mean, variance }
}

/** `gamma (x - mean) / sqrt(variance + epsilon) + beta` with given moments, one number per channel. */
export function normalizeBy(
  x: tf.Tensor,
  { gamma, beta }: Affine,
  { mean, variance, channels, epsilon }: Moments & { channels: number; epsilon: number },
): tf.Tensor {
  const inverse = tf.rsqrt(tf.add(variance, epsilon))
  const scale = gamma ? tf.mul(inverse, gamma) : inverse
  const moved = tf.mul(mean, scale)
  const offset = beta ? tf.sub(beta, moved) : tf.neg(moved)
  return tf.add(tf.mul(x, spread(scale, x, channels)), spread(offset, x, channels))
}

/**
 * Normalizes each sample over some axes: `gamma (x - mean) / sqrt(variance + epsilon) + beta`. `gamma` and `beta` have
 * the rank of x, or belong to its last axis. With h = (x - mean) i, g = gamma dy, and means over the axes, the gradient
 * is dx = i (g - mean(g) - h mean(g h)) (Ba et al., 2016).
 */
export function normalizeSamples(
  x: tf.Tensor,
  { gamma, beta }: Affine,
  { axes, epsilon }: { axes: number[]; epsilon: number },
): tf.Tensor {
  const mean = meanOver(x, axes)
  return tf.customGrad((...given) => {
    const save = given.at(-1) as unknown as Save
    const centered = tf.sub(x, mean(x))
    const inverse = tf.rsqrt(tf.add(mean(tf.square(centered)), epsilon))
    const normal = tf.mul(centered, inverse)
    save([normal, inverse, ...present(gamma)])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [normal, inverse, gamma] = saved as [tf.Tensor, tf.Tensor, tf.Tensor?]
      const g = gamma ? tf.mul(dy, gamma) : dy
      const moved = tf.add(tf.mul(normal, mean(tf.mul(g, normal))), mean(g))
      const dx = tf.mul(tf.sub(g, moved), inverse)
      const dGamma = gamma && sumTo(tf.mul(dy, normal), gamma.shape)
      return [dx, ...(dGamma ? [dGamma] : []), ...(beta ? [sumTo(dy, beta.shape)] : [])]
    }
    const scaled = gamma ? tf.mul(normal, gamma) : normal
    return { value: beta ? tf.add(scaled, beta) : scaled, gradFunc }
  })(...present(x, gamma, beta))
}

interface Rescaling {
  readonly axes: number[]
  readonly divisor: number
  readonly inverse: (squares: tf.Tensor) => tf.Tensor
  readonly most?: number
}

/**
 * Returns `x i` with i = `inverse(sum of squares over the axes)`, which must be 1 / sqrt(sum / `divisor` + a constant).
 * With h = x i the gradient is dx = i (dy - h sum(dy h) / divisor). If `most` is given, i is limited to it and is
 * constant there.
 */
export function rescaleSamples(x: tf.Tensor, { axes, divisor, inverse, most }: Rescaling): tf.Tensor {
  const total = (value: tf.Tensor) => tf.sum(value, axes, true)
  return tf.customGrad((...given) => {
    const save = given.at(-1) as unknown as Save
    const unlimited = inverse(total(tf.square(x)))
    const factor = most === undefined ? unlimited : tf.minimum(unlimited, most)
    const scaled = tf.mul(x, factor)
    save([scaled, factor])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [scaled, factor] = saved as [tf.Tensor, tf.Tensor]
      const along = tf.div(total(tf.mul(dy, scaled)), divisor)
      const varying = most === undefined ? along : tf.mul(along, tf.cast(tf.less(factor, most), 'float32'))
      return tf.mul(tf.sub(dy, tf.mul(scaled, varying)), factor)
    }
    return { value: scaled, gradFunc }
  })(x)
}

const present = (...tensors: (tf.Tensor | undefined)[]): tf.Tensor[] => tensors.filter((one) => one !== undefined)

/** A function that takes the mean over these axes and keeps them with length 1. */
function meanOver({ shape }: tf.Tensor, axes: number[]): (x: tf.Tensor) => tf.Tensor {
  const share = 1 / sizeOf(axes.map((axis) => shape[axis]!))
  return (x) => tf.mul(tf.sum(x, axes, true), share)
}

/** Sums x over the axes that `shape` lacks or has with length 1, so that the result has this shape. */
function sumTo(x: tf.Tensor, shape: Shape): tf.Tensor {
  const lacking = x.rank - shape.length
  const axes = x.shape.flatMap((dim, axis) => (axis < lacking || shape[axis - lacking] !== dim ? [axis] : []))
  return tf.reshape(tf.sum(x, axes), [...shape])
}
