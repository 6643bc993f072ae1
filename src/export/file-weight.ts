/** A weight in a file, of any format. */
import type { Shape } from '../base/shape.js'

export interface FileWeight {
  readonly shape: Shape
  /** Returns its values. Throws a UserError if their type does not become float32. */
  values(): Float32Array
}
