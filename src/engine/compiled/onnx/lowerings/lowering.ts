/** How a kernel becomes operators of ONNX. */
import type { Shape } from '../../../../base/shape.js'
import type { GraphNode } from '../../graph/graph.js'
import type { DType, ValueInfo } from '../../graph/value.js'
import { ELEMENT, type OnnxAttribute } from '../model-writer.js'

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>

/** Writes operators. */
export interface Emitter {
  /** Gives the name of what the operator computes. */
  op(type: string, inputs: readonly string[], attributes?: OnnxAttributes): string
  /** Of an operator with several results. */
  ops(type: string, inputs: readonly string[], attributes: OnnxAttributes, results: number): readonly string[]
  /** One number, or a tensor filled with it. */
  fill(value: number, shape?: Shape, dtype?: DType): string
  /** `name` stands for its elements: matrices of one name are one. */
  matrix(name: string, shape: readonly [number, number], element: (row: number, column: number) => number): string
  int32s(values: readonly number[]): string
  ints(values: readonly number[]): string
}

/** The last operator written gives, as its first result, the value of the node. */
export type Lowering = (emit: Emitter, node: GraphNode, names: readonly string[], infos: readonly ValueInfo[]) => string

/** A kernel that is one operator of the same inputs. */
export const same =
  (type: string, attributes?: (node: GraphNode) => OnnxAttributes): Lowering =>
  (emit, node, names) =>
    emit.op(type, names, attributes?.(node))

export const cast = (emit: Emitter, x: string, dtype: DType) => emit.op('Cast', [x], { to: ELEMENT[dtype] })
export const reshape = (emit: Emitter, x: string, shape: Shape) => emit.op('Reshape', [x, emit.ints(shape)])
export const transpose = (emit: Emitter, x: string, perm: readonly number[]) => emit.op('Transpose', [x], { perm })
