/** Convolutions over values in blocks of channels, and their gradients by the input. */
import type { Shape } from '../../../../base/shape.js'
import { reach, type Window } from '../../graph/kernels/window.js'
import { onnxPads } from '../lowerings/layout.js'
import { type Emitter, reshape, transpose } from '../lowerings/lowering.js'
import { type Blocks, filled, type Plane } from './blocks.js'
import { convolve, type Rest } from './passes.js'

/** Fills the two axes of channels at the end of a filter (height, width, in, out) up to whole blocks. */
function filledFilter(emit: Emitter, filter: string, shape: Shape, blocks: Blocks): string {
  const added = shape.slice(2).map((channels) => filled(channels, blocks) - channels)
  return added.every((count) => count === 0)
    ? filter
    : emit.op('Pad', [filter, emit.ints([0, 0, 0, 0, 0, 0, ...added])])
}

/** A filter (height, width, in, out) as [out / size][in / size][height][width][in][out]. */
function filterInBlocks(emit: Emitter, filter: string, shape: Shape, blocks: Blocks): string {
  const [height, width, before, after] = shape as [number, number, number, number]
  const { size } = blocks
  const [from, to] = [filled(before, blocks), filled(after, blocks)]
  const pieces = [height, width, from / size, size, to / size, size]
  const whole = reshape(emit, filledFilter(emit, filter, shape, blocks), pieces)
  return reshape(emit, transpose(emit, whole, [4, 2, 0, 1, 3, 5]), [to, from, height, width])
}

/** The same for few channels in, which the product takes as they are: [out / size][in][height][width][out]. */
function filterOfFew(emit: Emitter, filter: string, [height, width, before, after]: Shape, blocks: Blocks): string {
  const { size } = blocks
  const to = filled(after!, blocks)
  const whole = filledFilter(emit, filter, [height!, width!, size, after!], blocks)
  const pieces = reshape(emit, whole, [height! * width!, before!, to / size, size])
  return reshape(emit, transpose(emit, pieces, [2, 1, 0, 3]), [to, before!, height!, width!])
}

/**
 * True if rows of a plane are read faster with zeros beside them in memory, although that takes a pass: outputs at the
 * border are otherwise made one by one, in three times as long.
 */
export const readsFasterPadded = (width: number, left: number, right: number): boolean => width <= 6 * (left + right)

/** Taps of a filter (taps, ...), in the order of `places`; `none` stands for a tap of zeros. */
function tapsOf(emit: Emitter, filter: string, taps: readonly number[], shape: Shape): string {
  const rows = reshape(emit, filter, shape)
  const none = taps.includes(shape[0]!)
  const all = none ? emit.op('Concat', [rows, emit.fill(0, [1, ...shape.slice(1)])], { axis: 0 }) : rows
  return emit.op('Gather', [all, emit.ints(taps)], { axis: 0 })
}

/** The convolution of x, in blocks, with a filter (height, width, in, out). */
export function forward(
  emit: Emitter,
  x: string,
  { name, shape }: { name: string; shape: Shape },
  window: Window,
  blocks: Blocks,
  rest: Rest,
): string {
  const filter = filterInBlocks(emit, name, shape, blocks)
  return convolve(emit, x, filter, { kernel: shape.slice(0, 2) as unknown as Plane, ...attributesOf(window) }, rest)
}

/** The convolution of x (batch, height, width, channels), which has fewer channels than a block. */
export function forwardOfFew(
  emit: Emitter,
  x: { name: string; shape: Shape },
  { name, shape }: { name: string; shape: Shape },
  window: Window,
  blocks: Blocks,
  rest: Rest,
): string {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const planes =
    channels === 1 ? reshape(emit, x.name, [batch, 1, height, width]) : transpose(emit, x.name, [0, 3, 1, 2])
  const filter = filterOfFew(emit, name, shape, blocks)
  return convolve(
    emit,
    planes,
    filter,
    { kernel: shape.slice(0, 2) as unknown as Plane, ...attributesOf(window) },
    rest,
  )
}

