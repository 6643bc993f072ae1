/** Pools over values in blocks of channels, and their gradients. */
import { type Shape, sizeOf } from '../../../../base/shape.js'
import { spaceOf, windowIn } from '../../graph/kernels/window.js'
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
 * The gradient of pooling with tiled windows, with zeros on the left and on the right of each row. Max pooling gives x, in
 * which the first of the largest elements of a window takes all of dy; in average pooling they share it.
 */
export function poolGradient(
  emit: Emitter,
  { dy, x }: { dy: string; x: string | undefined },
  shape: Shape,
  attributes: Attributes,
  { left, right }: { left: number; right: number },
  blocks: Blocks,
): string {
  const { size } = windowIn(attributes)
  const [height, width] = spaceOf(shape) as [number, number]
  const windows = [height, width].map((length, axis) => Math.floor(length / size[axis]!))
  const channels = filled(shape[3]!, blocks)
  const numbers = [...windows, ...size, height, width, left, right, FLOAT * blocks.size]
  const written = {
    shape: [shape[0]!, channels, height, left + width + right],
    planes: (shape[0]! * channels) / blocks.size,
  }
  return x === undefined
    ? emit.kernel({ kernel: 'avg_pool_gradient', inputs: [dy], numbers: [...numbers, 1 / sizeOf(size)], ...written })
    : emit.kernel({ kernel: 'max_pool_gradient', inputs: [dy, x], numbers, ...written })
}
