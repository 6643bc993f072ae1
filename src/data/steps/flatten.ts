/** Each row becomes a vector: (28, 28) becomes (784). */
import type { Field } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import type { Step } from './step.js'

export const flatten: Step<null> = {
  column: (given: Field) => ({ ...given, shape: [sizeOf(given.shape)] }),
  apply: (values) => values,
}
