/** Kernels that compute each element of their result separately, and kernels along one axis. */
import type { DType } from '../value.js'
import { axesOf, binary, commutative, first, type KernelRule, none, question, unary } from './rule.js'

/** Works along one axis, by default the last. */
const alongAxis = {
  inputs: ['logits'],
  attributes: ({ axis, dim }, [logits]) => ({ axis: axesOf(axis ?? dim ?? -1, logits!.shape)[0]! }),
  output: first,
} as const satisfies KernelRule

/** Each element of the result is computed by itself. */
export const BY_ELEMENT = {
  Add: commutative(),
  Sub: binary(),
  Multiply: commutative(),
  RealDiv: binary('float32'),
  Maximum: commutative(),
  Minimum: commutative(),
  Pow: binary(),
  /** Remainder of division rounded down; it has the sign of the divisor. */
  Mod: binary(),
  Atan2: binary(),

  Equal: commutative('bool'),
  NotEqual: commutative('bool'),
  Greater: binary('bool'),
  GreaterEqual: binary('bool'),
  Less: binary('bool'),
  LessEqual: binary('bool'),
  LogicalAnd: commutative('bool'),
  LogicalNot: unary,
  LogicalOr: commutative('bool'),
  IsFinite: question,
  IsInf: question,
  IsNan: question,

  Abs: unary,
  Ceil: unary,
  Erf: unary,
  Exp: unary,
  Expm1: unary,
  Floor: unary,
  Log: unary,
  Log1p: unary,
  Neg: unary,
  Reciprocal: unary,
  /** Rounds halves to even. */
  Round: unary,
  Rsqrt: unary,
  Sign: unary,
  Sqrt: unary,
  Square: unary,

  Sin: unary,
  Cos: unary,
  Tan: unary,
  Asin: unary,
  Acos: unary,
  Atan: unary,
  Sinh: unary,
  Cosh: unary,
  Asinh: unary,
  Acosh: unary,
  Atanh: unary,

  Elu: unary,
  EluGrad: { inputs: ['dy', 'y'], attributes: none, output: first },
  LeakyRelu: { inputs: ['x'], attributes: ({ alpha }) => ({ alpha: alpha as number }), output: first },
  Relu: unary,
  Selu: unary,
  Sigmoid: unary,
  Softplus: unary,
  /** 1 above 0, else `alpha`. */
  Step: { inputs: ['x'], attributes: ({ alpha }) => ({ alpha: (alpha as number) ?? 0 }), output: first },
  Tanh: unary,
  ClipByValue: {
    inputs: ['x'],
    attributes: ({ clipValueMin, clipValueMax }) => ({
      clipValueMin: clipValueMin as number,
      clipValueMax: clipValueMax as number,
    }),
    output: first,
  },

  Cast: {
    inputs: ['x'],
    attributes: ({ dtype }) => ({ dtype: dtype as string }),
    output: ([x], { dtype }) => ({ shape: x!.shape, dtype: dtype as DType }),
  },
  Select: {
    inputs: ['condition', 't', 'e'],
    attributes: none,
    output: ([, chosen]) => chosen!,
  },
} as const satisfies Record<string, KernelRule>

export const ELEMENTWISE = { ...BY_ELEMENT, Softmax: alongAxis, LogSoftmax: alongAxis } as const

/** Kernels of one input that all runtimes know by this name. */
// biome-ignore format: a list
const SAME_NAMES = [
  'Abs', 'Ceil', 'Erf', 'Exp', 'Floor', 'Log', 'Neg', 'Reciprocal', 'Sign', 'Sqrt',
  'Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Acosh', 'Atanh',
  'Elu', 'Selu', 'Sigmoid', 'Softplus', 'Tanh',
] as const satisfies readonly (keyof typeof BY_ELEMENT)[]

/** Rows of a runtime's table for them. */
export const forSameNames = <Row>(rowOf: (name: string) => Row) =>
  Object.fromEntries(SAME_NAMES.map((name) => [name, rowOf(name)])) as Record<(typeof SAME_NAMES)[number], Row>
