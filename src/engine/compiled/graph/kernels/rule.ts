/** The type of an entry in the table of kernels, and rules that many kernels share. */
import { backend_util, type NamedAttrMap, util } from '@tensorflow/tfjs-core'
import type { Shape } from '../../../../base/shape.js'
import type { Attributes, DType, ValueInfo } from '../value.js'

export interface KernelRule {
  /** tfjs' names of the inputs; `list` stands for one or more inputs that tfjs passes as a list. */
  readonly inputs: readonly string[] | 'list'
  /**
   * Brings tfjs' attributes to normal form: only those that matter, with axes as lists of non-negative numbers.
   * Normalizing twice changes nothing.
   */
  readonly attributes: (attributes: NamedAttrMap, inputs: readonly ValueInfo[]) => Attributes
  /** Shape and dtype of the result. Throws if the inputs do not fit. */
  readonly output: (inputs: readonly ValueInfo[], attributes: Attributes) => ValueInfo
  /** True if the two inputs may change places. */
  readonly commutes?: boolean
}

export const none = () => ({})
export const first = ([x]: readonly ValueInfo[]) => x!

/** One input; the result has its shape and dtype. */
export const unary = { inputs: ['x'], attributes: none, output: first } as const satisfies KernelRule

/** A test of each element. */
export const question = {
  inputs: ['x'],
  attributes: none,
  output: ([x]) => ({ shape: x!.shape, dtype: 'bool' }),
} as const satisfies KernelRule

/** Two inputs, broadcast as in NumPy. */
export const binary = (dtype?: DType) =>
  ({
    inputs: ['a', 'b'],
    attributes: none,
    output: ([a, b]) => ({ shape: broadcast(a!.shape, b!.shape), dtype: dtype ?? a!.dtype }),
  }) as const satisfies KernelRule

/** A binary kernel whose inputs may change places. */
export const commutative = (dtype?: DType) => ({ ...binary(dtype), commutes: true }) as const satisfies KernelRule

export const broadcast = (a: Shape, b: Shape): number[] => backend_util.assertAndGetBroadcastShape([...a], [...b])

/** Converts axes to non-negative numbers; all axes if none is given. */
export const axesOf = (axis: unknown, shape: Shape): number[] =>
  util.parseAxisParam((axis ?? shape.map((_, index) => index)) as number | number[], [...shape])
