import { type ELEMENTWISE, forSameNames } from '../../graph/kernels/elementwise.js'
import type { DType } from '../../graph/value.js'
import { FLOAT, type Lowering, same, transpose, type } from './lowering.js'

/**
 * Integers are compared as int64, because the int32 kernel of a GPU computes on the processor (cwise_op_equal_to_1.cc).
 */
const comparison =
  (op: string): Lowering =>
  (emit, _, names, [first]) => {
    if (first!.dtype !== 'int32') return emit.op(op, names, { T: type(first!.dtype) })
    const wide = names.map((name) => emit.op('Cast', [name], { SrcT: type('int32'), DstT: type('int64') }))
    return emit.op(op, wide, { T: type('int64') })
  }

const logical =
  (op: string): Lowering =>
  (emit, _, names) =>
    emit.op(op, names)

/** For any axis; TensorFlow has the operator for the last axis only. */
export const alongAxis =
  (op: string): Lowering =>
  (emit, { attributes }, [x], [info]) => {
    const last = info!.shape.length - 1
    const axis = attributes.axis as number
    if (axis === last) return emit.op(op, [x!], FLOAT)
    const swapped = info!.shape.map((_, index) => (index === axis ? last : index === last ? axis : index))
    return transpose(emit, emit.op(op, [transpose(emit, x!, swapped)], FLOAT), swapped)
  }

const logSoftmax: Lowering = alongAxis('LogSoftmax')

export const ELEMENTWISE_LOWERINGS: { readonly [Kernel in keyof typeof ELEMENTWISE]: Lowering } = {
  ...forSameNames(same),

  Add: same('AddV2'),
  Sub: same('Sub'),
  Multiply: same('Mul'),
  RealDiv: same('RealDiv'),
  Maximum: same('Maximum'),
  Minimum: same('Minimum'),
  Pow: same('Pow'),
  Mod: same('FloorMod'),
  Atan2: same('Atan2'),

  Equal: comparison('Equal'),
  NotEqual: comparison('NotEqual'),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessEqual'),
  LogicalAnd: logical('LogicalAnd'),
  LogicalNot: logical('LogicalNot'),
  LogicalOr: logical('LogicalOr'),
  IsFinite: same('IsFinite'),
  IsInf: same('IsInf'),
  IsNan: same('IsNan'),

  Expm1: same('Expm1'),
  Log1p: same('Log1p'),
  Round: same('Rint'),
  Rsqrt: same('Rsqrt'),
  Square: same('Square'),

  EluGrad: same('EluGrad'),
  LeakyRelu: same('LeakyRelu', ({ attributes }) => ({ alpha: { float: attributes.alpha as number } })),
  /** Not Relu, which turns NaN into 0: a run that diverges would look as if it did not. */
  Relu: (emit, _, [x]) => emit.op('Maximum', [x!, emit.float(0)], FLOAT),
  Step: (emit, { attributes }, [x]) =>
    emit.op(
      'SelectV2',
      [emit.op('Greater', [x!, emit.float(0)], FLOAT), emit.float(1), emit.float(attributes.alpha as number)],
      FLOAT,
    ),
  /** As exp of log-softmax, which a crossentropy needs too. `softmax.ts` has those without a crossentropy. */
  Softmax: (emit, node, names, infos) => emit.op('Exp', [logSoftmax(emit, node, names, infos)], FLOAT),
  LogSoftmax: logSoftmax,
  /** Not ClipByValue, which turns NaN into a number. */
  ClipByValue: (emit, { attributes }, [x]) =>
    emit.op(
      'Maximum',
      [
        emit.op('Minimum', [x!, emit.float(attributes.clipValueMax as number)], FLOAT),
        emit.float(attributes.clipValueMin as number),
      ],
      FLOAT,
    ),

  Cast: (emit, { attributes }, [x], [info]) =>
    emit.op('Cast', [x!], { SrcT: type(info!.dtype), DstT: type(attributes.dtype as DType) }),
  Select: (emit, _, names, [, chosen]) => emit.op('SelectV2', names, { T: type(chosen!.dtype) }),
}
