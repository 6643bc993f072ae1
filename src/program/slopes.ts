/** Gradients of a loss by weights, and what was made on the way to it. */
import * as tf from '@tensorflow/tfjs-core'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'
import type { Gradients } from './descent.js'

/** What a pass gives: the loss to go down, new values of what is not trained, and results. */
export interface Pass {
  readonly loss: tf.Scalar
  readonly updates: Tensors
  readonly outputs: Tensors
}

/** `pass` is given the state with the weights as those that it is differentiated by. */
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
  // a layer that adds to the loss within itself may have weights on which no part of the loss depends
  const gradients = grads.map((gradient, index) => gradient ?? tf.zerosLike(given[index]!))
  return { gradients, updates, outputs }
}
