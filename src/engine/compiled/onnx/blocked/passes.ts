/**
 * Passes over values in blocks of channels, as depthwise convolutions. These read and write memory once, on all threads,
 * where ONNX's own operators by channel, over this layout, take two to four times as long.
 */
import { type Shape, sizeOf } from '../../../../base/shape.js'
import { type Emitter, reshape } from '../lowerings/lowering.js'
import { type Blocks, blockedShape, FLOAT } from './blocks.js'

/** Things that a convolution can do with its result: add a number to each channel, add another value, and then rectify. */
export interface Rest {
  readonly bias?: string | undefined
  /** A value of the shape of the result. */
  readonly sum?: string | undefined
  readonly relu?: boolean | undefined
}

/** Attributes of a convolution; padding is [top, left, bottom, right]. */
interface Convolution {
  readonly kernel: readonly [height: number, width: number]
  readonly strides?: readonly number[]
  readonly dilations?: readonly number[]
  readonly pads?: readonly number[]
  readonly group?: number
  /** True if it only passes over memory. */
  readonly isPass?: boolean
}

export function convolve(
  emit: Emitter,
  x: string,
  filter: string,
  { kernel, strides = [1, 1], dilations = [1, 1], pads = [0, 0, 0, 0], group = 1, isPass }: Convolution,
  { bias, sum, relu }: Rest = {},
): string {
  const added = [...(bias !== undefined || sum !== undefined ? [bias ?? ''] : []), ...(sum === undefined ? [] : [sum])]
  const attributes = { kernel_shape: kernel, strides, dilations, pads, group }
  return emit.inBlocks(
    'Conv',
    [x, filter, ...added],
    { ...attributes, ...(relu && { activation: { text: 'Relu' } }) },
    isPass,
  )
}

/** `a x`, and `rest`, with a number `a` (channels) for each channel. */
export function scaled(
  emit: Emitter,
  x: string,
  {
    a,
    channels,
    pads,
    strides,
  }: { a: string; channels: number; pads?: readonly number[]; strides?: readonly number[] },
  rest?: Rest,
): string {
  const filter = reshape(emit, a, [channels, 1, 1, 1])
  return convolve(
    emit,
    x,
    filter,
    { kernel: [1, 1], group: channels, isPass: true, ...(pads && { pads }), ...(strides && { strides }) },
    rest,
  )
}

/** Adds zeros around each plane, as many as `pads` says: [top, left, bottom, right]. */
export function surrounded(emit: Emitter, x: string, channels: number, pads: readonly number[]): string {
  return pads.every((pad) => pad === 0) ? x : scaled(emit, x, { a: emit.fill(1, [channels]), channels, pads })
}

/** A value for each plane, (batch, channels), times x, which has this shape in the model. */
export function scaledPlanes(emit: Emitter, x: string, a: string, [batch, channels, height, width]: Shape): string {
  const planes = batch! * channels!
  const product = convolve(
    emit,
    reshape(emit, x, [1, planes, 1, height! * width!]),
    reshape(emit, a, [planes, 1, 1, 1]),
    {
      kernel: [1, 1],
      group: planes,
      isPass: true,
    },
  )
  return reshape(emit, product, [batch!, channels!, height!, width!])
}

/** The gradient of a rectifier, dy where y is above 0, for values of this `shape`, (batch, height, width, channels). */
export function reluGradient(
  emit: Emitter,
  { dy, y }: { dy: string; y: string },
  given: Shape,
  blocks: Blocks,
): string {
  const shape = blockedShape(given, blocks)
  const planes = (shape[0]! * shape[1]!) / blocks.size
  return emit.kernel({
    kernel: 'relu_gradient',
    inputs: [dy, y],
    shape,
    planes,
    numbers: [(FLOAT * sizeOf(shape)) / planes],
  })
}

/**
 * Most elements that a sum adds one after another. More would lose digits, and few planes would not occupy all threads.
 */
const LONGEST = 1024

/** Into how many parts of the same length a plane is cut for its sums. */
function partsOf(elements: number): number {
  let parts = Math.ceil(elements / LONGEST)
  while (elements % parts !== 0) parts++
  return parts
}

/** Sums over parts of planes, [batch][blocks][parts][size] in memory, each still to be multiplied by `factor`. */
interface Sums {
  readonly name: string
  readonly parts: number
  readonly factor: number
}

/** Cuts each plane into parts, which lie in memory as planes of their own do, and sums these. */
function summed(
  [batch, channels, height, width]: Shape,
  factorOf: (length: number) => number,
  sums: (planes: number, length: number) => string,
): Sums {
  const parts = partsOf(height! * width!)
  const length = (height! * width!) / parts
  return { name: sums(batch! * channels! * parts, length), parts, factor: factorOf(length) }
}

/** Sums of x times y. The product is not stored: y is the filter of x. */
export const sumsOfProduct = (emit: Emitter, x: string, y: string, shape: Shape): Sums =>
  summed(
    shape,
    () => 1,
    (planes, length) =>
      convolve(emit, reshape(emit, x, [1, planes, 1, length]), reshape(emit, y, [planes, 1, 1, length]), {
        kernel: [1, length],
        group: planes,
        isPass: true,
      }),
  )

export const sumsOf = (emit: Emitter, x: string, shape: Shape): Sums =>
  summed(
    shape,
    (length) => length,
    (planes, length) => emit.inBlocks('GlobalAveragePool', [reshape(emit, x, [1, planes, 1, length])]),
  )

/** `share` times the sum over all samples and planes: (channels). */
export function totalOf(
  emit: Emitter,
  { name, parts, factor }: Sums,
  share: number,
  shape: Shape,
  blocks: Blocks,
): string {
  const [batch, channels] = shape as [number, number]
  const row = emit.fill(factor * share, [1, batch])
  const sums = emit.op('MatMul', [row, reshape(emit, name, [batch, channels * parts])])
  return reshape(emit, withoutParts(emit, sums, [channels], parts, blocks), [channels])
}

/** `share` times the sum over each plane: (batch, channels). */
export function planesOf(
  emit: Emitter,
  { name, parts, factor }: Sums,
  share: number,
  shape: Shape,
  blocks: Blocks,
): string {
  const outer = shape.slice(0, 2)
  const sums = withoutParts(emit, name, outer, parts, blocks)
  const scaled = factor * share === 1 ? sums : emit.op('Mul', [sums, emit.fill(factor * share)])
  return reshape(emit, scaled, outer)
}

function withoutParts(emit: Emitter, sums: string, outer: Shape, parts: number, { size }: Blocks): string {
  if (parts === 1) return sums
  const apart = reshape(emit, sums, [sizeOf(outer) / size, parts, size])
  return emit.op('ReduceSum', [apart, emit.ints([1])], { keepdims: 0 })
}

/** A value (batch, height, width, channels) in blocks. */
export function intoBlocks(emit: Emitter, x: string, shape: Shape): string {
  const channels = shape[3]!
  const fours = Math.ceil(channels / 4) * 4
  const wide = fours === channels ? x : emit.op('Pad', [x, emit.ints([0, 0, 0, 0, 0, 0, 0, fours - channels])])
  return emit.inBlocks('ReorderInput', [wide], { channels_last: 1 })
}

/** A value in blocks as (batch, height, width, channels). */
export const outOfBlocks = (emit: Emitter, x: string, shape: Shape): string =>
  emit.inBlocks('ReorderOutput', [x], { channels: shape[3]!, channels_last: 1 })
