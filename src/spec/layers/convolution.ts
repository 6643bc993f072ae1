/** Convolution layers (keras/src/layers/convolutional). */
import { z } from 'zod'
import { constraint } from '../constraints.js'
import { type RuleIssue, rules } from '../family.js'
import { initializer } from '../initializers.js'
import { regularizer } from '../regularizers.js'
import { LARGEST_WINDOW } from '../whole.js'
import { activated, bias, kernel, onOutput, perAxis, size, weighted } from './layer.js'
import { padding, space } from './window.js'

export const filters = size.describe('Number of output channels, at least 1.')

/** Fields of a layer whose windows slide over this number of axes, in the order of Keras. */
export const windows = (axes: number) => ({
  kernel_size: perAxis(axes, 1, LARGEST_WINDOW).describe(
    `Size of the window over ${space(axes)}: a number, or one for each.`,
  ),
  strides: perAxis(axes, 1, LARGEST_WINDOW)
    .prefault(1)
    .describe(`Steps between windows, over ${space(axes)}.`),
  padding,
  dilation_rate: perAxis(axes, 1, LARGEST_WINDOW)
    .prefault(1)
    .describe('Steps between the elements of a window; above 1 only at strides of 1.'),
})
const groups = size.default(1).describe('Number of groups that channels and filters are split into; must divide both.')
const outputPadding = (axes: number) =>
  perAxis(axes, 0, LARGEST_WINDOW)
    .nullable()
    .default(null)
    .describe(
      'Number of elements added after the last window, fewer than strides. Default: with "same", the output becomes strides times as long; with "valid", none, unless strides are longer than the window.',
    )
const depthMultiplier = size.default(1).describe('Number of output channels for each input channel.')
const depthwise = {
  depthwise_initializer: initializer('glorot_uniform', 'First values of the depthwise kernel.'),
  depthwise_regularizer: regularizer('Regularizer of the depthwise kernel.'),
  depthwise_constraint: constraint('Constraint on the depthwise kernel, applied after each update.'),
}
const pointwise = {
  pointwise_initializer: initializer('glorot_uniform', 'First values of the pointwise kernel.'),
  pointwise_regularizer: regularizer('Regularizer of the pointwise kernel.'),
  pointwise_constraint: constraint('Constraint on the pointwise kernel, applied after each update.'),
}

const convolution = (axes: number) => ({
  filters,
  ...windows(axes),
  groups,
  ...activated,
  ...bias,
  ...kernel,
  ...onOutput,
})
const transposed = (axes: number) => ({
  filters,
  ...windows(axes),
  output_padding: outputPadding(axes),
  ...activated,
  ...bias,
  ...kernel,
  ...onOutput,
})
const byChannel = (axes: number) => ({
  ...windows(axes),
  depth_multiplier: depthMultiplier,
  ...activated,
  ...bias,
  ...depthwise,
  ...onOutput,
})
const separable = (axes: number) => ({ filters, ...byChannel(axes), ...pointwise })

export const CONVOLUTION = [
  weighted(
    'Conv1D',
    'Convolves (steps, channels) with filters.',
    {
      ...convolution(1),
      padding: z
        .enum(['valid', 'same', 'causal'])
        .default('valid')
        .describe(
          '"valid": windows stay within the input. "same": zeros are added, so that at strides of 1 the output is as long as the input. "causal": a window ends at its own step, so that no output depends on later steps.',
        ),
    },
    ['Convolution1D'],
  ).superRefine(rules(windowRules)),
  weighted('Conv2D', 'Convolves images, (height, width, channels), with filters.', convolution(2), [
    'Convolution2D',
  ]).superRefine(rules(windowRules)),
  weighted('Conv3D', 'Convolves volumes, (depth, height, width, channels), with filters.', convolution(3), [
    'Convolution3D',
  ]).superRefine(rules(windowRules)),
  weighted(
    'Conv1DTranspose',
    'A transposed convolution of (steps, channels): the output is longer than the input, by the factor `strides`.',
    transposed(1),
    ['Convolution1DTranspose'],
  ).superRefine(rules(windowRules)),
  weighted(
    'Conv2DTranspose',
    'A transposed convolution of images: the output is larger than the input, by the factor `strides`.',
    transposed(2),
    ['Convolution2DTranspose'],
  ).superRefine(rules(windowRules)),
  weighted(
    'Conv3DTranspose',
    'A transposed convolution of volumes: the output is larger than the input, by the factor `strides`.',
    transposed(3),
    ['Convolution3DTranspose'],
  ).superRefine(rules(windowRules)),
  weighted('DepthwiseConv1D', 'Convolves each channel of (steps, channels) by itself.', byChannel(1)).superRefine(
    rules(windowRules),
  ),
  weighted('DepthwiseConv2D', 'Convolves each channel of an image by itself.', byChannel(2)).superRefine(
    rules(windowRules),
  ),
  weighted(
    'SeparableConv1D',
    'Convolves each channel of (steps, channels) by itself, then mixes the channels at each step.',
    separable(1),
    ['SeparableConvolution1D'],
  ).superRefine(rules(windowRules)),
  weighted(
    'SeparableConv2D',
    'Convolves each channel of an image by itself, then mixes the channels at each place.',
    separable(2),
    ['SeparableConvolution2D'],
  ).superRefine(rules(windowRules)),
] as const

/** Rules across the fields of a convolution (keras/src/layers/convolutional/base_conv.py, base_conv_transpose.py). */
export function* windowRules(layer: {
  readonly strides: readonly number[]
  readonly dilation_rate: readonly number[]
  readonly filters?: number
  readonly groups?: number
  readonly output_padding?: readonly number[] | null
}): Iterable<RuleIssue> {
  const { strides, dilation_rate, filters = 1, groups = 1, output_padding } = layer
  const dilation = Math.max(...dilation_rate)
  if (dilation > 1 && Math.max(...strides) > 1) {
    yield { code: 'range', path: ['dilation_rate'], message: `found ${dilation}, must be 1 if strides are above 1` }
  }
  if (filters % groups !== 0) {
    const message = `found ${filters}, must be a multiple of the number of groups, ${groups}`
    yield { code: 'range', path: ['filters'], message }
  }
  for (const [axis, after] of output_padding?.entries() ?? []) {
    if (after < strides[axis]!) continue
    yield {
      code: 'range',
      path: ['output_padding'],
      message: `found ${after}, must be below the stride, ${strides[axis]}`,
    }
  }
}
