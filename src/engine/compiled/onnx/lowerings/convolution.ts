import type { Shape } from '../../../../base/shape.js'
import type { CONVOLUTION } from '../../graph/kernels/convolution.js'
import { countsOf, remaindersOf, spaceOf, type Window, windowIn } from '../../graph/kernels/window.js'
import { slice } from './arrays.js'
import { channelsFirst, channelsLast, channelsOutermost, filterFirst, filterLast, onnxPads } from './layout.js'
import { type Emitter, type Lowering, reshape, transpose } from './lowering.js'

const convolutionAttributes = (window: Window) => ({
  strides: window.strides,
  dilations: window.dilations,
  pads: onnxPads(window),
})

/** By channel: a filter (...size, channels, multiplier) is one of (...size, 1, channels * multiplier) in groups. */
const grouped = (filter: Shape): Shape => [...filter.slice(0, -2), 1, filter.at(-2)! * filter.at(-1)!]

/** The filter as ONNX has it, and in how many groups of channels it works. */
function filterOf(emit: Emitter, name: string, shape: Shape, byChannel: boolean) {
  const filter = byChannel ? reshape(emit, name, grouped(shape)) : name
  return { filter: filterFirst(emit, filter, shape), group: byChannel ? shape.at(-2)! : 1 }
}

/** With a bias by channel where a third name is given. */
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

/** `output_padding` is what the last window did not reach: nothing of the gradient comes there. */
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

/** What the last window did not reach gives elements that belong to no filter. */
const firstOf = (emit: Emitter, x: string, found: Shape, wanted: Shape) =>
  found.join() === wanted.join()
    ? x
    : slice(
        emit,
        x,
        wanted.map(() => 0),
        wanted,
      )

/** Where windows were strides apart the gradient's own elements are, and the other way round. */
const swapped = (window: Window): Window => ({ ...window, strides: window.dilations, dilations: window.strides })

/**
 * The gradient of a filter is a convolution of x by dy over all samples, which take the place of channels. Channels in
 * take that of samples; by channel they are groups.
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
    const filter = firstOf(emit, result, [...outer, ...found], [...outer, ...size])
    return filterLast(emit, byChannel ? reshape(emit, filter, [channels, multiplier, ...size]) : filter, shape)
  }

/**
 * The same without turning x, which is (batch, ...space, channels): read as (1, batch, ...space but the last, last *
 * channels), windows `channels` apart along the last axis, it gives (1, out, ...size but the last, last * channels).
 * Only where the filter is not dilated along its last axis.
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
