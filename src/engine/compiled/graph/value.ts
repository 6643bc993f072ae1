/** Types of a graph's values, and attributes of its kernels. */
import type { Shape } from '../../../base/shape.js'

export type DType = 'float32' | 'int32' | 'bool'

export interface ValueInfo {
  readonly shape: Shape
  readonly dtype: DType
}

export type Attributes = Readonly<Record<string, number | boolean | string | readonly number[]>>
