import { type Shape, sizeOf } from '../../../../base/shape.js'
import type { POOLING } from '../../graph/kernels/pooling.js'
import { countsOf, spaceOf, windowIn } from '../../graph/kernels/window.js'
import type { Attributes } from '../../graph/value.js'
import { pad } from './arrays.js'
import { paddingOf } from './convolution.js'
import { FLOAT, type Lowering } from './lowering.js'

function poolAttributes(attributes: Attributes, input: Shape) {
  const window = windowIn(attributes)
  return {
    ...FLOAT,
    ...paddingOf(spaceOf(input), window.size, window),
    ksize: { ints: [1, ...window.size, 1] },
    strides: { ints: [1, ...window.strides, 1] },
    data_format: { text: 'NHWC' },
  }
}

export const POOLING_LOWERINGS: { readonly [Kernel in keyof typeof POOLING]: Lowering } = {
  MaxPool: (emit, { attributes }, [x], [info]) => emit.op('MaxPool', [x!], poolAttributes(attributes, info!.shape)),
  MaxPoolGrad: (emit, { attributes }, [dy, input, output], [, info]) =>
    emit.op('MaxPoolGrad', [input!, output!, dy!], poolAttributes(attributes, info!.shape)),
  /** Padding that TensorFlow has no name for is added as zeros, which count in the mean; a factor corrects for that. */
  AvgPool(emit, { attributes }, [x], [info]) {
    const { padding, explicit_paddings: explicit, ...rest } = poolAttributes(attributes, info!.shape)
    if (!explicit) return emit.op('AvgPool', [x!], { padding, ...rest })
    const window = windowIn(attributes)
    const padded = pad(emit, x!, [0, 0, ...window.pads, 0, 0])
    const means = emit.op('AvgPool', [padded], { ...rest, padding: { text: 'VALID' } })
    const space = spaceOf(info!.shape)
    const counts = countsOf(space, window.size, window)
    const inside = counts.map((count, axis) =>
      Array.from({ length: count }, (_, index) => {
        const from = index * window.strides[axis]! - window.pads[2 * axis]!
        return Math.max(0, Math.min(space[axis]!, from + window.size[axis]!) - Math.max(0, from))
      }),
    )
    const counted = inside.reduce<number[]>((all, some) => all.flatMap((a) => some.map((b) => a * b)), [1])
    const factors = counted.map((count) => sizeOf(window.size) / Math.max(1, count))
    return emit.op('Mul', [means, emit.floats(factors, [1, ...counts, 1])], FLOAT)
  },
  AvgPoolGrad: (emit, { attributes }, [dy]) => {
    const shape = attributes.inputShape as number[]
    return emit.op('AvgPoolGrad', [emit.ints(shape), dy!], poolAttributes(attributes, shape))
  },
}
