/** Gradients of a loss by weights, together with values computed on the way. */
import * as tf from '@tensorflow/tfjs-core'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'
import type { Gradients } from './descent.js'

/** The result of a pass: the loss, new values of untrained state, and outputs. */
export interface Pass {
  readonly loss: tf.Scalar
  readonly updates: Tensors
  readonly outputs: Tensors
}

/**
 * Differentiates the loss of `pass` by the weights. `pass` must use the state that it is given, which holds the
 * weights.
 */
export function slopes(weights: readonly Slot[], state: Tensors, pass: (state: Tensors) => Pass): Required<Gradients> {
  let updates: Tensors = {}
  let outputs: Tensors = {}
  const lossOf = (...values: tf.Tensor[]): tf.Scalar => {
    const passed = pass({ ...state, ...Object.fromEntries(weights.map(({ name }, index) => [name, values[index]!])) })
    updates = passed.updates
    outputs = passed.outputs
    for (const value of [...Object.values(outputs), ...Object.values(updates)]) tf.keep(value)
    return passed.loss
  }
  if (weights.length === 0) return { gradients: [], ...pass(state) }
  const given = weights.map(({ name }) => state[name]!)
  const { grads } = tf.engine().gradients(() => lossOf(...given), given, undefined, true)
  // a layer that regularizes inside its call may have weights on which no part of the loss depends
  const gradients = grads.map((gradient, index) => gradient ?? tf.zerosLike(given[index]!))
  return { gradients, updates, outputs }
}
