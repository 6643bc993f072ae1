/** What a trained model is written from. */
import type { Slot } from '../program/program.js'

export interface Saveable {
  /** In the order in which they are written. */
  readonly weights: readonly Slot[]
  saved(): SavedForm
}

export interface SavedForm {
  /** `model.json` without its weights; what reads it knows it by `format`. */
  readonly document: object
  /** What the file calls a weight. */
  nameOf(weight: string): string
}
