/** Arrays of numbers in memory. */
import type { Shape } from '../base/shape.js'

export interface NumberArray {
  readonly shape: Shape
  /** Row-major. */
  readonly values: Float32Array
}
