/** How the training rows of a table are augmented: plain data, which another thread can be given. */
import type { Field, Named } from '../../base/field.js'
import type { Json } from '../../base/json.js'
import type { AugmentationSpec } from '../../spec/augmentation.js'
import type { ChainStep } from '../../spec/steps.js'

/** The part of a spec that concerns the pictures of a field. */
export interface Augmented {
  readonly augment: readonly AugmentationSpec[]
  /** The steps after them. */
  readonly steps: readonly ChainStep[]
  /** Fields of masks, which move with the pictures. */
  readonly masks: readonly string[]
  /** Fields of numbers, which mix as the pictures do: targets and weights. */
  readonly mixed: readonly string[]
}

/** The same with what the steps have learned. */
export interface PictureRecipe extends Augmented {
  /** The field of the pictures before augmentation. */
  readonly given: Field
  readonly learnt: readonly Json[]
  /** Number of the chain of steps among all chains; it separates the draws of fields. */
  readonly chain: number
}

export interface Recipe {
  readonly seed: number
  /** Pictures by the key of their field. */
  readonly pictures: Named<PictureRecipe>
}
