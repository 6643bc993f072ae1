import { type Shape, sizeOf } from '../../../base/shape.js'
import type { GraphConstant } from './graph.js'
import type { DType } from './value.js'

/** The arrays that hold elements, by their types. */
export const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }

/** The elements of a constant; a single number is expanded to the whole shape. */
export const elementsOf = (data: GraphConstant['data'], shape: Shape, dtype: DType) =>
  typeof data === 'number' ? new ARRAYS[dtype](sizeOf(shape)).fill(data) : data
