import { type Shape, sizeOf } from '../../../../base/shape.js'
import type { GraphNode } from '../../graph/graph.js'
import type { POOLING } from '../../graph/kernels/pooling.js'
import { remaindersOf, spaceOf, windowIn } from '../../graph/kernels/window.js'
import { slice } from './arrays.js'
import { channelsFirst, channelsLast, onnxPads } from './layout.js'
import { cast, type Lowering, reshape } from './lowering.js'

const poolAttributes = (attributes: Parameters<typeof windowIn>[0]) => {
  const window = windowIn(attributes)
  return { kernel_shape: window.size, strides: window.strides, pads: onnxPads(window) }
}

const pool =
  (type: string): Lowering =>
  (emit, { attributes }, [x], [info]) =>
    channelsLast(emit, emit.op(type, [channelsFirst(emit, x!, info!.shape)], poolAttributes(attributes)), info!.shape)

/** Longest row of windows, in elements, for which products with matrices of that width are fastest. */
const WIDEST = 256

/** Two axes (rows, columns) for windows in one or two dimensions. */
const planeOf = (space: Shape): Shape => (space.length === 1 ? [1, ...space] : space)

/** True if windows tile one or two axes without gaps, overlap or padding, in rows that are not too long. */
function isTiled({ attributes }: GraphNode, shape: Shape): boolean {
  const { size, strides, dilations, pads } = windowIn(attributes)
  const apart = size.every((length, axis) => length === strides[axis]! && dilations[axis] === 1)
  return (
    apart &&
    size.length <= 2 &&
    pads.every((pad) => pad === 0) &&
    planeOf(size)[0]! * planeOf(spaceOf(shape))[1]! <= WIDEST
  )
}

/**
 * Gradient of max pooling for tiled windows. ONNX Runtime's MaxPool is several times slower if it must return indices,
 * and the operator that would scatter the gradient to them runs on one thread. Here the elements of a row of windows,
 * (height * columns), are a row of a matrix. One product spreads the gradient to all elements of its window. Elements
 * equal to the maximum are marked with 1; another product subtracts the marks before each in its window, so that only
 * the first of equal elements keeps its mark.
 */
const byProducts: Lowering = (emit, { attributes }, names, [gradient, info]) => {
  const { shape } = info!
  const [tall, wide] = planeOf(windowIn(attributes).size) as [number, number]
  const [height, width] = planeOf(spaceOf(shape)) as [number, number]
  const [windowRows, windows] = planeOf(spaceOf(gradient!.shape)) as [number, number]
  const [planes, length] = [shape[0]! * shape.at(-1)!, tall * width]
  const windowOf = (element: number) => Math.floor((element % width) / wide)
  const spread = emit.matrix(`spread ${[tall, wide, width]}`, [windows, length], (window, element) =>
    windowOf(element) === window ? 1 : 0,
  )
  const withoutLater = emit.matrix(`first ${[tall, wide, width]}`, [length, length], (element, other) => {
    if (element === other) return 1
    return element < other && windowOf(element) === windowOf(other) ? -1 : 0
  })
  const inRows = (name: string, columns: number) => reshape(emit, name, [planes * windowRows, columns])
  const [dy, input, largest] = names.map((name) => channelsFirst(emit, name, shape))
  const reached = tall * windowRows
  const plane = reshape(emit, input!, [planes, height, width])
  const x = inRows(reached < height ? slice(emit, plane, [0, 0, 0], [planes, reached, width]) : plane, length)

  const spreadOver = (name: string) => emit.op('Gemm', [inRows(name, windows), spread])
  const equal = cast(emit, emit.op('Equal', [x, spreadOver(largest!)]), 'float32')
  const first = emit.op('Relu', [emit.op('Gemm', [equal, withoutLater])])
  const rows = emit.op('Mul', [spreadOver(dy!), first])
  const unreached = emit.ints([0, 0, 0, 0, height - reached, 0])
  const whole = reached < height ? emit.op('Pad', [reshape(emit, rows, [planes, reached, width]), unreached]) : rows
  return channelsLast(emit, reshape(emit, whole, [shape[0]!, shape.at(-1)!, ...spaceOf(shape)]), shape)
}

/**
 * Gradient of max pooling in general: MaxPool returns the index of each maximum (the first of equal ones), and the
 * gradient is added there.
 */
const byPlaces: Lowering = (emit, { attributes }, [dy, input], [gradient, info]) => {
  const { shape } = info!
  const x = channelsFirst(emit, input!, shape)
  const indices = emit.ops('MaxPool', [x], poolAttributes(attributes), 2)[1]!
  // a window of NaN only has no index
  const places = emit.op('Max', [reshape(emit, indices, [-1]), emit.ints([0])])
  const updates = reshape(emit, channelsFirst(emit, dy!, gradient!.shape), [-1])
  const sums = emit.op('ScatterElements', [emit.fill(0, [sizeOf(shape)]), places, updates], {
    axis: 0,
    reduction: { text: 'add' },
  })
  const [batch, channels] = [shape[0]!, shape.at(-1)!]
  return channelsLast(emit, reshape(emit, sums, [batch, channels, ...spaceOf(shape)]), shape)
}

export const POOLING_LOWERINGS: { readonly [Kernel in keyof typeof POOLING]: Lowering } = {
  MaxPool: pool('MaxPool'),
  MaxPoolGrad: (emit, node, names, infos) =>
    (isTiled(node, infos[1]!.shape) ? byProducts : byPlaces)(emit, node, names, infos),
  AvgPool: pool('AveragePool'),
  /** Spreads each element of the gradient evenly over its window. Channels are treated as samples. */
  AvgPoolGrad(emit, { attributes }, [dy], [gradient]) {
    const window = windowIn(attributes)
    const shape = attributes.inputShape as number[]
    const [batch, channels] = [shape[0]!, shape.at(-1)!]
    const planes = [batch * channels, 1, ...spaceOf(gradient!.shape)]
    const spread = emit.op(
      'ConvTranspose',
      [
        reshape(emit, channelsFirst(emit, dy!, shape), planes),
        emit.fill(1 / sizeOf(window.size), [1, 1, ...window.size]),
      ],
      { strides: window.strides, output_padding: remaindersOf(spaceOf(shape), window.size, window) },
    )
    return channelsLast(emit, reshape(emit, spread, [batch, channels, ...spaceOf(shape)]), shape)
  },
}
