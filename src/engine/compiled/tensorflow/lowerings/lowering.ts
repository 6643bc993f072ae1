/** Lowering of kernels to operators of TensorFlow. */
import type { Shape } from '../../../../base/shape.js'
import type { GraphNode } from '../../graph/graph.js'
import type { DType, ValueInfo } from '../../graph/value.js'
import type { DataType, TensorflowAttribute } from '../graph-def.js'

export type TensorflowAttributes = Readonly<Record<string, TensorflowAttribute>>

/** Writes operators and constants; each method returns the name of the result. */
export interface Emitter {
  op(op: string, inputs: readonly string[], attributes?: TensorflowAttributes): string
  float(value: number): string
  scalar(value: number, dtype: DType): string
  floats(values: readonly number[], shape: Shape): string
  ints(values: readonly number[] | number): string
  /** A type for which JavaScript has no array is given as 32-bit words. */
  constant(dtype: DataType, shape: Shape, data: Float32Array | Int32Array | Uint8Array | Uint32Array): string
}

export type Lowering = (emit: Emitter, node: GraphNode, names: readonly string[], infos: readonly ValueInfo[]) => string

export const type = (dtype: DataType): TensorflowAttribute => ({ type: dtype })
export const FLOAT = { T: type('float32') }

/** The lowering of a kernel that is a single operator with the same inputs, all of the type of the first. */
export const same =
  (op: string, attributes?: (node: GraphNode) => TensorflowAttributes): Lowering =>
  (emit, node, names, [first]) =>
    emit.op(op, names, { T: type(first!.dtype), ...attributes?.(node) })

export const transpose = (emit: Emitter, x: string, permutation: readonly number[], dtype: DType = 'float32') =>
  emit.op('Transpose', [x, emit.ints(permutation)], { T: type(dtype), Tperm: type('int32') })

export const reshape = (emit: Emitter, x: string, shape: Shape, dtype: DType = 'float32') =>
  emit.op('Reshape', [x, emit.ints(shape)], { T: type(dtype), Tshape: type('int32') })
