/** What the table of kernels says of each of them, and rules that many kernels share. */
import { backend_util, type NamedAttrMap, util } from '@tensorflow/tfjs-core'
import type { Shape } from '../../../../base/shape.js'
import type { Attributes, DType, ValueInfo } from '../value.js'

export interface KernelRule {
  /** tfjs' names of the inputs; `list`: one or more, which tfjs gives as a list. */
  readonly inputs: readonly string[] | 'list'
  /** tfjs attributes in normal form: only what matters, axes as a list of non-negative numbers. Normalizing twice changes nothing. */
  readonly attributes: (attributes: NamedAttrMap, inputs: readonly ValueInfo[]) => Attributes
  /** Throws where the inputs do not fit. */
  readonly output: (inputs: readonly ValueInfo[], attributes: Attributes) => ValueInfo
  /** Whether the two inputs may change places. */
  readonly commutes?: boolean
}

export const none = () => ({})
export const first = ([x]: readonly ValueInfo[]) => x!

/** One input, same shape and dtype. */
export const unary = { inputs: ['x'], attributes: none, output: first } as const satisfies KernelRule

/** Asks something of each element. */
export const question = {
  inputs: ['x'],
  attributes: none,
  output: ([x]) => ({ shape: x!.shape, dtype: 'bool' }),
} as const satisfies KernelRule

/** Two inputs, broadcast as NumPy does. */
export const binary = (dtype?: DType) =>
  ({
    inputs: ['a', 'b'],
    attributes: none,
    output: ([a, b]) => ({ shape: broadcast(a!.shape, b!.shape), dtype: dtype ?? a!.dtype }),
  }) as const satisfies KernelRule

/** Likewise, and the inputs may change places. */
export const commutative = (dtype?: DType) => ({ ...binary(dtype), commutes: true }) as const satisfies KernelRule

export const broadcast = (a: Shape, b: Shape): number[] => backend_util.assertAndGetBroadcastShape([...a], [...b])

/** Non-negative axes; all of them where none is given. */
export const axesOf = (axis: unknown, shape: Shape): number[] =>
  util.parseAxisParam((axis ?? shape.map((_, index) => index)) as number | number[], [...shape])
