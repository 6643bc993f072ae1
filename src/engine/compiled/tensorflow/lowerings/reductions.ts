import type { REDUCTIONS } from '../../graph/kernels/reductions.js'
import { FLOAT, type Lowering, type } from './lowering.js'

const reduce =
  (op: string): Lowering =>
  (emit, { attributes }, [x], [info]) =>
    emit.op(op, [x!, emit.ints(attributes.axes as number[])], {
      T: type(info!.dtype),
      Tidx: type('int32'),
      keep_dims: { bool: attributes.keepDims as boolean },
    })

const ofTruths =
  (op: string): Lowering =>
  (emit, { attributes }, [x]) =>
    emit.op(op, [x!, emit.ints(attributes.axes as number[])], {
      Tidx: type('int32'),
      keep_dims: { bool: attributes.keepDims as boolean },
    })

const place =
  (op: string): Lowering =>
  (emit, { attributes }, [x], [info]) =>
    emit.op(op, [x!, emit.ints(attributes.axis as number)], {
      T: type(info!.dtype),
      Tidx: type('int32'),
      output_type: type('int32'),
    })

const topK: Lowering = (emit, { attributes }, [x], [info]) =>
  emit.op('TopKV2', [x!, emit.ints(attributes.k as number)], { T: type(info!.dtype) })

export const REDUCTION_LOWERINGS: { readonly [Kernel in keyof typeof REDUCTIONS]: Lowering } = {
  All: ofTruths('All'),
  Any: ofTruths('Any'),
  Max: reduce('Max'),
  Mean: reduce('Mean'),
  Min: reduce('Min'),
  Prod: reduce('Prod'),
  Sum: reduce('Sum'),
  ArgMax: place('ArgMax'),
  ArgMin: place('ArgMin'),
  Cumsum: (emit, { attributes: { axis, exclusive, reverse } }, [x], [info]) =>
    emit.op('Cumsum', [x!, emit.ints(axis as number)], {
      T: type(info!.dtype),
      Tidx: type('int32'),
      exclusive: { bool: exclusive as boolean },
      reverse: { bool: reverse as boolean },
    }),
  TopKValues: topK,
  TopKIndices: (emit, node, names, infos) =>
    emit.op('Identity', [`${topK(emit, node, names, infos)}:1`], { T: type('int32') }),
  UnsortedSegmentSum: (emit, { attributes }, [x, ids], [info]) =>
    emit.op('UnsortedSegmentSum', [x!, ids!, emit.ints(attributes.numSegments as number)], {
      T: type(info!.dtype),
      Tindices: type('int32'),
      Tnumsegments: type('int32'),
    }),

  BatchMatMul: (emit, { attributes: { transposeA, transposeB } }, names, infos) =>
    infos.every(({ shape }) => shape.length === 2)
      ? emit.op('MatMul', names, {
          ...FLOAT,
          transpose_a: { bool: transposeA as boolean },
          transpose_b: { bool: transposeB as boolean },
        })
      : emit.op('BatchMatMulV2', names, {
          ...FLOAT,
          adj_x: { bool: transposeA as boolean },
          adj_y: { bool: transposeB as boolean },
        }),
}
