/** tfjs kernels that are no node of their own in a graph: they are written with others, or only name a value again. */
import { backend_util, type NamedAttrMap, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { type Shape, sizeOf } from '../../../base/shape.js'
import type { DType, GraphConstant } from './graph.js'
import type { KernelName } from './kernels.js'

/** Adds to the graph that is traced. */
export interface GraphWriter {
  node(kernel: KernelName, inputs: readonly TensorInfo[], attributes: NamedAttrMap): TensorInfo
  constant(shape: Shape, dtype: DType, data: GraphConstant['data']): TensorInfo
  /** Another tensor for the same value. */
  alias(x: TensorInfo): TensorInfo
}

export type Named = Readonly<Record<string, TensorInfo>>

/** `inputs` by tfjs' names, or by number where tfjs gives a list. */
type Expansion = (write: GraphWriter, inputs: Named, attributes: NamedAttrMap) => TensorInfo | TensorInfo[]

export const EXPANSIONS: Readonly<Record<string, Expansion>> = {
  BatchMatMul: (write, { a, b }, attributes) => matMul(write, a!, b!, attributes),
  _FusedMatMul(write, { a, b, bias, preluActivationWeights }, attributes) {
    const rest = (x: TensorInfo) => activated(write, bias ? add(write, x, bias) : x, attributes, preluActivationWeights)
    const byRow = [bias, preluActivationWeights].every((one) => !one || one.shape.length <= 1)
    return byRow ? matMul(write, a!, b!, attributes, rest) : rest(matMul(write, a!, b!, attributes))
  },
  FusedConv2D: fusedConvolution('Conv2D'),
  FusedDepthwiseConv2D: fusedConvolution('DepthwiseConv2dNative'),
  // of the input only its shape matters
  AvgPoolGrad: (write, { dy, input }, attributes) =>
    write.node('AvgPoolGrad', [dy!], { ...attributes, inputShape: input!.shape }),

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
  ZerosLike: (write, { x }) => write.constant(x!.shape, x!.dtype as DType, 0),
  OnesLike: (write, { x }) => write.constant(x!.shape, x!.dtype as DType, 1),
}

const reshape = (write: GraphWriter, x: TensorInfo, shape: number[]) => write.node('Reshape', [x], { shape })
const add = (write: GraphWriter, a: TensorInfo, b: TensorInfo) => write.node('Add', [a, b], {})

const concat = (write: GraphWriter, parts: readonly TensorInfo[], axis: number) =>
  parts.length === 1 ? write.alias(parts[0]!) : write.node('Concat', parts, { axis })

/** Pieces of these sizes along an axis. */
function split(write: GraphWriter, x: TensorInfo, sizes: readonly number[], axis: number): TensorInfo[] {
  let from = 0
  return sizes.map((count) => {
    const begin = x.shape.map((_, index) => (index === axis ? from : 0))
    from += count
    return write.node('Slice', [x], { begin, size: x.shape.with(axis, count) })
  })
}

/** One product of matrices where `b` is one matrix; `rest` may follow on its rows. */
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

/** tfjs' names of what a fused kernel does last (fused_types.ts). */
function activated(write: GraphWriter, x: TensorInfo, { activation }: NamedAttrMap, _weights?: TensorInfo): TensorInfo {
  switch (activation ?? 'linear') {
    case 'linear':
      return x
    case 'relu':
      return write.node('Relu', [x], {})
    case 'elu':
      return write.node('Elu', [x], {})
    case 'sigmoid':
      return write.node('Sigmoid', [x], {})
    default:
      throw new Error(`internal: fused activation ${activation} is not traced`)
  }
}
