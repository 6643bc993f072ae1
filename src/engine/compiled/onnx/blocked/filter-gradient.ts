/**
 * Gradients of filters as convolutions over values in blocks: samples take the part of channels, and the gradient of the
 * output that of the filter.
 */
import { type Shape, sizeOf } from '../../../../base/shape.js'
import type { Window } from '../../graph/kernels/window.js'
import { firstOf } from '../lowerings/arrays.js'
import { type Emitter, reshape, transpose } from '../lowerings/lowering.js'
import { type Blocks, FLOAT, filled } from './blocks.js'
import { convolve, surrounded } from './passes.js'

/** The operator that puts samples into blocks takes them by four. */
const AT_ONCE = 4

/** Bytes of the filter of one block of samples, above which it leaves the processor's second cache. */
const MOST_BYTES = 210_000

interface Input {
  readonly name: string
  /** (batch, height, width, channels) */
  readonly shape: Shape
}

/** The gradient of an output, which may have zeros beside its rows; the shape is that without them. */
interface Gradient extends Input {
  readonly left: number
  readonly right: number
}

/**
 * The gradient, (height, width, in, out), for x in blocks, or with `few` channels (batch, height, width, channels), and
 * dy in blocks. The convolution may not be dilated.
 */
export function filterGradient(
  emit: Emitter,
  x: Input & { readonly few: boolean; readonly padded?: (left: number, right: number) => string },
  dy: Gradient,
  { strides, pads }: Window,
  filter: Shape,
  blocks: Blocks,
): string {
  const { size } = blocks
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const [, rows, columns, out] = dy.shape as [number, number, number, number]
  const [top, bottom, left, right] = pads as [number, number, number, number]
  const samples = filled(batch, blocks)
  const outWide = filled(out, blocks)
  /** In memory a plane is `unit` numbers wide for each of its columns, and there is one for each of `planes`. */
  const unit = x.few ? channels : size
  const planes = x.few ? 1 : filled(channels, blocks) / size
  const parts = partsOf(rows, columns, size)
  const [above, below] = parts > 1 ? [top, bottom] : [0, 0]
  const padded = x.few
    ? surroundedFew(emit, x.name, [above, left, below, right])
    : parts > 1 || !x.padded
      ? surrounded(emit, x.name, planes * size, [above, left, below, right])
      : x.padded(left, right)
  const [tall, wide] = [height + above + below, width + left + right]
  const given = Math.ceil(batch / AT_ONCE) * AT_ONCE
  const missing = emit.ints([0, 0, 0, 0, given - batch, 0, 0, 0])
  const all = given === batch ? padded : emit.op('Pad', [padded, missing])
  const bySamples = emit.inBlocks('ReorderInput', [reshape(emit, all, [1, given, planes * tall, wide * unit])], {
    channels_last: 0,
  })
  const inner = wide * unit * size
  const [kernelRows, kernelColumns] = filter as [number, number]
  const part = rows / parts
  const partRows = (part - 1) * strides[0]! + kernelRows
  const input =
    parts > 1
      ? rowsInParts(emit, bySamples, {
          samples: samples / size,
          planes,
          tall,
          parts,
          stride: part * strides[0]!,
          partRows,
          inner,
        })
      : planes > 1
        ? transpose(emit, reshape(emit, bySamples, [samples / size, planes, tall * inner]), [1, 0, 2])
        : bySamples
  const groups = parts > 1 ? 1 : groupsOf(planes * kernelRows * Math.ceil(outWide / size / 4), samples / size, blocks)
  const weights = asFilter(emit, dy, { samples, outWide, groups }, blocks)
  const heightOf = parts > 1 ? partRows : tall
  const result = convolve(
    emit,
    reshape(emit, input, [planes, samples * parts, heightOf, wide * unit]),
    reshape(emit, weights, [groups * outWide, (samples * parts) / groups, part, columns]),
    {
      kernel: [part, columns],
      dilations: [strides[0]!, strides[1]! * unit],
      pads: parts > 1 ? [0, 0, 0, 0] : [top, 0, bottom, 0],
      group: groups,
    },
  )
  /** Rows and columns that the last window did not reach make the result larger than the filter. */
  const foundRows = heightOf + (parts > 1 ? 0 : top + bottom) - (part - 1) * strides[0]!
  const foundColumns = wide - (columns - 1) * strides[1]!
  const found = [planes, groups, outWide / size, foundRows, foundColumns, unit, size]
  const shaped = reshape(emit, result, found)
  const sum =
    groups > 1
      ? emit.op('ReduceSum', [shaped, emit.ints([1])], { keepdims: 0 })
      : reshape(emit, result, found.toSpliced(1, 1))
  const inFilter = [foundRows, foundColumns, planes * unit, outWide]
  // planes, blocks out, rows, columns, in, out
  const turned = reshape(emit, transpose(emit, sum, [2, 3, 0, 4, 1, 5]), inFilter)
  return firstOf(emit, turned, inFilter, [kernelRows, kernelColumns, channels, out])
}

const surroundedFew = (emit: Emitter, x: string, [top, left, bottom, right]: readonly number[]): string =>
  [top, left, bottom, right].every((pad) => pad === 0)
    ? x
    : emit.op('Pad', [x, emit.ints([0, top!, left!, 0, 0, bottom!, right!, 0])])

/** The number of parts into which the rows of large planes are cut, so that the filter of a block stays in the cache. */
function partsOf(rows: number, columns: number, size: number): number {
  const fits = (parts: number) => (rows / parts) * columns * size * size * FLOAT <= MOST_BYTES
  for (let parts = 1; parts < rows; parts++) if (rows % parts === 0 && fits(parts)) return parts
  return rows
}

