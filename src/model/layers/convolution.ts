/** Convolutions (keras/src/layers/convolutional) over as many axes as kernel_size has. */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape, type Shape } from '../../base/shape.js'
import type { ConstraintSpec } from '../../spec/constraints.js'
import type { InitializerSpec } from '../../spec/initializers.js'
import type { RegularizerSpec } from '../../spec/regularizers.js'
import { projectionOf } from '../constraints.js'
import { initializerOf } from '../initializers.js'
import { penaltyOf } from '../regularizers.js'
import { convolved, convolvedByChannel, type TransposedWindow, transposed, transposedCounts } from './convolve.js'
import { biasOf } from './core.js'
import { type CallContext, type LayerRule, ShapeProblem, type SpecOf, type WeightRequest } from './layer.js'
import { anyRange } from './range.js'
import { sameInTfjs } from './saved.js'
import { spaceOf, type Window, windowCounts } from './space.js'

type WindowSpec = Pick<SpecOf<'Conv1D'>, 'kernel_size' | 'strides' | 'padding' | 'dilation_rate'>

const windowOf = (spec: WindowSpec): Window => ({
  size: spec.kernel_size,
  strides: spec.strides,
  dilations: spec.dilation_rate,
  padding: spec.padding,
})

const isDilated = ({ dilation_rate }: Pick<WindowSpec, 'dilation_rate'>) => dilation_rate.some((step) => step > 1)

interface KernelSpec {
  readonly initializer: InitializerSpec
  readonly regularizer: RegularizerSpec | null
  readonly constraint: ConstraintSpec | null
}

const kernelOf = (name: string, shape: Shape, spec: KernelSpec): WeightRequest => ({
  name,
  shape,
  initializer: initializerOf(spec.initializer),
  penalty: penaltyOf(spec.regularizer),
  constraint: projectionOf(spec.constraint),
})

const learntKernel = (spec: Pick<SpecOf<'Conv2D'>, `kernel_${'initializer' | 'regularizer' | 'constraint'}`>) => ({
  initializer: spec.kernel_initializer,
  regularizer: spec.kernel_regularizer,
  constraint: spec.kernel_constraint,
})

const depthwiseKernel = (
  spec: Pick<SpecOf<'DepthwiseConv2D'>, `depthwise_${'initializer' | 'regularizer' | 'constraint'}`>,
) => ({
  initializer: spec.depthwise_initializer,
  regularizer: spec.depthwise_regularizer,
  constraint: spec.depthwise_constraint,
})

type BiasSpec = Parameters<typeof biasOf>[0] & { readonly use_bias: boolean }

const withBias = (spec: BiasSpec, size: number, kernels: readonly WeightRequest[]): readonly WeightRequest[] =>
  spec.use_bias ? [...kernels, biasOf(spec, size)] : kernels

const biased = (spec: BiasSpec, x: tf.Tensor, weights: CallContext['weights']): tf.Tensor =>
  spec.use_bias ? tf.add(x, weights.bias!) : x

/** Conv1D, Conv2D and Conv3D (base_conv.py). */
export const convolution: LayerRule<SpecOf<'Conv1D' | 'Conv2D' | 'Conv3D'>> = {
  outputShape(spec, [given]) {
    const { space, channels } = spaceOf(given!, spec.kernel_size.length)
    if (channels % spec.groups !== 0) {
      throw new ShapeProblem(`cannot split ${channels} channels into ${spec.groups} groups`)
    }
    return [...windowCounts(space, windowOf(spec)), spec.filters]
  },
  weights(spec, [given]) {
    const shape = [...spec.kernel_size, given!.at(-1)! / spec.groups, spec.filters]
    return withBias(spec, spec.filters, [kernelOf('kernel', shape, learntKernel(spec))])
  },
  call: (spec, [x], { weights }) => biased(spec, convolved(x!, weights.kernel!, windowOf(spec)), weights),
  activation: (spec) => spec.activation,
  range: anyRange,
  /** tfjs has neither groups nor causal padding. */
  saved: (spec) => (spec.groups > 1 || spec.padding === 'causal' ? null : sameInTfjs(spec)),
}

type TransposedSpec = SpecOf<'Conv1DTranspose' | 'Conv2DTranspose' | 'Conv3DTranspose'>

