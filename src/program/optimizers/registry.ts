/** Optimizers by their name in a spec. */
import type { OptimizerSpec } from '../../spec/spec.js'
import { adam, adamw } from './adam.js'
import type { Optimizer, OptimizerSpecOf } from './optimizer.js'
import { rmsprop } from './rmsprop.js'
import { sgd } from './sgd.js'

const OPTIMIZERS: { readonly [Type in OptimizerSpec['type']]: (spec: OptimizerSpecOf<Type>) => Optimizer } = {
  SGD: sgd,
  RMSprop: rmsprop,
  Adam: adam,
  AdamW: adamw,
}

/** The optimizer of a spec; the cast says what the table's type proves. */
export const buildOptimizer = (spec: OptimizerSpec): Optimizer =>
  (OPTIMIZERS[spec.type] as (spec: OptimizerSpec) => Optimizer)(spec)