/** With an odd number of rows to compute, two threads do half of the samples each. */
const groupsOf = (units: number, blocksOfSamples: number, { threads }: Blocks): number =>
  threads > 1 && units % 2 === 1 && blocksOfSamples % 2 === 0 ? 2 : 1

/** Rows of [samples][planes][tall][inner] as [planes][samples][parts][partRows][inner]; parts overlap. */
function rowsInParts(
  emit: Emitter,
  x: string,
  {
    samples,
    planes,
    tall,
    parts,
    stride,
    partRows,
    inner,
  }: { samples: number; planes: number; tall: number; parts: number; stride: number; partRows: number; inner: number },
): string {
  const rows: number[] = []
  for (let plane = 0; plane < planes; plane++)
    for (let sample = 0; sample < samples; sample++)
      for (let part = 0; part < parts; part++)
        for (let row = 0; row < partRows; row++) rows.push((sample * planes + plane) * tall + part * stride + row)
  return emit.op('Gather', [reshape(emit, x, [samples * planes * tall, inner]), emit.ints(rows)], { axis: 0 })
}

/**
 * The gradient of the output, in blocks, as a filter over samples: [groups][out / size][samples][rows][columns][sample]
 * [out]. Pieces of a block of channels are moved, on all threads. Samples that fill no block take any numbers that are
 * finite, because those of x are 0: the last pieces again.
 */
function asFilter(
  emit: Emitter,
  { name, shape, left, right }: Gradient,
  { samples, outWide, groups }: { samples: number; outWide: number; groups: number },
  { size }: Blocks,
): string {
  const [batch, rows, columns] = shape as [number, number, number]
  const [outer, inGroup, wide] = [outWide / size, samples / groups, left + columns + right]
  const pieces = emit.indices(`${[batch, outer, rows, left, columns, right]} as ${groups} filters of ${size}`, () => {
    const from = new Int32Array(samples * outer * rows * columns)
    let at = 0
    for (let first = 0; first < samples; first += inGroup)
      for (let out = 0; out < outer; out++)
        for (let block = first; block < first + inGroup; block += size)
          for (let row = 0; row < rows; row++)
            for (let column = left; column < left + columns; column++)
              for (let sample = block; sample < block + size; sample++)
                from[at++] = ((Math.min(sample, batch - 1) * outer + out) * rows + row) * wide + column
    return from
  })
  return emit.op('Gather', [reshape(emit, name, [batch * outer * rows * wide, size]), pieces], { axis: 0 })
}

/** True if x has one channel, and as many samples as a convolution takes channels: whole blocks, or less than one. */
export const canTakeSamples = ([batch, , , channels]: Shape, { size }: Blocks): boolean =>
  channels === 1 && (batch! < size || batch! % size === 0)

/**
 * The same for x with one channel, (batch, height, width, 1): each sample is a group, and dy as it lies holds the
 * filters of all groups.
 */
export function filterGradientOfOne(
  emit: Emitter,
  x: Input,
  dy: Input,
  window: Window,
  filter: Shape,
  blocks: Blocks,
): string {
  const [batch, height, width] = x.shape as [number, number, number]
  const [, rows, columns, out] = dy.shape as [number, number, number, number]
  const [top, bottom, left, right] = window.pads as [number, number, number, number]
  const outWide = filled(out, blocks)
  const padded = surroundedFew(emit, x.name, [top, left, bottom, right])
  const [tall, wide] = [height + top + bottom, width + left + right]
  const each = convolve(
    emit,
    reshape(emit, padded, [1, batch, tall, wide]),
    reshape(emit, dy.name, [batch * outWide, 1, rows, columns]),
    { kernel: [rows, columns], dilations: window.strides, group: batch },
  )
  const found = [tall - (rows - 1) * window.strides[0]!, wide - (columns - 1) * window.strides[1]!]
  return sumOfSamples(emit, each, batch, [...found, 1, outWide], filter, blocks)
}

/** The gradient of a filter by channel, (height, width, channels, 1): each channel of each sample is a group. */
export function filterGradientByChannel(
  emit: Emitter,
  x: Input,
  dy: Input,
  window: Window,
  filter: Shape,
  blocks: Blocks,
): string {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const [, rows, columns] = dy.shape as [number, number, number]
  const [top, bottom, left, right] = window.pads as [number, number, number, number]
  const wide = filled(channels, blocks)
  const planes = batch * wide
  const each = convolve(
    emit,
    reshape(emit, x.name, [1, planes, height, width]),
    reshape(emit, dy.name, [planes, 1, rows, columns]),
    {
      kernel: [rows, columns],
      dilations: window.strides,
      strides: window.dilations,
      pads: [top, left, bottom, right],
      group: planes,
    },
  )
  const found = [
    [height + top + bottom, rows],
    [width + left + right, columns],
  ].map(
    ([length, count], axis) =>
      1 + Math.floor((length! - 1 - (count! - 1) * window.strides[axis]!) / window.dilations[axis]!),
  )
  return sumOfSamples(emit, each, batch, [...found, wide, 1], filter, blocks)
}

/** Adds the gradients of all samples, each (height, width, channels) in blocks and of the shape `found` as a filter. */
function sumOfSamples(
  emit: Emitter,
  each: string,
  batch: number,
  found: Shape,
  filter: Shape,
  { size }: Blocks,
): string {
  const rows = reshape(emit, each, [batch, sizeOf(found)])
  const sum = emit.op('MatMul', [emit.fill(1, [1, batch]), rows])
  const [height, width, ...channels] = found
  const pieces = reshape(emit, sum, [sizeOf(channels) / size, height! * width!, size])
  return firstOf(emit, reshape(emit, transpose(emit, pieces, [1, 0, 2]), found), found, filter)
}
