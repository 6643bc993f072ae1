/** Convolutions of (batch, ...space, channels) in tfjs ops that have gradients. */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import { innerOf, onPlane, padded, padsOf, plane, sliced, unplane, type Window, windowCounts } from './space.js'
import { kernelOfPlanes, kernelOfPlanesTransposed, planesOfWindows, spread } from './volume.js'

/**
 * Convolution with a kernel (...size, channels in, channels out). If the kernel has fewer input channels than x,
 * channels are split into groups, each of which makes its share of the output channels.
 */
export function convolved(x: tf.Tensor, kernel: tf.Tensor, window: Window): tf.Tensor {
  const [channels, filters] = kernel.shape.slice(-2) as [number, number]
  const groups = x.shape.at(-1)! / channels
  if (groups > 1 && channels === 1 && window.size.length < 3) {
    const byChannel = tf.reshape(kernel, [...window.size, groups, filters / groups])
    return convolvedByChannel(x, byChannel, window)
  }
  if (groups > 1) {
    const kernels = tf.split(kernel, groups, -1)
    const parts = tf.split(x, groups, -1).map((part, group) => convolved(part, kernels[group]!, window))
    return tf.concat(parts, -1)
  }
  if ([...window.size, ...window.strides].every((length) => length === 1)) {
    const rows = tf.matMul(tf.reshape(x, [-1, channels]), tf.reshape(kernel, [channels, filters]))
    return tf.reshape(rows, [...x.shape.slice(0, -1), filters])
  }
  if (window.size.length === 3) return convolvedVolume(x, kernel, window)
  return slid(x, window, (x, strides, padding) => tf.conv2d(x, planeOfKernel(kernel), strides, padding))
}

/** Convolution of (batch, depth, height, width, channels) with a kernel of three axes of space. */
function convolvedVolume(x: tf.Tensor, kernel: tf.Tensor, window: Window): tf.Tensor {
  const space = innerOf(x)
  const [[before]] = padsOf(space, window) as [[number, number]]
  const [count] = windowCounts(space, window) as [number]
  const [size, stride, dilation] = [window.size, window.strides, window.dilations ?? [1]].map(([first]) => first!)
  const planes = planesOfWindows(x, { size: size!, stride: stride!, dilation: dilation!, before, count })
  const made = convolved(planes, kernelOfPlanes(kernel), planeWindow(window))
  return tf.reshape(made, [x.shape[0]!, count, ...made.shape.slice(1)])
}

/** The window over the planes of a volume. */
const planeWindow = <Given extends Pick<Window, 'size' | 'strides' | 'dilations'>>(window: Given): Given => ({
  ...window,
  size: window.size.slice(1),
  strides: window.strides.slice(1),
  dilations: window.dilations?.slice(1),
})

/**
 * Depthwise convolution with a kernel (...size, channels, multiplier). Input channel c makes `multiplier` output
 * channels, the first of which is c * multiplier.
 */
export const convolvedByChannel = (x: tf.Tensor, kernel: tf.Tensor, window: Window): tf.Tensor =>
  slid(x, window, (x, strides, padding) => tf.depthwiseConv2d(x, planeOfKernel(kernel), strides, padding))

const planeOfKernel = (kernel: tf.Tensor): tf.Tensor4D =>
  (kernel.rank === 3 ? tf.expandDims(kernel, 0) : kernel) as tf.Tensor4D

type OnPlane = (x: tf.Tensor4D, strides: [number, number], padding: 'valid' | 'same') => tf.Tensor

function slid(x: tf.Tensor, window: Window, apply: OnPlane): tf.Tensor {
  const { strides, dilations = [], padding } = window
  if (dilations.some((step) => step > 1)) return dilated(x, window, (x) => slid(x, undilated(window), apply))
  if (padding === 'causal') return slid(padded(x, padsOf(innerOf(x), window)), undilated(window), apply)
  return unplane(apply(plane(x), onPlane(strides), padding), strides.length)
}

const undilated = ({ size, strides }: Window): Window => ({ size, strides, padding: 'valid' })

/**
 * Dilated convolution by way of `apply`, a convolution without dilation at strides of 1: elements that lie a dilation
 * apart become samples of their own (as in tf.space_to_batch_nd). Needed because tfjs' gradients do not support
 * dilation.
 */
