/** The interface with which kernels of tfjs add nodes to the graph being traced. */
import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core'
import type { Shape } from '../../../base/shape.js'
import type { GraphConstant } from './graph.js'
import type { KernelName } from './kernels.js'
import type { DType } from './value.js'

export interface GraphWriter {
  node(kernel: KernelName, inputs: readonly TensorInfo[], attributes: NamedAttrMap): TensorInfo
  constant(shape: Shape, dtype: DType, data: GraphConstant['data']): TensorInfo
  /** Makes another tensor for the same value. */
  alias(x: TensorInfo): TensorInfo
}

export type Named = Readonly<Record<string, TensorInfo>>

/** `inputs` are named as in tfjs, or numbered if tfjs passes a list. */
export type Expansion = (write: GraphWriter, inputs: Named, attributes: NamedAttrMap) => TensorInfo | TensorInfo[]

export const reshape = (write: GraphWriter, x: TensorInfo, shape: readonly number[]): TensorInfo =>
  write.node('Reshape', [x], { shape: [...shape] })

export const concat = (write: GraphWriter, parts: readonly TensorInfo[], axis: number): TensorInfo =>
  parts.length === 1 ? write.alias(parts[0]!) : write.node('Concat', parts, { axis })

/** Splits x into pieces of these sizes along an axis. */
export function split(write: GraphWriter, x: TensorInfo, sizes: readonly number[], axis: number): TensorInfo[] {
  let from = 0
  return sizes.map((count) => {
    const begin = x.shape.map((_, index) => (index === axis ? from : 0))
    from += count
    return write.node('Slice', [x], { begin, size: x.shape.with(axis, count) })
  })
}
