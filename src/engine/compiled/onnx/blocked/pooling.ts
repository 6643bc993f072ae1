/** Pools over values in blocks of channels, and their gradients. */
import { type Shape, sizeOf } from '../../../../base/shape.js'
import { countsOf, spaceOf, windowIn } from '../../graph/kernels/window.js'
import type { Attributes } from '../../graph/value.js'
import { onnxPads } from '../lowerings/layout.js'
import type { Emitter } from '../lowerings/lowering.js'
import { type Blocks, FLOAT, filled } from './blocks.js'

export function pooled(emit: Emitter, type: 'MaxPool' | 'AveragePool', x: string, attributes: Attributes): string {
  const { size, strides, dilations, pads } = windowIn(attributes)
  return emit.inBlocks(type, [x], { kernel_shape: size, strides, dilations, pads: onnxPads({ pads }) })
}

/** True if windows neither overlap nor leave elements between them. */
export function isTiled(attributes: Attributes): boolean {
  const { size, strides, dilations, pads } = windowIn(attributes)
  return (
    size.every((length, axis) => length === strides[axis]! && dilations[axis] === 1) && pads.every((pad) => pad === 0)
  )
}

/**
 * The gradient of pooling, with zeros on the left and on the right of each row. Max pooling gives x and what it made of it:
 * the first of the largest elements of a window takes all of dy. In average pooling, with tiled windows, they share it.
 */
export function poolGradient(
  emit: Emitter,
  { dy, x, largest }: { dy: string; x?: string | undefined; largest?: string | undefined },
  shape: Shape,
  attributes: Attributes,
  { left, right }: { left: number; right: number },
  blocks: Blocks,
): string {
  const window = windowIn(attributes)
  const { size, strides, pads } = window
  const [height, width] = spaceOf(shape) as [number, number]
  const windows = countsOf([height, width], size, window)
  const plane = [height, width, left, right, FLOAT * blocks.size]
  const channels = filled(shape[3]!, blocks)
  const written = {
    shape: [shape[0]!, channels, height, left + width + right],
    planes: (shape[0]! * channels) / blocks.size,
  }
  if (x === undefined || largest === undefined) {
    const numbers = [...windows, ...size, ...plane, 1 / sizeOf(size)]
    return emit.kernel({ kernel: 'avg_pool_gradient', inputs: [dy], numbers, ...written })
  }
  if (isTiled(attributes) && size.every((length) => length === 2)) {
    return emit.kernel({
      kernel: 'max_pool_gradient_2x2',
      inputs: [dy, x],
      numbers: [...windows, ...plane],
      ...written,
    })
  }
  const numbers = [...windows, ...size, ...strides, pads[0]!, pads[2]!, ...plane]
  return emit.kernel({ kernel: 'max_pool_gradient', inputs: [dy, x, largest], numbers, ...written })
}
