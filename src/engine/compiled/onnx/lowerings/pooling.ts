import { sizeOf } from '../../../../base/shape.js'
import type { POOLING } from '../../graph/kernels/pooling.js'
import { remaindersOf, spaceOf, windowIn } from '../../graph/kernels/window.js'
import { channelsFirst, channelsLast, onnxPads } from './layout.js'
import { type Lowering, reshape } from './lowering.js'

const poolAttributes = (attributes: Parameters<typeof windowIn>[0]) => {
  const window = windowIn(attributes)
  return { kernel_shape: window.size, strides: window.strides, pads: onnxPads(window) }
}

const pool =
  (type: string): Lowering =>
  (emit, { attributes }, [x], [info]) =>
    channelsLast(emit, emit.op(type, [channelsFirst(emit, x!, info!.shape)], poolAttributes(attributes)), info!.shape)

export const POOLING_LOWERINGS: { readonly [Kernel in keyof typeof POOLING]: Lowering } = {
  MaxPool: pool('MaxPool'),
  /** MaxPool tells where each largest element is, the first of equal ones; the gradient is added up there. */
  MaxPoolGrad(emit, { attributes }, [dy, input], [gradient, info]) {
    const { shape } = info!
    const x = channelsFirst(emit, input!, shape)
    const indices = emit.ops('MaxPool', [x], poolAttributes(attributes), 2)[1]!
    // a window of nothing but NaN has none
    const places = emit.op('Max', [reshape(emit, indices, [-1]), emit.ints([0])])
    const updates = reshape(emit, channelsFirst(emit, dy!, gradient!.shape), [-1])
    const sums = emit.op('ScatterElements', [emit.fill(0, [sizeOf(shape)]), places, updates], {
      axis: 0,
      reduction: { text: 'add' },
    })
    const [batch, channels] = [shape[0]!, shape.at(-1)!]
    return channelsLast(emit, reshape(emit, sums, [batch, channels, ...spaceOf(shape)]), shape)
  },
  AvgPool: pool('AveragePool'),
  /** Each element of the gradient goes to its window in equal parts; channels are samples there. */
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
