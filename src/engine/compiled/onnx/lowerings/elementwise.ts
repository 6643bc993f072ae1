import type { DType } from '../../graph/graph.js'
import type { ELEMENTWISE } from '../../graph/kernels/elementwise.js'
import { cast, type Lowering, same } from './lowering.js'

const alongAxis = (type: string): Lowering => same(type, ({ attributes }) => ({ axis: attributes.axis as number }))

export const ELEMENTWISE_LOWERINGS: { readonly [Kernel in keyof typeof ELEMENTWISE]: Lowering } = {
  Add: same('Add'),
  Sub: same('Sub'),
  Multiply: same('Mul'),
  RealDiv: same('Div'),
  Maximum: same('Max'),
  Minimum: same('Min'),
  Pow: same('Pow'),

  Equal: same('Equal'),
  NotEqual: (emit, _, names) => emit.op('Not', [emit.op('Equal', names)]),
  Greater: same('Greater'),
  GreaterEqual: same('GreaterOrEqual'),
  Less: same('Less'),
  LessEqual: same('LessOrEqual'),
  LogicalAnd: same('And'),
  LogicalNot: same('Not'),

  Abs: same('Abs'),
  Erf: same('Erf'),
  Exp: same('Exp'),
  Log: same('Log'),
  Neg: same('Neg'),
  Reciprocal: same('Reciprocal'),
  Rsqrt: (emit, _, names) => emit.op('Reciprocal', [emit.op('Sqrt', names)]),
  Sign: same('Sign'),
  Sqrt: same('Sqrt'),
  Square: (emit, _, [x]) => emit.op('Mul', [x!, x!]),

  Elu: same('Elu'),
  EluGrad: (emit, _, [dy, y]) =>
    emit.op('Where', [
      emit.op('Less', [y!, emit.fill(0)]),
      emit.op('Mul', [dy!, emit.op('Add', [y!, emit.fill(1)])]),
      dy!,
    ]),
  LeakyRelu: same('LeakyRelu', ({ attributes }) => ({ alpha: { float: attributes.alpha as number } })),
  Relu: same('Relu'),
  Selu: same('Selu'),
  Sigmoid: same('Sigmoid'),
  Softplus: same('Softplus'),
  /** In one operator: 3.4e38 x, clipped to 0 ... 1, is 0 or 1 for every normal number. */
  Step(emit, { attributes }, [x]) {
    if (attributes.alpha === 0) return emit.op('HardSigmoid', [x!], { alpha: { float: 3.4e38 }, beta: { float: 0 } })
    const positive = emit.op('Greater', [x!, emit.fill(0)])
    return emit.op('Where', [positive, emit.fill(1), emit.fill(attributes.alpha as number)])
  },
  Tanh: same('Tanh'),
  Softmax: alongAxis('Softmax'),
  LogSoftmax: alongAxis('LogSoftmax'),
  ClipByValue: (emit, { attributes }, [x]) =>
    emit.op('Clip', [x!, emit.fill(attributes.clipValueMin as number), emit.fill(attributes.clipValueMax as number)]),

  Cast: (emit, { attributes }, [x]) => cast(emit, x!, attributes.dtype as DType),
  Select: same('Where'),
}
