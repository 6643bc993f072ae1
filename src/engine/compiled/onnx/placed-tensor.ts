/** A tensor of the runtime over memory that is there already. */
import * as ort from 'onnxruntime-node'
import { type Shape, sizeOf } from '../../../base/shape.js'

export interface PlacedTensor {
  readonly dtype: 'float32' | 'int32'
  readonly shape: Shape
  /** In bytes, from the beginning of the memory. */
  readonly address: number
}

export function tensorIn(memory: ArrayBuffer, { dtype, shape, address }: PlacedTensor): ort.Tensor {
  const size = sizeOf(shape)
  return dtype === 'float32'
    ? new ort.Tensor(dtype, new Float32Array(memory, address, size), [...shape])
    : new ort.Tensor(dtype, new Int32Array(memory, address, size), [...shape])
}
