/**
 * Convolutions of (batch, ...space, channels) with filters (...size, channels in, channels out), depthwise convolutions
 * with filters (...size, channels, multiplier), and their gradients. tfjs' gradients do not support dilation; those of
 * the graph do.
 */
import type { NamedAttrMap } from '@tensorflow/tfjs-core'
import type { Shape } from '../../../../base/shape.js'
import type { Attributes, ValueInfo } from '../value.js'
import type { KernelRule } from './rule.js'
import { countsOf, spaceOf, windowIn, windowOf } from './window.js'

/** Number of output channels of a filter. */
type ChannelsOut = (filter: Shape) => number
const all: ChannelsOut = (filter) => filter.at(-1)!
const eachTimes: ChannelsOut = (filter) => filter.at(-2)! * filter.at(-1)!

const sizeOfFilter = (filter: Shape): Shape => filter.slice(0, -2)

function convolved(input: Shape, filter: Shape, attributes: Attributes, channels: ChannelsOut): number[] {
  if (input.at(-1) !== filter.at(-2)) throw new Error(`internal: (${input}) convolved with (${filter})`)
  return [input[0]!, ...countsOf(spaceOf(input), sizeOfFilter(filter), windowIn(attributes)), channels(filter)]
}

function requireGradient(dy: ValueInfo, input: Shape, filter: Shape, attributes: Attributes, channels: ChannelsOut) {
  const expected = convolved(input, filter, attributes, channels)
  if (dy.shape.join() !== expected.join()) throw new Error(`internal: gradient (${dy.shape}) of (${expected})`)
}

const windowOver = (given: NamedAttrMap, input: Shape, filter: Shape) =>
  windowOf(given, spaceOf(input), sizeOfFilter(filter))

const forward = (channels: ChannelsOut) =>
  ({
    inputs: ['x', 'filter'],
    attributes: (given, [x, filter]) => windowOver(given, x!.shape, filter!.shape),
    output: ([x, filter], attributes) => ({
      shape: convolved(x!.shape, filter!.shape, attributes, channels),
      dtype: 'float32',
    }),
  }) as const satisfies KernelRule

const backpropInput = (channels: ChannelsOut) =>
  ({
    inputs: ['dy', 'filter'],
    attributes(given, [, filter]) {
      const inputShape = [...(given.inputShape as number[])]
      return { inputShape, ...windowOver(given, inputShape, filter!.shape) }
    },
    output([dy, filter], attributes) {
      const shape = attributes.inputShape as number[]
      requireGradient(dy!, shape, filter!.shape, attributes, channels)
      return { shape, dtype: 'float32' }
    },
  }) as const satisfies KernelRule

const backpropFilter = (channels: ChannelsOut) =>
  ({
    inputs: ['x', 'dy'],
    attributes(given, [x]) {
      const filterShape = [...(given.filterShape as number[])]
      return { filterShape, ...windowOver(given, x!.shape, filterShape) }
    },
    output([x, dy], attributes) {
      const shape = attributes.filterShape as number[]
      requireGradient(dy!, x!.shape, shape, attributes, channels)
      return { shape, dtype: 'float32' }
    },
  }) as const satisfies KernelRule

export const CONVOLUTION = {
  Conv2D: forward(all),
  Conv2DBackpropInput: backpropInput(all),
  Conv2DBackpropFilter: backpropFilter(all),
  DepthwiseConv2dNative: forward(eachTimes),
  DepthwiseConv2dNativeBackpropInput: backpropInput(eachTimes),
  DepthwiseConv2dNativeBackpropFilter: backpropFilter(eachTimes),
} as const satisfies Record<string, KernelRule>
