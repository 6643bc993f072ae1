/**
 * TensorFlow's kernels for processors have no gradients of dilated filters; their depthwise convolutions have neither
 * dilations nor unequal strides. For these, zeros are inserted between the elements of the filter or of the gradient,
 * which gives the same result.
 */
import type { Shape } from '../../../../base/shape.js'
import type { CONVOLUTION } from '../../graph/kernels/convolution.js'
import { countsOf, padsOf, reach, spaceOf, type Window, windowIn } from '../../graph/kernels/window.js'
import type { TensorflowAttribute } from '../graph-def.js'
import { pad, spread, stridedSlice } from './arrays.js'
import { type Emitter, FLOAT, type Lowering } from './lowering.js'

/** TensorFlow's attributes for padding: its name if it has one, else explicit numbers. */
export function paddingOf(
  space: Shape,
  size: Shape,
  window: Window,
): { padding: TensorflowAttribute; explicit_paddings?: TensorflowAttribute } {
  if (window.pads.every((count) => count === 0)) return { padding: { text: 'VALID' } }
  if (padsOf('same', space, size, window).join() === window.pads.join()) return { padding: { text: 'SAME' } }
  return { padding: { text: 'EXPLICIT' }, explicit_paddings: { ints: [0, 0, ...window.pads, 0, 0] } }
}

const windowAttributes = (space: Shape, size: Shape, window: Window) => ({
  ...FLOAT,
  ...paddingOf(space, size, window),
  strides: { ints: [1, ...window.strides, 1] },
  dilations: { ints: [1, ...window.dilations, 1] },
  data_format: { text: 'NHWC' },
})

const sizeOfFilter = (filter: Shape): Shape => filter.slice(0, -2)
const undilated = (window: Window): Window => ({ ...window, dilations: window.dilations.map(() => 1) })

/** Fills the gaps of a dilated filter with zeros. */
function withoutGaps(emit: Emitter, filter: string, shape: Shape, { dilations }: Window) {
  const size = sizeOfFilter(shape).map((length, axis) => reach(length, dilations[axis]!))
  return { filter: spread(emit, filter, shape, [...dilations, 1, 1]), shape: [...size, ...shape.slice(-2)] }
}

/** Takes the gradient of a dilated filter out of that of the filter with zeros in its gaps. */
const withGaps = (emit: Emitter, gradient: string, shape: Shape, { dilations }: Window) =>
  dilations.every((step) => step === 1)
    ? gradient
    : stridedSlice(
        emit,
        gradient,
        shape.map(() => 0),
        shape,
        [...dilations, 1, 1],
      )

const conv2d: Lowering = (emit, { attributes }, names, [x, filter]) =>
  emit.op('Conv2D', names, windowAttributes(spaceOf(x!.shape), sizeOfFilter(filter!.shape), windowIn(attributes)))

const backpropInput =
  (op: string): Lowering =>
  (emit, { attributes }, [dy, weights], [gradient, info]) => {
    const window = windowIn(attributes)
    const input = attributes.inputShape as number[]
    const { filter, shape } = withoutGaps(emit, weights!, info!.shape, window)
    const even = evenly(op, emit, dy!, gradient!.shape, input, shape, undilated(window))
    const names = [emit.ints(input), filter, even.gradient]
    return emit.op(op, names, windowAttributes(spaceOf(input), sizeOfFilter(shape), even.window))
  }

const backpropFilter =
  (op: string): Lowering =>
  (emit, { attributes }, [x, dy], [input, gradient]) => {
    const window = windowIn(attributes)
    const filter = attributes.filterShape as number[]
    const size = sizeOfFilter(filter).map((length, axis) => reach(length, window.dilations[axis]!))
    const shape = [...size, ...filter.slice(-2)]
    const even = evenly(op, emit, dy!, gradient!.shape, input!.shape, shape, undilated(window))
    const names = [x!, emit.ints(shape), even.gradient]
    const found = emit.op(op, names, windowAttributes(spaceOf(input!.shape), size, even.window))
    return withGaps(emit, found, filter, window)
  }

const isEven = ({ strides }: Window) => strides.every((stride) => stride === strides[0])

/**
 * For depthwise convolutions with unequal strides: spreads the gradient to windows at every position, with strides of
 * 1.
 */
function evenly(op: string, emit: Emitter, dy: string, shape: Shape, input: Shape, filter: Shape, window: Window) {
  if (!op.startsWith('Depthwise') || isEven(window)) return { gradient: dy, window }
  const everywhere = { ...window, strides: window.strides.map(() => 1) }
  const counts = countsOf(spaceOf(input), sizeOfFilter(filter), everywhere)
  const after = counts.flatMap((count, axis) => [0, count - reach(shape[axis + 1]!, window.strides[axis]!)])
  const gaps = spread(emit, dy, shape, [1, ...window.strides, 1])
  return { gradient: pad(emit, gaps, [0, 0, ...after, 0, 0]), window: everywhere }
}

const depthwise: Lowering = (emit, { attributes }, [x, weights], [input, info]) => {
  const window = windowIn(attributes)
  const space = spaceOf(input!.shape)
  const { filter, shape } = withoutGaps(emit, weights!, info!.shape, window)
  const size = sizeOfFilter(shape)
  const at = (one: Window) =>
    emit.op('DepthwiseConv2dNative', [x!, filter], windowAttributes(space, size, undilated(one)))
  if (isEven(window)) return at(window)
  const result = [input!.shape[0]!, ...countsOf(space, size, undilated(window)), shape.at(-2)! * shape.at(-1)!]
  const all = at({ ...window, strides: window.strides.map(() => 1) })
  return stridedSlice(
    emit,
    all,
    result.map(() => 0),
    result,
    [1, ...window.strides, 1],
  )
}

export const CONVOLUTION_LOWERINGS: { readonly [Kernel in keyof typeof CONVOLUTION]: Lowering } = {
  Conv2D: conv2d,
  Conv2DBackpropInput: backpropInput('Conv2DBackpropInput'),
  Conv2DBackpropFilter: backpropFilter('Conv2DBackpropFilter'),
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2dNativeBackpropInput: backpropInput('DepthwiseConv2dNativeBackpropInput'),
  DepthwiseConv2dNativeBackpropFilter: backpropFilter('DepthwiseConv2dNativeBackpropFilter'),
}