/** A convolution by channel with a filter (height, width, channels, 1). `turned`: with the taps in reverse order. */
export function byChannel(
  emit: Emitter,
  x: string,
  { name, shape, turned }: { name: string; shape: Shape; turned: boolean },
  window: Window,
  blocks: Blocks,
  rest: Rest,
): string {
  const [height, width, channels] = shape as [number, number, number]
  const { size } = blocks
  const wide = filled(channels, blocks)
  const taps = height * width
  const plain = reshape(emit, name, [taps, channels])
  const full = wide === channels ? plain : emit.op('Pad', [plain, emit.ints([0, 0, 0, wide - channels])])
  const ordered = turned && taps > 1 ? tapsOf(emit, full, backwards(taps), [taps, wide]) : full
  const filter = transpose(emit, reshape(emit, ordered, [taps, wide / size, size]), [1, 0, 2])
  const shaped = reshape(emit, filter, [wide, 1, height, width])
  return convolve(emit, x, shaped, { kernel: [height, width], ...attributesOf(window), group: wide }, rest)
}

const backwards = (count: number): number[] => Array.from({ length: count }, (_, index) => count - 1 - index)

const attributesOf = (window: Window) => ({
  strides: window.strides,
  dilations: window.dilations,
  pads: onnxPads(window),
})

/**
 * The window that dy is convolved with, by the filter with its taps in reverse order, for the gradient of the input;
 * undefined if windows of the convolution leave elements between them, or if its padding is wider than they are.
 */
export function turnedWindow(
  size: Shape,
  { strides, dilations, pads }: Window,
  input: Shape,
  output: Shape,
): Window | undefined {
  if (strides.some((stride) => stride !== 1)) return undefined
  const own = size.slice(0, 2).flatMap((length, axis) => {
    const long = reach(length, dilations[axis]!) - 1
    const before = long - pads[2 * axis]!
    return [before, input[axis + 1]! - output[axis + 1]! + long - before]
  })
  return own.some((pad) => pad < 0) ? undefined : { strides, dilations, pads: own }
}

/** The gradient of the input of a convolution whose windows move by one element: a convolution of dy. */
export function backward(
  emit: Emitter,
  dy: string,
  { name, shape }: { name: string; shape: Shape },
  window: Window,
  blocks: Blocks,
  rest: Rest,
): string {
  const [height, width, before, after] = shape as [number, number, number, number]
  const taps = height * width
  const full = filledFilter(emit, name, shape, blocks)
  const [from, to] = [filled(before, blocks), filled(after, blocks)]
  const ordered = taps > 1 ? tapsOf(emit, full, backwards(taps), [taps, from * to]) : full
  const filter = turnedFilter(emit, ordered, { groups: 1, taps, from, to, size: blocks.size })
  return convolve(
    emit,
    dy,
    reshape(emit, filter, [from, to, height, width]),
    { kernel: [height, width], ...attributesOf(window) },
    rest,
  )
}

/** Taps (groups, taps, in, out) as [groups][in / size][out / size][taps][out][in]. */
function turnedFilter(
  emit: Emitter,
  taps: string,
  { groups, taps: count, from, to, size }: { groups: number; taps: number; from: number; to: number; size: number },
): string {
  // the operator for values turns the blocks themselves much faster than a Transpose does, which then moves them whole
  const turned = emit.inBlocks('ReorderInput', [reshape(emit, taps, [groups * count, from, 1, to])], {
    channels_last: 0,
  })
  const pieces = reshape(emit, turned, [groups, count, from / size, to / size, size * size])
  return count === 1 ? pieces : transpose(emit, pieces, [0, 2, 3, 1, 4])
}

/**
 * The gradient of the input of a convolution whose windows move by `strides`. Elements of the input at the same distance
 * from the place of a window, modulo the strides, are a plane of their own, which is a convolution of dy by some of the
 * taps; all planes are channels of one convolution.
 */
export interface Apart {
  readonly strides: Plane
  /** Size of the convolution's filter: the taps that an element of the input meets, with gaps. */
  readonly kernel: Plane
  readonly pads: readonly [number, number, number, number]
  /** Number of elements of each plane. */
  readonly lengths: Plane
  /** For each plane and each of its taps, the tap of the filter; the number of taps where there is none. */
  readonly taps: readonly number[]
}

