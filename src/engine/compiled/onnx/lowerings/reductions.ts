import type { GraphNode } from '../../graph/graph.js'
import type { REDUCTIONS } from '../../graph/kernels/reductions.js'
import type { Attributes } from '../../graph/value.js'
import { ELEMENT } from '../model-writer.js'
import { cast, type Emitter, type Lowering, reshape, transpose } from './lowering.js'

const reduce =
  (type: string): Lowering =>
  (emit, { attributes }, [x]) =>
    emit.op(type, [x!, emit.ints(attributes.axes as number[])], { keepdims: attributes.keepDims ? 1 : 0 })

const place =
  (type: string): Lowering =>
  (emit, { attributes }, [x]) =>
    cast(emit, emit.op(type, [x!], { axis: attributes.axis as number, keepdims: 0 }), 'int32')

/** Reduces booleans as integers, because ONNX reduces only numbers. */
const ofTruths =
  (type: string): Lowering =>
  (emit, node, [x], infos) =>
    cast(emit, reduce(type)(emit, node, [cast(emit, x!, 'int32')], infos), 'bool')

const topK = (emit: Emitter, x: string, { k }: Attributes) => emit.ops('TopK', [x, emit.ints([k as number])], {}, 2)

export const REDUCTION_LOWERINGS: { readonly [Kernel in keyof typeof REDUCTIONS]: Lowering } = {
  All: ofTruths('ReduceMin'),
  Any: ofTruths('ReduceMax'),
  Max: reduce('ReduceMax'),
  Mean: reduce('ReduceMean'),
  Min: reduce('ReduceMin'),
  Prod: reduce('ReduceProd'),
  /** The sum over rows is fastest as a product with a row of ones. */
  Sum: (emit, node, names, infos) =>
    infos[0]!.shape.length === 2 && String(node.attributes.axes) === '0' && !node.attributes.keepDims
      ? emit.op('MatMul', [emit.fill(1, [infos[0]!.shape[0]!]), names[0]!])
      : reduce('ReduceSum')(emit, node, names, infos),
  ArgMax: place('ArgMax'),
  ArgMin: place('ArgMin'),
  Cumsum: (emit, { attributes: { axis, exclusive, reverse } }, [x]) =>
    emit.op('CumSum', [x!, emit.ints([axis as number])], { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 }),
  // two separate operators, so that a result that is not needed is not computed
  TopKValues: (emit, { attributes }, [x]) => topK(emit, x!, attributes)[0]!,
  TopKIndices: (emit, { attributes }, [x]) => cast(emit, topK(emit, x!, attributes)[1]!, 'int32'),
  /** Scatters element by element, so that rows with the same id add up. */
  UnsortedSegmentSum(emit, { attributes }, [x, ids], [info]) {
    const { shape } = info!
    const column = reshape(emit, emit.op('Cast', [ids!], { to: ELEMENT.int64 }), [
      shape[0]!,
      ...shape.slice(1).map(() => 1),
    ])
    const places = emit.op('Expand', [column, emit.ints(shape)])
    const zeros = emit.fill(0, [attributes.numSegments as number, ...shape.slice(1)], info!.dtype)
    return emit.op('ScatterElements', [zeros, places, x!], { axis: 0, reduction: { text: 'add' } })
  },

  BatchMatMul(emit, { attributes }, names, infos) {
    if (infos.every(({ shape }) => shape.length === 2)) return emit.op('Gemm', names, gemmAttributes(attributes))
    const turned = [attributes.transposeA, attributes.transposeB]
    const factors = names.map((name, index) => {
      const axes = infos[index]!.shape.map((_, axis) => axis)
      return turned[index] ? transpose(emit, name, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]) : name
    })
    return emit.op('MatMul', factors)
  },
}

export const gemmAttributes = ({ transposeA, transposeB }: GraphNode['attributes']) => ({
  transA: transposeA ? 1 : 0,
  transB: transposeB ? 1 : 0,
})
