import type { GraphNode } from '../../graph/graph.js'
import type { REDUCTIONS } from '../../graph/kernels/reductions.js'
import { cast, type Lowering, transpose } from './lowering.js'

const reduce =
  (type: string): Lowering =>
  (emit, { attributes }, [x]) =>
    emit.op(type, [x!, emit.ints(attributes.axes as number[])], { keepdims: attributes.keepDims ? 1 : 0 })

export const REDUCTION_LOWERINGS: { readonly [Kernel in keyof typeof REDUCTIONS]: Lowering } = {
  Max: reduce('ReduceMax'),
  Mean: reduce('ReduceMean'),
  /** Rows are added fastest by the matrix product that a row of ones makes. */
  Sum: (emit, node, names, infos) =>
    infos[0]!.shape.length === 2 && String(node.attributes.axes) === '0' && !node.attributes.keepDims
      ? emit.op('MatMul', [emit.fill(1, [infos[0]!.shape[0]!]), names[0]!])
      : reduce('ReduceSum')(emit, node, names, infos),
  ArgMax: (emit, { attributes }, [x]) =>
    cast(emit, emit.op('ArgMax', [x!], { axis: attributes.axis as number, keepdims: 0 }), 'int32'),

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
