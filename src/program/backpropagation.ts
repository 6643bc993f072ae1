/** Training by backpropagation: forward, loss, gradients. */
import * as tf from '@tensorflow/tfjs-core'
import type { Applied, Model } from '../model/model.js'
import type { OptimizerSpec } from '../spec/spec.js'
import { type DescentPrograms, descent } from './descent.js'
import type { BatchInput, Tensors } from './program.js'

/** Sums over a batch's samples, by history key; `loss` is among them, with what regularizers add. */
export type Measure = (inputs: Tensors, applied: Applied) => Tensors

export interface BackpropagationOptions {
  readonly model: Model
  readonly optimizer: OptimizerSpec
  /** What the model sees, and whatever else `measure` needs, such as labels. */
  readonly x: BatchInput
  readonly targets: readonly BatchInput[]
  readonly measure: Measure
}

/** Steps down the gradient of the mean loss; gives what `measure` gives, from before the update. */
export function backpropagation({ model, optimizer, x, targets, measure }: BackpropagationOptions): DescentPrograms {
  const trained = model.weights.filter(({ trainable }) => trainable)
  return descent({
    optimizer,
    weights: trained,
    untrained: model.weights.filter(({ trainable }) => !trainable),
    inputs: [x, ...targets, ...model.noise],
    gradients(state, inputs) {
      let outputs: Tensors = {}
      let updates: Tensors = {}
      const given = inputs[x.name]!
      const meanLoss = (...values: tf.Tensor[]): tf.Scalar => {
        const weights = { ...state, ...Object.fromEntries(trained.map(({ name }, index) => [name, values[index]!])) }
        const applied = model.apply(given, weights, { noise: inputs })
        updates = applied.updates
        outputs = measure(inputs, applied)
        for (const value of [...Object.values(outputs), ...Object.values(updates)]) tf.keep(value)
        return tf.div(outputs.loss!, given.shape[0]!)
      }
      const gradients = tf.grads(meanLoss)(trained.map(({ name }) => state[name]!))
      return { gradients, updates, outputs }
    },
  })
}