/** Undefined if the planes cannot be written so. Shapes are those of the filter, the input and the output. */
export function apartOf(
  size: Shape,
  { strides, dilations, pads }: Window,
  input: Shape,
  output: Shape,
): Apart | undefined {
  if (dilations.some((dilation) => dilation !== 1)) return undefined
  const axes = [0, 1].map((axis) =>
    alongAxis(size[axis]!, strides[axis]!, pads[2 * axis]!, input[axis + 1]!, output[axis + 1]!),
  )
  const [rows, columns] = axes as [Along, Along]
  if (axes.some((along) => along.before < 0 || along.after < 0)) return undefined
  const none = size[0]! * size[1]!
  const taps = rows.taps.flatMap((downs) =>
    columns.taps.flatMap((acrosses) =>
      downs.flatMap((down) =>
        acrosses.map((across) => (down === undefined || across === undefined ? none : down * size[1]! + across)),
      ),
    ),
  )
  return {
    strides: [strides[0]!, strides[1]!],
    kernel: [rows.reach, columns.reach],
    pads: [rows.before, columns.before, rows.after, columns.after],
    lengths: [rows.length, columns.length],
    taps,
  }
}

interface Along {
  readonly reach: number
  readonly before: number
  readonly after: number
  readonly length: number
  /** For each plane, the tap of the filter for each of its own; undefined where there is none. */
  readonly taps: readonly (number | undefined)[][]
}

/**
 * Element stride q + r of the input meets output q + e with tap r + pad - stride e. The own taps of all planes are those
 * for e from the smallest to the largest.
 */
function alongAxis(size: number, stride: number, pad: number, input: number, output: number): Along {
  const planes = Array.from({ length: stride }, (_, r) => r)
  const ranges = planes.map((r) => [Math.ceil((r + pad - size + 1) / stride), Math.floor((r + pad) / stride)] as const)
  const met = ranges.filter(([least, most]) => least <= most)
  const least = Math.min(...met.map(([least]) => least))
  const most = Math.max(...met.map(([, most]) => most))
  const length = Math.ceil(input / stride)
  const taps = planes.map((r) =>
    Array.from({ length: most - least + 1 }, (_, index) => {
      const tap = r + pad - stride * (least + index)
      return tap >= 0 && tap < size ? tap : undefined
    }),
  )
  return { reach: most - least + 1, before: -least, after: length - 1 + most - (output - 1), length, taps }
}

/** The planes, (batch, strides * in, ...lengths). `sum` is added to them. */
export function planesApart(
  emit: Emitter,
  dy: string,
  { name, shape }: { name: string; shape: Shape },
  { strides, kernel, pads, taps }: Apart,
  blocks: Blocks,
  sum?: string,
): string {
  const [height, width, before, after] = shape as [number, number, number, number]
  const [from, to] = [filled(before, blocks), filled(after, blocks)]
  const groups = strides[0] * strides[1]
  const full = filledFilter(emit, name, shape, blocks)
  const ordered = tapsOf(emit, full, taps, [height * width, from * to])
  const filter = turnedFilter(emit, ordered, { groups, taps: kernel[0] * kernel[1], from, to, size: blocks.size })
  return convolve(emit, dy, reshape(emit, filter, [groups * from, to, ...kernel]), { kernel, pads }, { sum })
}

/** Puts the planes together to the gradient of an input (batch, height, width, channels). */
export function together(
  emit: Emitter,
  planes: string,
  input: Shape,
  { strides, lengths }: Apart,
  blocks: Blocks,
): string {
  const [batch, height, width, channels] = input as [number, number, number, number]
  const { size } = blocks
  const wide = filled(channels, blocks)
  const [rows, columns] = [lengths[0] * strides[0], lengths[1] * strides[1]]
  const apart = reshape(emit, planes, [batch, ...strides, wide / size, ...lengths, size])
  const whole = transpose(emit, apart, [0, 3, 4, 1, 5, 2, 6])
  const full = [batch, wide, height, width]
  if (rows === height && columns === width) return reshape(emit, whole, full)
  const larger = reshape(emit, whole, [(batch * wide) / size, rows, columns, size])
  const bounds = [emit.ints([0, 0]), emit.ints([height, width]), emit.ints([1, 2])]
  return reshape(emit, emit.op('Slice', [larger, ...bounds]), full)
}