function dilated(x: tf.Tensor, window: Window, apply: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const space = innerOf(x)
  const steps = window.dilations!
  const pads = padsOf(space, window)
  const parts = space.map((length, axis) => Math.ceil((length + pads[axis]![0] + pads[axis]![1]) / steps[axis]!))
  const all = padded(
    x,
    pads.map(([before], axis) => [before, parts[axis]! * steps[axis]! - space[axis]! - before]),
  )
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!]
  const axes = space.map((_, axis) => axis)
  // (batch, part, step, ..., channels) and (step, ..., batch, part, ..., channels)
  const apart = tf.transpose(
    tf.reshape(all, [batch, ...axes.flatMap((axis) => [parts[axis]!, steps[axis]!]), channels]),
    [...axes.map((axis) => 2 * axis + 2), 0, ...axes.map((axis) => 2 * axis + 1), 2 * axes.length + 1],
  )
  const made = apply(tf.reshape(apart, [-1, ...parts, channels]))
  const counts = innerOf(made)
  const together = tf.transpose(tf.reshape(made, [...steps, batch, ...counts, made.shape.at(-1)!]), [
    axes.length,
    ...axes.flatMap((axis) => [axes.length + 1 + axis, axis]),
    2 * axes.length + 1,
  ])
  const whole = tf.reshape(together, [batch, ...axes.map((axis) => counts[axis]! * steps[axis]!), made.shape.at(-1)!])
  return sliced(
    whole,
    space.map(() => 0),
    windowCounts(space, window),
  )
}

export interface TransposedWindow {
  readonly size: Shape
  readonly strides: Shape
  readonly dilations: Shape
  readonly padding: 'valid' | 'same'
  /** Elements added after the last window; null adds as many as undoing a convolution needs. */
  readonly outputPadding: Shape | null
}

/**
 * Output length of each axis of a transposed convolution (keras/src/backend/common/backend_utils.py,
 * compute_conv_transpose_output_shape).
 */
export const transposedCounts = (space: Shape, window: TransposedWindow): Shape =>
  space.map((length, axis) => {
    const { stride, reach, after } = transposedAxis(window, axis)
    if (window.padding === 'valid') return (length - 1) * stride + reach + (after ?? Math.max(0, stride - reach))
    return after === undefined ? length * stride : (length - 1) * stride + (reach % 2) + after
  })

const transposedAxis = ({ size, strides, dilations, outputPadding }: TransposedWindow, axis: number) => ({
  stride: strides[axis]!,
  reach: (size[axis]! - 1) * dilations[axis]! + 1,
  after: outputPadding?.[axis],
})

/**
 * Transposed convolution with a kernel (...size, channels out, channels in): the gradient of a convolution. If no
 * padding of that convolution gives Keras' output length, the edges are cut as Keras on JAX does
 * (_convert_conv_transpose_padding_args_from_keras_to_jax).
 */
export function transposed(x: tf.Tensor, kernel: tf.Tensor, window: TransposedWindow): tf.Tensor {
  const space = innerOf(x)
  const counts = transposedCounts(space, window)
  const { size, strides, dilations, padding } = window
  const cut = space.map((length, axis) => {
    const { stride, reach } = transposedAxis(window, axis)
    const both = Math.max(0, (length - 1) * stride + reach - counts[axis]!)
    return padding === 'valid' ? 0 : Math.floor(both / 2)
  })
  if (space.length === 3) {
    // along the depth: a convolution, at strides of 1, of planes with zeros between them, with the flipped kernel
    const { stride, reach } = transposedAxis(window, 0)
    const along = { size: size[0]!, stride: 1, dilation: dilations[0]!, before: reach - 1 - cut[0]!, count: counts[0]! }
    const made = transposed(planesOfWindows(spread(x, stride), along), kernelOfPlanesTransposed(kernel), {
      ...planeWindow(window),
      outputPadding: window.outputPadding?.slice(1) ?? null,
    })
    return tf.reshape(made, [x.shape[0]!, counts[0]!, ...made.shape.slice(1)])
  }
  if (dilations.some((step) => step > 1)) {
    // at strides of 1 this is a convolution with the flipped kernel
    const pads = space.map((length, axis): [number, number] => {
      const before = transposedAxis(window, axis).reach - 1 - cut[axis]!
      return [before, counts[axis]! - length - before + transposedAxis(window, axis).reach - 1]
    })
    const axes = size.map((_, axis) => axis)
    const turned = tf.transpose(tf.reverse(kernel, axes), [...axes, axes.length + 1, axes.length])
    return convolved(padded(x, pads), turned, { size, strides, dilations, padding: 'valid' })
  }
  const fits = (pad: 'valid' | 'same') =>
    padding === pad && windowCounts(counts, { size, strides, padding: pad }).join() === space.join()
  if (fits(padding)) return slidBack(x, kernel, window, counts, padding)
  const natural = space.map((length, axis) =>
    Math.max((length - 1) * strides[axis]! + size[axis]!, cut[axis]! + counts[axis]!),
  )
  return sliced(slidBack(x, kernel, window, natural, 'valid'), cut, counts)
}

function slidBack(
  x: tf.Tensor,
  kernel: tf.Tensor,
  { strides }: TransposedWindow,
  counts: Shape,
  padding: 'valid' | 'same',
): tf.Tensor {
  const shape: [number, number, number, number] = [x.shape[0]!, ...onPlane(counts), kernel.shape.at(-2)!]
  const made = tf.conv2dTranspose(plane(x), planeOfKernel(kernel), shape, onPlane(strides), padding)
  return unplane(made, counts.length)
}
