/** What a trained model is written from. */
import type { Slot } from '../base/slot.js'

export interface Saveable {
  /** In the order in which they are written. */
  readonly weights: readonly Slot[]
  saved(): SavedForm
}

export interface SavedForm {
  /** `model.json` without its weights; what reads it knows it by `format`. */
  readonly document: object
  /** Layers and activations of a network that tfjs-layers lacks or computes otherwise; with none it opens the file. */
  readonly notInTfjs: readonly string[]
  /** What the file calls a weight. */
  nameOf(weight: string): string
}
