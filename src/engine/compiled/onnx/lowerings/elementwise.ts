import { type ELEMENTWISE, forSameNames } from '../../graph/kernels/elementwise.js'
import type { DType } from '../../graph/value.js'
import { cast, type Emitter, type Lowering, same } from './lowering.js'

const alongAxis = (type: string): Lowering => same(type, ({ attributes }) => ({ axis: attributes.axis as number }))

const negative = (emit: Emitter, x: string) => emit.op('Less', [x, emit.fill(0)])

export const ELEMENTWISE_LOWERINGS: { readonly [Kernel in keyof typeof ELEMENTWISE]: Lowering } = {
  ...forSameNames(same),

  Add: same('Add'),
  Sub: same('Sub'),
  Multiply: same('Mul'),
  RealDiv: same('Div'),
  Maximum: same('Max'),
  Minimum: same('Min'),
  Pow: same('Pow'),
  /** ONNX has this operator for integers; for floats it has the remainder of division rounded towards 0. */
  Mod(emit, _, [a, b], [info]) {
    if (info!.dtype === 'int32') return emit.op('Mod', [a!, b!])
    const rest = (x: string) => emit.op('Mod', [x, b!], { fmod: 1 })
    const cut = rest(a!)
    const alike = emit.op('Equal', [negative(emit, a!), negative(emit, b!)])
    return emit.op('Where', [alike, cut, rest(emit.op('Add', [cut, b!]))])
  },
  /** Takes the angle in the right half plane, and mirrors it if x is negative. */
  Atan2(emit, _, [y, x]) {
    const flat = emit.op('Equal', [y!, emit.fill(0)])
    const slope = emit.op('Where', [flat, emit.fill(0), emit.op('Div', [y!, emit.op('Abs', [x!])])])
    const right = emit.op('Atan', [slope])
    const half = emit.op('Where', [negative(emit, y!), emit.fill(-Math.PI), emit.fill(Math.PI)])
    return emit.op('Where', [negative(emit, x!), emit.op('Sub', [half, right]), right])
  },

  Equal: same('Equal'),
  NotEqual: (emit, _, names) => emit.op('Not', [emit.op('Equal', names)]),
  Greater: same('Greater'),
  GreaterEqual: same('GreaterOrEqual'),
  Less: same('Less'),
  LessEqual: same('LessOrEqual'),
  LogicalAnd: same('And'),
  LogicalNot: same('Not'),
  LogicalOr: same('Or'),
  IsFinite: (emit, _, names) => emit.op('Less', [emit.op('Abs', names), emit.fill(Number.POSITIVE_INFINITY)]),
  IsInf: same('IsInf'),
  IsNan: same('IsNaN'),

  /** tanh(x / 2) (e^x + 1), which keeps all digits for small x. */
  Expm1(emit, _, [x]) {
    const tanh = emit.op('Tanh', [emit.op('Mul', [x!, emit.fill(0.5)])])
    return emit.op('Mul', [tanh, emit.op('Add', [emit.op('Exp', [x!]), emit.fill(1)])])
  },
  /**
   * For small x, log(u) x / (u - 1) with u = 1 + x rounded, which corrects for that rounding (Goldberg 1991, theorem
   * 4).
   */
  Log1p(emit, _, [x]) {
    const u = emit.op('Add', [x!, emit.fill(1)])
    const logarithm = emit.op('Log', [u])
    const unchanged = emit.op('Equal', [u, emit.fill(1)])
    const corrected = emit.op('Mul', [logarithm, emit.op('Div', [x!, emit.op('Sub', [u, emit.fill(1)])])])
    const small = emit.op('Less', [emit.op('Abs', [x!]), emit.fill(0.5)])
    return emit.op('Where', [small, emit.op('Where', [unchanged, x!, corrected]), logarithm])
  },
  Round: same('Round'),
  Rsqrt: (emit, _, names) => emit.op('Reciprocal', [emit.op('Sqrt', names)]),
  Square: (emit, _, [x]) => emit.op('Mul', [x!, x!]),

  EluGrad: (emit, _, [dy, y]) =>
    emit.op('Where', [
      emit.op('Less', [y!, emit.fill(0)]),
      emit.op('Mul', [dy!, emit.op('Add', [y!, emit.fill(1)])]),
      dy!,
    ]),
  LeakyRelu: same('LeakyRelu', ({ attributes }) => ({ alpha: { float: attributes.alpha as number } })),
  Relu: same('Relu'),
  /** One operator: 3.4e38 x clipped to [0, 1] is 0 or 1 for every normal number x. */
  Step(emit, { attributes }, [x]) {
    if (attributes.alpha === 0) return emit.op('HardSigmoid', [x!], { alpha: { float: 3.4e38 }, beta: { float: 0 } })
    const positive = emit.op('Greater', [x!, emit.fill(0)])
    return emit.op('Where', [positive, emit.fill(1), emit.fill(attributes.alpha as number)])
  },
  Softmax: alongAxis('Softmax'),
  LogSoftmax: alongAxis('LogSoftmax'),
  ClipByValue: (emit, { attributes }, [x]) =>
    emit.op('Clip', [x!, emit.fill(attributes.clipValueMin as number), emit.fill(attributes.clipValueMax as number)]),

  Cast: (emit, { attributes }, [x]) => cast(emit, x!, attributes.dtype as DType),
  Select: same('Where'),
}
