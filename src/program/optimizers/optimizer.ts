/** What every optimizer of the table declares: its slots and one update, in tfjs ops, element by element. */
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import type { OptimizerSpec } from '../../spec/spec.js'

export type OptimizerSpecOf<Type extends OptimizerSpec['type']> = Extract<OptimizerSpec, { type: Type }>

export interface Update {
  readonly weight: Tensor
  readonly gradient: Tensor
  /** The weight's slots by name. */
  readonly slots: Readonly<Record<string, Tensor>>
  readonly learningRate: Scalar
  /** Steps done before this one. */
  readonly iterations: Scalar
}

export interface Updated {
  readonly weight: Tensor
  readonly slots: Readonly<Record<string, Tensor>>
}

export interface Optimizer {
  /** Arrays kept beside each weight, all zeros at first, named as Keras names them. */
  readonly slots: readonly string[]
  update(step: Update): Updated
}
