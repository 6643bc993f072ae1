/**
 * The tfjs kernels a graph may hold: the names of their inputs, their attributes in one normal form, and the shape and
 * dtype of what they give (tfjs-core/src/kernel_names.ts). The tracer registers them, `verify` checks by them, and each
 * runtime has a total table from these names.
 */
import { backend_util, type NamedAttrMap, util } from '@tensorflow/tfjs-core'
import { type Shape, sizeOf } from '../../../base/shape.js'
import type { Attributes, DType, ValueInfo } from './graph.js'

export interface KernelRule {
  readonly inputs: readonly string[]
  /** tfjs attributes in normal form: only what matters, axes as a list of non-negative numbers. Normalizing twice changes nothing. */
  readonly attributes: (attributes: NamedAttrMap, inputs: readonly ValueInfo[]) => Attributes
  readonly output: (inputs: readonly ValueInfo[], attributes: Attributes) => ValueInfo
}

const none = () => ({})
const first = ([x]: readonly ValueInfo[]) => x!

/** One input, same shape and dtype. */
const unary: KernelRule = { inputs: ['x'], attributes: none, output: first }

const broadcast = (a: Shape, b: Shape) => backend_util.assertAndGetBroadcastShape([...a], [...b])

/** Two inputs, broadcast as NumPy does. */
const binary = (dtype?: DType): KernelRule => ({
  inputs: ['a', 'b'],
  attributes: none,
  output: ([a, b]) => ({ shape: broadcast(a!.shape, b!.shape), dtype: dtype ?? a!.dtype }),
})

const axesOf = (axis: unknown, shape: Shape) =>
  util.parseAxisParam((axis ?? shape.map((_, index) => index)) as number | number[], [...shape])

/** Reduces over axes; `attribute` is tfjs' name for them. */
const reduction = (attribute: 'axis' | 'reductionIndices'): KernelRule => ({
  inputs: ['x'],
  attributes: (attributes, [x]) => ({
    axes: (attributes.axes as number[] | undefined) ?? axesOf(attributes[attribute], x!.shape),
    keepDims: Boolean(attributes.keepDims),
  }),
  output([x], { axes, keepDims }) {
    const reduced = new Set(axes as number[])
    const shape = keepDims
      ? x!.shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim))
      : x!.shape.filter((_, axis) => !reduced.has(axis))
    return { shape, dtype: x!.dtype }
  },
})

/** Over one axis, the last unless told. */
const alongAxis: KernelRule = {
  inputs: ['logits'],
  attributes: ({ axis, dim }, [logits]) => ({ axis: axesOf(axis ?? dim ?? -1, logits!.shape)[0]! }),
  output: first,
}

export const KERNELS = {
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

  Max: reduction('reductionIndices'),
  Mean: reduction('axis'),
  Sum: reduction('axis'),
  ArgMax: {
    inputs: ['x'],
    attributes: ({ axis }, [x]) => ({ axis: axesOf(axis ?? 0, x!.shape)[0]! }),
    output: ([x], { axis }) => ({ shape: x!.shape.filter((_, index) => index !== axis), dtype: 'int32' }),
  },

  /** 2-D products only; the tracer takes a batch of one apart. */
  BatchMatMul: {
    inputs: ['a', 'b'],
    attributes: ({ transposeA, transposeB }) => ({ transposeA: Boolean(transposeA), transposeB: Boolean(transposeB) }),
    output([a, b], { transposeA, transposeB }) {
      const [rows, inner] = transposeA ? [a!.shape[1]!, a!.shape[0]!] : [a!.shape[0]!, a!.shape[1]!]
      const [inner2, columns] = transposeB ? [b!.shape[1]!, b!.shape[0]!] : [b!.shape[0]!, b!.shape[1]!]
      if (a!.shape.length !== 2 || b!.shape.length !== 2 || inner !== inner2) {
        throw new Error(`internal: product of ${a!.shape} and ${b!.shape}`)
      }
      return { shape: [rows, columns], dtype: 'float32' }
    },
  },

  Cast: {
    inputs: ['x'],
    attributes: ({ dtype }) => ({ dtype: dtype as string }),
    output: ([x], { dtype }) => ({ shape: x!.shape, dtype: dtype as DType }),
  },
  OneHot: {
    inputs: ['indices'],
    attributes: ({ depth, onValue, offValue }) => ({
      depth: depth as number,
      onValue: onValue as number,
      offValue: offValue as number,
    }),
    output: ([indices], { depth }) => ({ shape: [...indices!.shape, depth as number], dtype: 'float32' }),
  },
  Reshape: {
    inputs: ['x'],
    attributes: ({ shape }, [x]) => ({
      shape: util.inferFromImplicitShape([...(shape as number[])], sizeOf(x!.shape)),
    }),
    output: ([x], { shape }) => ({ shape: shape as number[], dtype: x!.dtype }),
  },
  Select: {
    inputs: ['condition', 't', 'e'],
    attributes: none,
    output: ([, chosen]) => chosen!,
  },
  Tile: {
    inputs: ['x'],
    attributes: ({ reps }) => ({ reps: [...(reps as number[])] }),
    output: ([x], { reps }) => ({
      shape: x!.shape.map((dim, axis) => dim * (reps as number[])[axis]!),
      dtype: x!.dtype,
    }),
  },
  Transpose: {
    inputs: ['x'],
    attributes: ({ perm }) => ({ perm: [...(perm as number[])] }),
    output: ([x], { perm }) => ({ shape: (perm as number[]).map((axis) => x!.shape[axis]!), dtype: x!.dtype }),
  },
} as const satisfies Record<string, KernelRule>

export type KernelName = keyof typeof KERNELS

export const kernelRule = (name: KernelName): KernelRule => KERNELS[name]
