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

export const REDUCTION_LOWERINGS: { readonly [Kernel in keyof typeof REDUCTIONS]: Lowering } = {
  Max: reduce('Max'),
  Mean: reduce('Mean'),
  Sum: reduce('Sum'),
  ArgMax: (emit, { attributes }, [x], [info]) =>
    emit.op('ArgMax', [x!, emit.ints(attributes.axis as number)], {
      T: type(info!.dtype),
      Tidx: type('int32'),
      output_type: type('int32'),
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
