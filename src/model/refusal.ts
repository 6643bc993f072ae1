/** Explains why an initializer, a regularizer or a constraint does not fit a shape. */
import type { BatchShape } from '../base/shape.js'

/**
 * Returns the end of a sentence that begins with the shape, such as `its initializer identity needs 2 axes`; undefined
 * if the shape fits.
 */
export type Refusal = (shape: BatchShape) => string | undefined

/** Attaches to a function the test that says which shapes it refuses. The function must not be called for these. */
export const refusing = <Given extends (...values: never[]) => unknown>(
  given: Given,
  refuses: Refusal,
): Given & { readonly refuses: Refusal } => Object.assign(given, { refuses })