const transposedWindow = (spec: TransposedSpec): TransposedWindow => ({
  size: spec.kernel_size,
  strides: spec.strides,
  dilations: spec.dilation_rate,
  padding: spec.padding,
  outputPadding: spec.output_padding,
})

/** Conv1DTranspose, Conv2DTranspose and Conv3DTranspose (base_conv_transpose.py). */
export const transposedConvolution: LayerRule<TransposedSpec> = {
  outputShape(spec, [given]) {
    const { space } = spaceOf(given!, spec.kernel_size.length)
    const counts = transposedCounts(space, transposedWindow(spec))
    if (counts.some((count) => count < 1)) throw new ShapeProblem(`leaves nothing of ${formatShape(space)}`)
    return [...counts, spec.filters]
  },
  weights(spec, [given]) {
    const shape = [...spec.kernel_size, spec.filters, given!.at(-1)!]
    return withBias(spec, spec.filters, [kernelOf('kernel', shape, learntKernel(spec))])
  },
  call: (spec, [x], { weights }) => biased(spec, transposed(x!, weights.kernel!, transposedWindow(spec)), weights),
  activation: (spec) => spec.activation,
  range: anyRange,
  /** tfjs has only the 2D layer, without dilations and output_padding. */
  saved: (spec) =>
    spec.type === 'Conv1DTranspose' || isDilated(spec) || spec.output_padding ? null : sameInTfjs(spec),
}

/** DepthwiseConv1D and DepthwiseConv2D (base_depthwise_conv.py): each channel is convolved separately. */
export const depthwiseConvolution: LayerRule<SpecOf<'DepthwiseConv1D' | 'DepthwiseConv2D'>> = {
  outputShape(spec, [given]) {
    const { space, channels } = spaceOf(given!, spec.kernel_size.length)
    return [...windowCounts(space, windowOf(spec)), channels * spec.depth_multiplier]
  },
  weights(spec, [given]) {
    const channels = given!.at(-1)!
    const shape = [...spec.kernel_size, channels, spec.depth_multiplier]
    return withBias(spec, channels * spec.depth_multiplier, [kernelOf('kernel', shape, depthwiseKernel(spec))])
  },
  call: (spec, [x], { weights }) => biased(spec, convolvedByChannel(x!, weights.kernel!, windowOf(spec)), weights),
  activation: (spec) => spec.activation,
  range: anyRange,
  /** tfjs has only the 2D layer, ignores its dilations, and names its kernel as Keras 2 did. */
  saved: (spec) =>
    spec.type === 'DepthwiseConv1D' || isDilated(spec)
      ? null
      : { ...sameInTfjs(spec), weights: { kernel: 'depthwise_kernel' } },
}

/** SeparableConv1D and SeparableConv2D (base_separable_conv.py): a depthwise convolution, then a pointwise one. */
export const separableConvolution: LayerRule<SpecOf<'SeparableConv1D' | 'SeparableConv2D'>> = {
  outputShape(spec, [given]) {
    const { space } = spaceOf(given!, spec.kernel_size.length)
    return [...windowCounts(space, windowOf(spec)), spec.filters]
  },
  weights(spec, [given]) {
    const channels = given!.at(-1)!
    const pointwise: KernelSpec = {
      initializer: spec.pointwise_initializer,
      regularizer: spec.pointwise_regularizer,
      constraint: spec.pointwise_constraint,
    }
    return withBias(spec, spec.filters, [
      kernelOf('depthwise_kernel', [...spec.kernel_size, channels, spec.depth_multiplier], depthwiseKernel(spec)),
      kernelOf('pointwise_kernel', [...ones(spec), channels * spec.depth_multiplier, spec.filters], pointwise),
    ])
  },
  call(spec, [x], { weights }) {
    const each = convolvedByChannel(x!, weights.depthwise_kernel!, windowOf(spec))
    const mixed = convolved(each, weights.pointwise_kernel!, {
      size: ones(spec),
      strides: ones(spec),
      padding: 'valid',
    })
    return biased(spec, mixed, weights)
  },
  activation: (spec) => spec.activation,
  range: anyRange,
  saved: (spec) => (spec.type === 'SeparableConv1D' ? null : sameInTfjs(spec)),
}

/** A list of 1 for each axis. */
const ones = ({ kernel_size }: Pick<WindowSpec, 'kernel_size'>): Shape => kernel_size.map(() => 1)
