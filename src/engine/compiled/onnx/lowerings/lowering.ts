/** Lowering of kernels to operators of ONNX. */
import type { Shape } from '../../../../base/shape.js'
import type { GraphNode } from '../../graph/graph.js'
import type { DType, ValueInfo } from '../../graph/value.js'
import { ELEMENT, type OnnxAttribute } from '../model-writer.js'
import type { KernelNode } from '../sections/sections.js'

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>

/** Writes operators. */
export interface Emitter {
  /** Adds an operator and returns the name of its result. */
  op(type: string, inputs: readonly string[], attributes?: OnnxAttributes): string
  /** Adds an operator with several results and returns their names. */
  ops(type: string, inputs: readonly string[], attributes: OnnxAttributes, results: number): readonly string[]
  /**
   * Adds an operator on values in blocks of channels. The name of an input that is left out is empty. `isPass`: a
   * convolution that only passes over memory.
   */
  inBlocks(type: string, inputs: readonly string[], attributes?: OnnxAttributes, isPass?: boolean): string
  /** Adds a kernel between operators on values in blocks of channels, and returns the name of its result. */
  kernel(node: Omit<KernelNode, 'output'>): string
  /** A constant: a number, or a tensor filled with it. */
  fill(value: number, shape?: Shape, dtype?: DType): string
  /** A constant matrix. `name` identifies its elements; matrices with the same name and shape are stored once. */
  matrix(name: string, shape: readonly [number, number], element: (row: number, column: number) => number): string
  int32s(values: readonly number[]): string
  /** A vector of many indices. `name` identifies them; they are made and stored once. */
  indices(name: string, make: () => Int32Array): string
  ints(values: readonly number[]): string
}

/** Writes the operators of a node. The first result of the last operator must be the node's value. */
export type Lowering = (emit: Emitter, node: GraphNode, names: readonly string[], infos: readonly ValueInfo[]) => string

/** The lowering of a kernel that is a single operator with the same inputs. */
export const same =
  (type: string, attributes?: (node: GraphNode) => OnnxAttributes): Lowering =>
  (emit, node, names) =>
    emit.op(type, names, attributes?.(node))

export const cast = (emit: Emitter, x: string, dtype: DType) => emit.op('Cast', [x], { to: ELEMENT[dtype] })
export const reshape = (emit: Emitter, x: string, shape: Shape) => emit.op('Reshape', [x, emit.ints(shape)])
export const transpose = (emit: Emitter, x: string, perm: readonly number[]) => emit.op('Transpose', [x], { perm })
