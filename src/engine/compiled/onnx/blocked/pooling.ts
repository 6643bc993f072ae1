/** Pools over values in blocks of channels, and their gradients. */
import { type Shape, sizeOf } from '../../../../base/shape.js'
import { spaceOf, windowIn } from '../../graph/kernels/window.js'
import type { Attributes } from '../../graph/value.js'
import { onnxPads } from '../lowerings/layout.js'
import { type Emitter, reshape } from '../lowerings/lowering.js'
import { type Blocks, filled } from './blocks.js'
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

/**
 * The gradient of max pooling with tiled windows. A convolution takes each element of the windows in turn and subtracts
 * the largest. Where that gives 0 the element takes what is left of the gradient, so the first of equal elements has all
 * of it; the last takes what the others left.
 */
export function maxPoolGradient(
  emit: Emitter,
  { dy, x, largest }: { dy: string; x: string; largest: string },
  input: Shape,
  attributes: Attributes,
  blocks: Blocks,
): string {
  const { size } = windowIn(attributes)
  const [tall, wide] = size as [number, number]
  const channels = filled(input[3]!, blocks)
  const taps = tall * wide
  const below = emit.op('Neg', [largest])
  const taken: string[] = []
  let rest = dy
  for (let tap = 0; tap < taps - 1; tap++) {
    const only = emit.matrix(
      `tap ${tap} of ${taps}, ${blocks.size}`,
      [channels / blocks.size, taps * blocks.size],
      (_, at) => (Math.floor(at / blocks.size) === tap ? 1 : 0),
    )
    const filter = reshape(emit, only, [channels, 1, tall, wide])
    const beyond = convolve(
      emit,
      x,
      filter,
      { kernel: [tall, wide], strides: [tall, wide], group: channels, isPass: true },
      { sum: below },
    )
    // 1 at 0, and 0 below
    const isLargest = emit.op('HardSigmoid', [beyond], { alpha: { float: 3.4e38 }, beta: { float: 1 } })
    const part = emit.op('Mul', [rest, isLargest])
    taken.push(part)
    rest = emit.op('Sub', [rest, part])
  }
  return spread(emit, [...taken, rest], input, attributes, blocks)
}

/** The gradient of average pooling with tiled windows: each element takes an equal share. */
export function avgPoolGradient(
  emit: Emitter,
  dy: string,
  input: Shape,
  attributes: Attributes,
  blocks: Blocks,
): string {
  const { size } = windowIn(attributes)
  const channels = filled(input[3]!, blocks)
  const share = scaled(emit, dy, { a: emit.fill(1 / sizeOf(size), [channels]), channels })
  return spread(emit, Array<string>(sizeOf(size)).fill(share), input, attributes, blocks)
}

/**
 * Puts values, one for each element of the windows in row-major order, to their places. Elements of the input that no
 * window reaches become 0.
 */
function spread(
  emit: Emitter,
  values: readonly string[],
  input: Shape,
  attributes: Attributes,
  blocks: Blocks,
): string {
  const { size, strides } = windowIn(attributes)
  const [tall, wide] = size as [number, number]
  const [height, width] = spaceOf(input) as [number, number]
  const [rows, columns] = [Math.floor(height / strides[0]!), Math.floor(width / strides[1]!)]
  const planes = (input[0]! * filled(input[3]!, blocks)) / blocks.size
  const concat = (parts: readonly string[], axis: number) =>
    parts.length === 1 ? parts[0]! : emit.op('Concat', parts, { axis })
  const lines = Array.from({ length: tall }, (_, row) => {
    const across = values.slice(row * wide, (row + 1) * wide)
    const line = concat(
      across.map((value) => reshape(emit, value, [planes * rows, columns, blocks.size])),
      2,
    )
    return reshape(emit, line, [planes * rows, columns * wide * blocks.size])
  })
  const whole = reshape(emit, concat(lines, 1), [planes, rows * tall, columns * wide, blocks.size])
  const unreached = [height - rows * tall, width - columns * wide]
  const full = unreached.every((count) => count === 0)
    ? whole
    : emit.op('Pad', [whole, emit.ints([0, 0, 0, 0, 0, ...unreached, 0])])
  return reshape(emit, full, [input[0]!, filled(input[3]!, blocks), height, width])
}
