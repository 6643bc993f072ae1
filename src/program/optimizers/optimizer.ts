/** Types of optimizers: the slots that one keeps for a weight, and one update, in tfjs ops. */
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import type { Tensors } from '../../base/tensors.js'
import type { OptimizerSpec } from '../../spec/spec.js'

export type OptimizerSpecOf<Type extends OptimizerSpec['type']> = Extract<OptimizerSpec, { type: Type }>

/** The properties of a weight that do not depend on its values. */
export interface WeightInfo {
  /** `dense_1/kernel` */
  readonly name: string
  readonly shape: Shape
}

/** An array that an optimizer keeps, with Keras' name. */
export interface Kept {
  readonly name: string
  /** Default: the weight's shape. */
  readonly shape?: Shape
  /** Initial value of every element; default 0. */
  readonly initial?: number
}

export interface Update {
  readonly weight: Tensor
  readonly gradient: Tensor
  /** Current values of the weight's slots, by name. */
  readonly slots: Tensors
  /** New values of the numbers that are kept once for all weights. */
  readonly shared: Tensors
  readonly learningRate: Scalar
  /** Number of updates before this one. */
  readonly iterations: Scalar
  /** Replaces the momentum of the spec if it changes over time. */
  readonly momentum?: Scalar | undefined
}

export interface Updated {
  readonly weight: Tensor
  readonly slots: Tensors
}

export interface Optimizer {
  /** Slots that it keeps for this weight. */
  slots(weight: WeightInfo): readonly Kept[]
  /** Numbers kept once for all weights, and their values after one more update. */
  readonly shared?: {
    readonly numbers: readonly Kept[]
    next(numbers: Tensors, iterations: Scalar): Tensors
  }
  /**
   * Weight decay of this weight, if it is not the same for all: the fraction of the weight that is subtracted, times
   * the learning rate; null for none.
   */
  weightDecay?(weight: WeightInfo): number | null
  update(step: Update, weight: WeightInfo): Updated
}

/** Slots of the weight's shape that start as 0. */
export const zeros = (...names: readonly string[]): readonly Kept[] => names.map((name) => ({ name }))
