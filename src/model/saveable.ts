/** The content of a saved model. */
import type { Slot } from '../base/slot.js'

export interface Saveable {
  /** In the order in which they are saved. */
  readonly weights: readonly Slot[]
  saved(): SavedForm
}

export interface SavedForm {
  /** `model.json` without its weights. A reader recognizes the kind of model by `format`. */
  readonly document: object
  /**
   * Layers and activations that tfjs-layers lacks or computes differently. If there are none, tfjs-layers can open the
   * file.
   */
  readonly notInTfjs: readonly string[]
  /** Name of a weight in the file. */
  nameOf(weight: string): string
}
