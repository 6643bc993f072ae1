/** What every optimizer of the table declares: what it keeps beside a weight, and one update, in tfjs ops. */
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import type { Tensors } from '../../base/tensors.js'
import type { OptimizerSpec } from '../../spec/spec.js'

export type OptimizerSpecOf<Type extends OptimizerSpec['type']> = Extract<OptimizerSpec, { type: Type }>

/** What is known of a weight before any number is. */
export interface WeightInfo {
  /** `dense_1/kernel` */
  readonly name: string
  readonly shape: Shape
}

/** An array that an optimizer keeps, named as Keras names it. */
export interface Kept {
  readonly name: string
  /** Default: the weight's. */
  readonly shape?: Shape
  /** What it is filled with at first; default 0. */
  readonly initial?: number
}

export interface Update {
  readonly weight: Tensor
  readonly gradient: Tensor
  /** What is kept beside the weight, by name. */
  readonly slots: Tensors
  /** The next values of what is kept for all weights. */
  readonly shared: Tensors
  readonly learningRate: Scalar
  /** Updates done before this one. */
  readonly iterations: Scalar
  /** In place of the spec's, where it changes. */
  readonly momentum?: Scalar | undefined
}

export interface Updated {
  readonly weight: Tensor
  readonly slots: Tensors
}

export interface Optimizer {
  /** What is kept beside this weight. */
  slots(weight: WeightInfo): readonly Kept[]
  /** Numbers kept once for all weights, and their values after one more update. */
  readonly shared?: {
    readonly numbers: readonly Kept[]
    next(numbers: Tensors, iterations: Scalar): Tensors
  }
  /** Where it is not the same for all weights: the share taken off this one, times the learning rate; null for none. */
  weightDecay?(weight: WeightInfo): number | null
  update(step: Update, weight: WeightInfo): Updated
}

/** Arrays of the weight's shape that are 0 at first. */
export const zeros = (...names: readonly string[]): readonly Kept[] => names.map((name) => ({ name }))
