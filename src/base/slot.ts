/** A tensor that lives as long as the run. */
import type { Shape } from './shape.js'

/** A weight, a value that an optimizer keeps for a weight, or the chains of an RBM. */
export interface Slot {
  /** Unique: `dense_1/kernel`, or `dense_1/kernel/velocity` for an optimizer slot. */
  readonly name: string
  readonly shape: Shape
  /** A chain is a state of units that persists from step to step. */
  readonly role: 'weight' | 'optimizer' | 'chain'
  /** Returns the initial values. They follow from the seed, so every call returns the same. */
  initial(): Float32Array
}
