/** Pools over values in blocks of channels, and their gradients. */
import { type Shape, sizeOf } from '../../../../base/shape.js'
import { spaceOf, windowIn } from '../../graph/kernels/window.js'
import type { Attributes } from '../../graph/value.js'
import { onnxPads } from '../lowerings/layout.js'
import { type Emitter, reshape } from '../lowerings/lowering.js'
import { type Blocks, filled, type Plane } from './blocks.js'
import { convolve, scaled } from './passes.js'

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

/** Most elements of a window whose largest is looked for one element after another. */
export const MOST_TAPS = 4

/** The gradient of pooling with tiled windows, by the elements of the windows. */
export interface Scattered {
  /** For each element of a window, in row-major order, its part of the gradient in all windows. */
  readonly elements: readonly string[]
  /** Shape of the gradient. */
  readonly shape: Shape
  readonly size: Plane
}

/**
 * The gradient of max pooling with tiled windows. A convolution takes each element of the windows in turn and subtracts
 * it from the largest. Where that gives 0 the element takes what is left of the gradient, so the first of equal elements
 * has all of it; the last takes what the others left.
 */
export function maxPoolGradient(
  emit: Emitter,
  { dy, x, largest }: { dy: string; x: string; largest: string },
  shape: Shape,
  attributes: Attributes,
  blocks: Blocks,
): Scattered {
  const size = sizeIn(attributes)
  const channels = filled(shape[3]!, blocks)
  const unreached = unreachedIn(shape, size)
  const elements: string[] = []
  let rest = dy
  for (let tap = 0; tap < sizeOf(size) - 1; tap++) {
    const at = [Math.floor(tap / size[1]), tap % size[1]] as const
    // as many windows as the pool has: a smaller kernel would also start at elements that no window reaches
    const kernel = [Math.max(at[0], unreached[0]) + 1, Math.max(at[1], unreached[1]) + 1] as const
    const less = emit.matrix(
      `minus ${at} of ${kernel}, ${blocks.size}`,
      [channels / blocks.size, sizeOf(kernel) * blocks.size],
      (_, index) => (Math.floor(index / blocks.size) === at[0] * kernel[1] + at[1] ? -1 : 0),
    )
    const filter = reshape(emit, less, [channels, 1, ...kernel])
    const isSmaller = convolve(
      emit,
      x,
      filter,
      { kernel, strides: size, group: channels, isPass: true },
      { sum: largest, step: true },
    )
    const left = emit.op('Mul', [rest, isSmaller])
    elements.push(emit.op('Sub', [rest, left]))
    rest = left
  }
  return { elements: [...elements, rest], shape, size }
}

const sizeIn = (attributes: Attributes) => windowIn(attributes).size as unknown as Plane

/** The gradient of average pooling with tiled windows: each element takes an equal share. */
export function avgPoolGradient(
  emit: Emitter,
  dy: string,
  shape: Shape,
  attributes: Attributes,
  blocks: Blocks,
): Scattered {
  const size = sizeIn(attributes)
  const channels = filled(shape[3]!, blocks)
  const share = scaled(emit, dy, { a: emit.fill(1 / sizeOf(size), [channels]), channels })
  return { elements: Array<string>(sizeOf(size)).fill(share), shape, size }
}

/** Number of windows along each axis. */
export function windowsOf({ shape, size }: Scattered): [rows: number, columns: number] {
  const [height, width] = spaceOf(shape) as [number, number]
  return [Math.floor(height / size[0]), Math.floor(width / size[1])]
}

/** Number of rows and columns at the end that no window reaches. */
const unreachedIn = (shape: Shape, size: Plane): Plane => [shape[1]! % size[0], shape[2]! % size[1]]

/**
 * Puts the elements to their places, with zeros on the left and on the right of each row. Elements of the gradient that
 * no window reaches are 0.
 */
export function gathered(
  emit: Emitter,
  scattered: Scattered,
  { left, right }: { left: number; right: number },
  blocks: Blocks,
): string {
  const { elements, shape, size } = scattered
  const [tall, wide] = size
  const [height, width] = spaceOf(shape) as [number, number]
  const [rows, columns] = windowsOf(scattered)
  const unreached = unreachedIn(shape, size)
  const [channels, whole] = [filled(shape[3]!, blocks), left + width + right]
  const planes = (shape[0]! * channels) / blocks.size
  const concat = (parts: readonly string[], axis: number) =>
    parts.length === 1 ? parts[0]! : emit.op('Concat', parts, { axis })
  const zeros = (count: number) => (count === 0 ? [] : [emit.fill(0, [planes * rows, count * blocks.size])])
  const [before, after] = [zeros(left), zeros(unreached[1] + right)]
  const lines = Array.from({ length: tall }, (_, row) => {
    const across = elements.slice(row * wide, (row + 1) * wide)
    const line = concat(
      across.map((value) => reshape(emit, value, [planes * rows, columns, blocks.size])),
      2,
    )
    return [...before, reshape(emit, line, [planes * rows, columns * wide * blocks.size]), ...after]
  })
  const reached = reshape(emit, concat(lines.flat(), 1), [planes, rows * tall * whole * blocks.size])
  const below = unreached[0] * whole * blocks.size
  const full = below === 0 ? reached : concat([reached, emit.fill(0, [planes, below])], 1)
  return reshape(emit, full, [shape[0]!, channels, height, whole])
}
