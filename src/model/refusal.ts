/** Why an initializer, a regularizer or a constraint does not suit a shape. */
import type { BatchShape } from '../base/shape.js'

/** The end of a sentence that begins with the shape: `its initializer identity needs 2 axes`. */
export type Refusal = (shape: BatchShape) => string | undefined

/** The function, which only shapes that are not refused may be given to. */
export const refusing = <Given extends (...values: never[]) => unknown>(
  given: Given,
  refuses: Refusal,
): Given & { readonly refuses: Refusal } => Object.assign(given, { refuses })
