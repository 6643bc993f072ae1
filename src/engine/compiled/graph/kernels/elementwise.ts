/** Kernels that compute each element of their result by itself, and those along one axis. */
import type { DType } from '../graph.js'
import { axesOf, binary, first, type KernelRule, none, unary } from './rule.js'

/** Over one axis, the last unless told. */
const alongAxis = {
  inputs: ['logits'],
  attributes: ({ axis, dim }, [logits]) => ({ axis: axesOf(axis ?? dim ?? -1, logits!.shape)[0]! }),
  output: first,
} as const satisfies KernelRule

export const ELEMENTWISE = {
  Add: binary(),
  Sub: binary(),
  Multiply: binary(),
  RealDiv: binary('float32'),
  Maximum: binary(),
  Minimum: binary(),
  Pow: binary(),

  Equal: binary('bool'),
  NotEqual: binary('bool'),
  Greater: binary('bool'),
  GreaterEqual: binary('bool'),
  Less: binary('bool'),
  LessEqual: binary('bool'),
  LogicalAnd: binary('bool'),
  LogicalNot: unary,

  Abs: unary,
  Erf: unary,
  Exp: unary,
  Log: unary,
  Neg: unary,
  Reciprocal: unary,
  Rsqrt: unary,
  Sign: unary,
  Sqrt: unary,
  Square: unary,

  Elu: unary,
  EluGrad: { inputs: ['dy', 'y'], attributes: none, output: first },
  LeakyRelu: { inputs: ['x'], attributes: ({ alpha }) => ({ alpha: alpha as number }), output: first },
  Relu: unary,
  Selu: unary,
  Sigmoid: unary,
  Softplus: unary,
  /** 1 above 0, `alpha` below. */
  Step: { inputs: ['x'], attributes: ({ alpha }) => ({ alpha: (alpha as number) ?? 0 }), output: first },
  Tanh: unary,
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
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
