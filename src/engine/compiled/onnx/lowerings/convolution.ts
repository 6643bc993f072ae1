import type { Shape } from '../../../../base/shape.js'
import type { CONVOLUTION } from '../../graph/kernels/convolution.js'
import { countsOf, remaindersOf, spaceOf, type Window, windowIn } from '../../graph/kernels/window.js'
import { firstOf } from './arrays.js'
import { channelsFirst, channelsLast, channelsOutermost, filterFirst, filterLast, onnxPads } from './layout.js'
import { type Emitter, type Lowering, reshape, transpose } from './lowering.js'

const convolutionAttributes = (window: Window) => ({
  strides: window.strides,
  dilations: window.dilations,
  pads: onnxPads(window),
})

/**
 * Shape of a depthwise filter (...size, channels, multiplier) as a grouped one: (...size, 1, channels * multiplier).
 */
const grouped = (filter: Shape): Shape => [...filter.slice(0, -2), 1, filter.at(-2)! * filter.at(-1)!]

/** The filter in ONNX's layout, and the number of groups of channels. */
function filterOf(emit: Emitter, name: string, shape: Shape, byChannel: boolean) {
  const filter = byChannel ? reshape(emit, name, grouped(shape)) : name
  return { filter: filterFirst(emit, filter, shape), group: byChannel ? shape.at(-2)! : 1 }
}

/** Adds a bias per channel if there is a third name. */
const forward =
  (byChannel: boolean): Lowering =>
  (emit, { attributes }, [x, weights, bias], [input, shape]) => {
    const { filter, group } = filterOf(emit, weights!, shape!.shape, byChannel)
    const added = bias === undefined ? [] : [reshape(emit, bias, [-1])]
    const result = emit.op('Conv', [channelsFirst(emit, x!, input!.shape), filter, ...added], {
      ...convolutionAttributes(windowIn(attributes)),
      group,
    })
    return channelsLast(emit, result, input!.shape)
  }

/** `output_padding` covers the elements that the last window did not reach; their gradient is 0. */
const backpropInput =
  (byChannel: boolean): Lowering =>
  (emit, { attributes }, [dy, weights], [gradient, shape]) => {
    const window = windowIn(attributes)
    const input = attributes.inputShape as number[]
    const { filter, group } = filterOf(emit, weights!, shape!.shape, byChannel)
    const result = emit.op('ConvTranspose', [channelsFirst(emit, dy!, gradient!.shape), filter], {
      ...convolutionAttributes(window),
      output_padding: remaindersOf(spaceOf(input), shape!.shape.slice(0, -2), window),
      group,
    })
    return channelsLast(emit, result, input)
  }

/**
 * Exchanges strides and dilations: in the gradient of a filter, the elements of dy are as far apart as windows were,
 * and the other way round.
 */
const swapped = (window: Window): Window => ({ ...window, strides: window.dilations, dilations: window.strides })

/**
 * The gradient of a filter as a convolution of x by dy, with samples in the role of channels and input channels in the
 * role of samples; for depthwise filters channels are groups.
 */
const throughSamples =
  (byChannel: boolean): Lowering =>
  (emit, { attributes }, [x, dy], [input, gradient]) => {
    const shape = attributes.filterShape as number[]
    const [size, channels, multiplier] = [shape.slice(0, -2), shape.at(-2)!, shape.at(-1)!]
    const [samples, ...space] = input!.shape.slice(0, -1)
    const turned = channelsOutermost(emit, x!, input!.shape)
    const result = emit.op(
      'Conv',
      [
        byChannel ? reshape(emit, turned, [1, channels * samples!, ...space]) : turned,
        channelsOutermost(emit, dy!, gradient!.shape),
      ],
      { ...convolutionAttributes(swapped(windowIn(attributes))), group: byChannel ? channels : 1 },
    )
    const outer = byChannel ? [1, channels * multiplier] : [channels, multiplier]
    const found = countsOf(space, spaceOf(gradient!.shape), swapped(windowIn(attributes)))
    // elements beyond its size exist if the last window did not reach the end of the input
    const filter = firstOf(emit, result, [...outer, ...found], [...outer, ...size])
    return filterLast(emit, byChannel ? reshape(emit, filter, [channels, multiplier, ...size]) : filter, shape)
  }

/**
 * The same gradient without transposing x, which is (batch, ...space, channels). It is read as (1, batch, ...space but
 * the last, last * channels). Windows that are `channels` apart along the last axis then give (1, out, ...size but the
 * last, last * channels). Only for filters that are not dilated along their last axis.
 */
const backpropFilter: Lowering = (emit, node, names, infos) => {
  const window = windowIn(node.attributes)
  if (window.dilations.at(-1) !== 1) return throughSamples(false)(emit, node, names, infos)
  const [input, gradient] = infos.map(({ shape }) => shape)
  const [samples, ...space] = input!.slice(0, -1)
  const shape = node.attributes.filterShape as number[]
  const [size, channels, filters] = [shape.slice(0, -2), shape.at(-2)!, shape.at(-1)!]
  const last = size.length - 1
  const wide = (lengths: readonly number[]) => lengths.with(last, lengths[last]! * channels)
  const { strides, dilations, pads } = window
  const result = emit.op(
    'Conv',
    [reshape(emit, names[0]!, [1, samples!, ...wide(space)]), channelsOutermost(emit, names[1]!, gradient!)],
    convolutionAttributes({
      strides: dilations,
      dilations: wide(strides),
      pads: pads.map((pad, index) => (index < 2 * last ? pad : pad * channels)),
    }),
  )
  const found = countsOf(space, spaceOf(gradient!), swapped(window))
  const rows = firstOf(emit, result, [1, filters, ...wide(found)], [1, filters, ...wide(size)])
  return transpose(emit, reshape(emit, rows, [filters, ...size, channels]), [
    ...shape.slice(1).map((_, axis) => axis + 1),
    0,
  ])
}

export const CONVOLUTION_LOWERINGS: { readonly [Kernel in keyof typeof CONVOLUTION]: Lowering } = {
  Conv2D: forward(false),
  Conv2DBackpropInput: backpropInput(false),
  Conv2DBackpropFilter: backpropFilter,
  DepthwiseConv2dNative: forward(true),
  DepthwiseConv2dNativeBackpropInput: backpropInput(true),
  DepthwiseConv2dNativeBackpropFilter: throughSamples(true),
}
