/**
 * tfjs kernels that do not become nodes themselves: they are written with other kernels, or only give a value another
 * name.
 */
import { backend_util, type NamedAttrMap, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { sizeOf } from '../../../base/shape.js'
import type { KernelName } from './kernels.js'
import { RESIZE } from './resize.js'
import type { DType } from './value.js'
import { concat, type Expansion, type GraphWriter, reshape, split } from './writer.js'

export const EXPANSIONS: Readonly<Record<string, Expansion>> = {
  BatchMatMul: (write, { a, b }, attributes) => matMul(write, a!, b!, attributes),
  _FusedMatMul(write, { a, b, bias, preluActivationWeights }, attributes) {
    const rest = (x: TensorInfo) => activated(write, bias ? add(write, x, bias) : x, attributes, preluActivationWeights)
    const byRow = [bias, preluActivationWeights].every((one) => !one || one.shape.length <= 1)
    return byRow ? matMul(write, a!, b!, attributes, rest) : rest(matMul(write, a!, b!, attributes))
  },
  FusedConv2D: fusedConvolution('Conv2D'),
  FusedDepthwiseConv2D: fusedConvolution('DepthwiseConv2dNative'),
  // only the shape of the input matters
  AvgPoolGrad: (write, { dy, input }, attributes) =>
    write.node('AvgPoolGrad', [dy!], { ...attributes, inputShape: input!.shape }),

  ...RESIZE,

  AddN: (write, inputs) => Object.values(inputs).reduce((sum, x) => add(write, sum, x)),
  SquaredDifference: (write, { a, b }) => write.node('Square', [write.node('Sub', [a!, b!], {})], {}),
  /** Gives integers for any type of input (FloorDiv.ts of tfjs' plain backend). */
  FloorDiv(write, { a, b }) {
    const quotient = write.node('RealDiv', [toFloat(write, a!), toFloat(write, b!)], {})
    return write.node('Cast', [write.node('Floor', [quotient], {})], { dtype: 'int32' })
  },
  Prelu: (write, { x, alpha }) => prelu(write, x!, alpha!),
  Relu6: (write, { x }) => relu6(write, x!),
  Cumprod: (write, { x }, attributes) => cumprod(write, x!, attributes),
  FusedBatchNorm(write, { x, mean, variance, offset, scale }, { varianceEpsilon }) {
    const epsilon = write.constant([], 'float32', (varianceEpsilon as number) ?? 0.001)
    const deviation = write.node('Rsqrt', [add(write, variance!, epsilon)], {})
    const factor = scale ? write.node('Multiply', [deviation, scale], {}) : deviation
    const normal = write.node('Multiply', [write.node('Sub', [x!, mean!], {}), factor], {})
    return offset ? add(write, normal, offset) : normal
  },
  TopK: (write, { x }, attributes) => [
    write.node('TopKValues', [x!], attributes),
    write.node('TopKIndices', [x!], attributes),
  ],

  Cast: (write, { x }, attributes) =>
    x!.dtype === attributes.dtype ? write.alias(x!) : write.node('Cast', [x!], attributes),
  Identity: (write, { x }) => write.alias(x!),
  ExpandDims(write, { input }, { dim }) {
    const at = (dim as number) < 0 ? input!.shape.length + 1 + (dim as number) : (dim as number)
    return reshape(write, input!, input!.shape.toSpliced(at, 0, 1))
  },
  Pack(write, inputs, { axis }) {
    const parts = Object.values(inputs)
    const at = util.parseAxisParam(axis as number, [...parts[0]!.shape, 1])[0]!
    const expanded = parts.map((part) => reshape(write, part, part.shape.toSpliced(at, 0, 1)))
    return concat(write, expanded, at)
  },
  Unpack(write, { value }, { axis }) {
    const at = util.parseAxisParam(axis as number, value!.shape)[0]!
    const parts = split(write, value!, Array(value!.shape[at]!).fill(1), at)
    return parts.map((part) => reshape(write, part, part.shape.toSpliced(at, 1)))
  },
  SplitV(write, { x }, { numOrSizeSplits, axis }) {
    const at = util.parseAxisParam((axis ?? 0) as number, x!.shape)[0]!
    return split(write, x!, backend_util.prepareSplitSize(x as never, numOrSizeSplits as number[], at), at)
  },
  Concat: (write, inputs, { axis }) => concat(write, Object.values(inputs), axis as number),
  StridedSlice(write, { x }, given) {
    const { begin, end, strides, finalShape } = slice_util.sliceInfo(
      x!.shape,
      given.begin as number[],
      given.end as number[],
      given.strides as number[],
      given.beginMask as number,
      given.endMask as number,
      given.ellipsisMask as number,
      given.newAxisMask as number,
      given.shrinkAxisMask as number,
    )
    const size = slice_util.computeOutShape(begin, end, strides)
    return reshape(write, write.node('StridedSlice', [x!], { begin, size, strides }), finalShape)
  },

  Fill: (write, _, { shape, value, dtype }) =>
    write.constant(shape as number[], (dtype as DType) ?? 'float32', value as number),
  LinSpace(write, _, given) {
    const [start, stop, num] = [given.start, given.stop, given.num] as number[]
    return write.constant([num!], 'float32', steps(start!, (stop! - start!) / (num! - 1), num!))
  },
  Range(write, _, given) {
    const values = rangeOf(given.start as number, given.stop as number, given.step as number)
    const dtype = (given.dtype as DType) ?? 'float32'
    return write.constant([values.length], dtype, dtype === 'int32' ? Int32Array.from(values) : values)
  },
  MirrorPad: (write, { x }, { paddings, mode }) => mirrored(write, x!, paddings as number[][], mode as string),
  ZerosLike: (write, { x }) => write.constant(x!.shape, x!.dtype as DType, 0),
  OnesLike: (write, { x }) => write.constant(x!.shape, x!.dtype as DType, 1),
}

const add = (write: GraphWriter, a: TensorInfo, b: TensorInfo) => write.node('Add', [a, b], {})
const toFloat = (write: GraphWriter, x: TensorInfo) =>
  x.dtype === 'float32' ? x : write.node('Cast', [x], { dtype: 'float32' })

const prelu = (write: GraphWriter, x: TensorInfo, alpha: TensorInfo) => {
  const below = write.node('Less', [x, write.constant([], 'float32', 0)], {})
  return write.node('Select', [below, write.node('Multiply', [alpha, x], {}), x], {})
}
const relu6 = (write: GraphWriter, x: TensorInfo) =>
  write.node('ClipByValue', [x], { clipValueMin: 0, clipValueMax: 6 })

/** A matrix product; a plain 2D product if `b` is a single matrix. `rest` is applied to its rows. */
function matMul(
  write: GraphWriter,
  a: TensorInfo,
  b: TensorInfo,
  attributes: NamedAttrMap,
  rest = (x: TensorInfo) => x,
): TensorInfo {
  const [outerA, outerB] = [a, b].map(({ shape }) => shape.slice(0, -2))
  const oneByOne = sizeOf(outerA!) !== 1 && attributes.transposeA
  if (sizeOf(outerB!) !== 1 || oneByOne) return rest(write.node('BatchMatMul', [a, b], attributes))
  const rows = sizeOf(outerA!) === 1 ? a.shape.slice(-2) : [sizeOf(a.shape.slice(0, -1)), a.shape.at(-1)!]
  const product = write.node('BatchMatMul', [reshape(write, a, rows), reshape(write, b, b.shape.slice(-2))], attributes)
  const result = rest(product)
  const outer = backend_util.assertAndGetBroadcastShape(outerA!, outerB!)
  const inner = [a.shape.at(attributes.transposeA ? -1 : -2)!, result.shape.at(-1)!]
  return outer.length === 0 ? result : reshape(write, result, [...outer, ...inner])
}

function fusedConvolution(kernel: KernelName): Expansion {
  return (write, { x, filter, bias, preluActivationWeights }, attributes) => {
    const convolved = write.node(kernel, [x!, filter!], attributes)
    return activated(write, bias ? add(write, convolved, bias) : convolved, attributes, preluActivationWeights)
  }
}

/** The activation at the end of a fused kernel, by tfjs' names (fused_util.ts, applyActivation). */
function activated(
  write: GraphWriter,
  x: TensorInfo,
  { activation, leakyreluAlpha }: NamedAttrMap,
  weights?: TensorInfo,
): TensorInfo {
  switch (activation ?? 'linear') {
    case 'linear':
      return x
    case 'relu':
      return write.node('Relu', [x], {})
    case 'relu6':
      return relu6(write, x)
    case 'prelu':
      return prelu(write, x, weights!)
    case 'leakyrelu':
      return write.node('LeakyRelu', [x], { alpha: leakyreluAlpha as number })
    case 'elu':
      return write.node('Elu', [x], {})
    case 'sigmoid':
      return write.node('Sigmoid', [x], {})
    default:
      throw new Error(`internal: fused activation ${activation} is not traced`)
  }
}

/** Cumulative products, written out element by element because runtimes have no kernel for them. */
function cumprod(write: GraphWriter, x: TensorInfo, { axis, exclusive, reverse }: NamedAttrMap): TensorInfo {
  const at = util.parseAxisParam((axis ?? 0) as number, x.shape)[0]!
  const parts = split(write, x, Array(x.shape[at]!).fill(1), at)
  const ordered = reverse ? parts.toReversed() : parts
  const products: TensorInfo[] = []
  for (const part of ordered) {
    const before = products.at(-1)
    products.push(before ? write.node('Multiply', [before, part], {}) : part)
  }
  const ones = write.constant(parts[0]!.shape, x.dtype as DType, 1)
  const results = exclusive ? [ones, ...products.slice(0, -1)] : products
  return concat(write, reverse ? results.toReversed() : results, at)
}

/** Pads x with mirrored elements: without the outermost element (`reflect`) or with it (`symmetric`). */
function mirrored(write: GraphWriter, x: TensorInfo, paddings: readonly number[][], mode: string): TensorInfo {
  const skipped = mode === 'reflect' ? 1 : 0
  return paddings.reduce((inner, [before, after], axis) => {
    const border = (count: number, from: number) => {
      if (count === 0) return []
      const begin = inner.shape.map((_, index) => (index === axis ? from : 0))
      const edge = write.node('Slice', [inner], { begin, size: inner.shape.with(axis, count) })
      return [write.node('Reverse', [edge], { dims: [axis] })]
    }
    const end = inner.shape[axis]! - skipped - after!
    return concat(write, [...border(before!, skipped), inner, ...border(after!, end)], axis)
  }, x)
}

/** `count` numbers from `start` on, accumulated in float32 as in tfjs (LinSpace_impl.ts, Range_impl.ts). */
function steps(start: number, step: number, count: number): Float32Array {
  const values = new Float32Array(count).fill(start)
  for (let index = 1; index < count; index++) values[index] = values[index - 1]! + step
  return values
}

/** The values of tf.range, which counts down by itself if the end is lower than the start. */
function rangeOf(start: number, stop: number, step: number): Float32Array {
  if (start === stop || (start < stop && step < 0) || (stop < start && step > 1)) return new Float32Array()
  return steps(start, stop < start && step === 1 ? -1 : step, Math.abs(Math.ceil((stop - start) / step)))
}
